package io.titankv.gateway;

import io.titankv.model.GroupId;
import io.titankv.multiraft.shard.Shard;
import java.util.Optional;

/** The replicas on this node. Thread-safe; nothing here blocks. */
@FunctionalInterface
public interface LocalShards {
    /** This node's replica of a shard, if it has one that is open. */
    Optional<Shard> shard(GroupId group);
}
