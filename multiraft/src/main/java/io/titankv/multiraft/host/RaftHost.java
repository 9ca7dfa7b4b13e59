package io.titankv.multiraft.host;

import io.titankv.model.GroupId;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/** All groups of one node. Thread-safe. */
public final class RaftHost implements AutoCloseable {
    private RaftHost() {}

    /**
     * Starts Raft and opens every group found in the directory. A group that cannot be opened does not stop the others: its
     * replica's status names the fault.
     *
     * @param stateMachines makes the state machine of a group, found on disk or created later
     */
    public static RaftHost start(RaftHostOptions options, Function<GroupId, ReplicatedStateMachine> stateMachines) {
        throw new UnsupportedOperationException("contract only");
    }

    /** HOST:PORT on which Raft listens: the port really bound. */
    public String address() {
        throw new UnsupportedOperationException("contract only");
    }

    /**
     * Creates this node's replica of a group, or returns it when it exists.
     *
     * @param members for a group that is new on all nodes: all voters, the same list on each; empty: a replica that waits to be
     *     added by the group's leader
     */
    public Replica create(GroupId group, List<Member> members) {
        throw new UnsupportedOperationException("contract only");
    }

    public Optional<Replica> replica(GroupId group) {
        throw new UnsupportedOperationException("contract only");
    }

    public Collection<Replica> replicas() {
        throw new UnsupportedOperationException("contract only");
    }

    /** Stops the replica and deletes its log and state for good. */
    public void remove(GroupId group) {
        throw new UnsupportedOperationException("contract only");
    }

    /**
     * Takes the replica of a group whose state or log is rotten out of service, for the reason given, wipes it, and has it rebuilt
     * from its peers under rules that keep it from voting on what it forgot.
     */
    public void rebuild(GroupId group, String why) {
        throw new UnsupportedOperationException("contract only");
    }

    /** Hands leadership of every group over where another voter can take it, then stops. */
    @Override
    public void close() {
        throw new UnsupportedOperationException("contract only");
    }

    /** Stops at once, as a killed process would, flushing nothing that was not flushed. For tests of crashes. */
    public void kill() {
        throw new UnsupportedOperationException("contract only");
    }
}
