package io.titankv.multiraft.host;

import io.titankv.model.NodeId;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/** Tells a state machine of changes of leadership: in order, each once. Thread-safe. */
final class LeadershipNews {
    private final ReplicatedStateMachine reader;
    private final LongAdder leaders;
    private @Nullable NodeId leader;
    private long term = -1;
    private boolean self;

    /** @param leaders counts each new leader that is heard of */
    LeadershipNews(ReplicatedStateMachine reader, LongAdder leaders) {
        this.reader = reader;
        this.leaders = leaders;
    }

    synchronized void publish(@Nullable NodeId leaderNow, long termNow, boolean selfNow) {
        boolean same = term == termNow && self == selfNow && java.util.Objects.equals(leader, leaderNow);
        if (same || termNow < term) {
            return;
        }
        if (leaderNow != null && (term != termNow || !leaderNow.equals(leader))) {
            leaders.increment();
        }
        leader = leaderNow;
        term = termNow;
        self = selfNow;
        reader.onLeadership(leaderNow, termNow, selfNow);
    }
}
