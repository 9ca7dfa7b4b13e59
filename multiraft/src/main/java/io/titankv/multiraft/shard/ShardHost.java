package io.titankv.multiraft.shard;

import io.titankv.model.GroupId;
import io.titankv.multiraft.host.Replica;
import io.titankv.multiraft.host.ReplicatedStateMachine;
import java.util.Collection;
import java.util.Optional;

/** The shards of one node: makes their state machines, and gives out the shards. Thread-safe. */
public final class ShardHost implements AutoCloseable {
    // The implementer chooses the constructor: directory of the shards, owner (cluster id), wall clock, snapshot
    // fetcher, limits.

    private ShardHost() {}

    /** The state machine of a shard's group, for RaftHost. */
    public ReplicatedStateMachine stateMachine(GroupId group) {
        throw new UnsupportedOperationException("contract only");
    }

    /** Tells the shard its replica, once RaftHost has opened or created it. */
    public Shard attach(Replica replica) {
        throw new UnsupportedOperationException("contract only");
    }

    public Optional<Shard> shard(GroupId group) {
        throw new UnsupportedOperationException("contract only");
    }

    public Collection<Shard> shards() {
        throw new UnsupportedOperationException("contract only");
    }

    @Override
    public void close() {
        throw new UnsupportedOperationException("contract only");
    }
}
