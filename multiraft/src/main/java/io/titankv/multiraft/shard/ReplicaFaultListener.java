package io.titankv.multiraft.shard;

import io.titankv.model.GroupId;

/**
 * Told when a replica's state on this node is known to be bad, so that it is rebuilt from its peers. Called by any thread, maybe
 * by several at once and more than once: returns at once.
 */
@FunctionalInterface
public interface ReplicaFaultListener {
    /** A record or file of the shard failed its checksum. */
    void onCorruptData(GroupId group, String what);
}
