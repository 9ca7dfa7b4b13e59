package io.titankv.multiraft.host;

import io.titankv.model.GroupId;
import io.titankv.model.NodeId;
import org.apache.ratis.server.RaftServer;
import org.jspecify.annotations.Nullable;

/**
 * The terms of this node's replicas, for the read barriers of others; and those whom this node's own read barriers ask. Thread-safe.
 *
 * <p>Why an answer proves a leadership: a voter raises its term, durably, before it gives a vote to a later leader, and never lowers it. A
 * majority that is still in the leader's term at some time after a read arrived means that no later leader had been elected when it arrived.
 */
public final class GroupTerms {
    private final Groups groups;
    private final NodeLife life;
    private volatile @Nullable TermQuestions questions;

    GroupTerms(Groups groups, NodeLife life) {
        this.groups = groups;
        this.life = life;
    }

    /** From now on read barriers ask so; without it they wait for heartbeats. */
    public void askBy(TermQuestions asked) {
        questions = asked;
    }

    /**
     * Whether the current term of the local replica is {@code term}. False also when there is no replica in service, or one that may have
     * forgotten its votes.
     */
    public boolean isCurrent(GroupId group, long term) {
        RatisReplica replica = groups.getOrNull(group);
        RaftServer.Division division = replica == null ? null : Groups.servingOrNull(replica);
        return replica != null
                && division != null
                && !life.isKilled()
                && !replica.rebuild().isRotten()
                && !replica.rebuild().isReturning()
                && division.getInfo().getCurrentTerm() == term;
    }

    void ask(NodeId node, GroupId group, long term, TermQuestions.Asker asker) {
        TermQuestions asked = questions;
        if (asked == null) {
            asker.onUnknown();
        } else {
            asked.ask(node, group, term, asker);
        }
    }
}
