package io.titankv.multiraft.host;

import io.titankv.model.NodeId;
import org.jspecify.annotations.Nullable;

/** Tells a state machine of changes of leadership: in order, each once. Thread-safe. */
final class LeadershipNews {
    private final ReplicatedStateMachine reader;
    private @Nullable NodeId leader;
    private long term = -1;
    private boolean self;

    LeadershipNews(ReplicatedStateMachine reader) {
        this.reader = reader;
    }

    synchronized void publish(@Nullable NodeId leaderNow, long termNow, boolean selfNow) {
        boolean same = term == termNow && self == selfNow && java.util.Objects.equals(leader, leaderNow);
        if (same || termNow < term) {
            return;
        }
        leader = leaderNow;
        term = termNow;
        self = selfNow;
        reader.onLeadership(leaderNow, termNow, selfNow);
    }
}
