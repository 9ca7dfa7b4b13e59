package io.titankv.multiraft.host;

import java.time.Duration;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import org.apache.ratis.protocol.RaftGroupId;
import org.apache.ratis.server.RaftServer;
import org.apache.ratis.server.leader.LeaderState;
import org.jspecify.annotations.Nullable;

/** What one server leads, or led last: one {@link Leadership} per group. Thread-safe. */
final class Leaderships {
    /** Part of the least election timeout for which a leader counts on a majority's answers: leaves room for clocks that drift. */
    private static final double LEASE_RATIO = 0.6;

    private final ConcurrentMap<RaftGroupId, Leadership> byGroup = new ConcurrentHashMap<>();
    private final long leaseNanos;
    private final Healer healer;
    private final RaftMeters meters;
    private final GroupTerms terms;

    Leaderships(long electionTimeoutMinNanos, Healer healer, RaftMeters meters, GroupTerms terms) {
        this.leaseNanos = (long) (electionTimeoutMinNanos * LEASE_RATIO);
        this.healer = healer;
        this.meters = meters;
        this.terms = terms;
    }

    GroupTerms terms() {
        return terms;
    }

    /** The leadership with this state of Ratis; one with another state is over. */
    Leadership of(RaftServer.Division division, LeaderState state) {
        @Nullable Leadership[] over = {null};
        Leadership now = byGroup.compute(division.getMemberId().getGroupId(), (group, last) -> {
            if (last != null && last.isOf(state)) {
                return last;
            }
            over[0] = last;
            return new Leadership(division, state, leaseNanos, healer, meters, terms);
        });
        if (over[0] != null) {
            over[0].end();
        }
        return now;
    }

    @Nullable
    Leadership currentOrNull(RaftGroupId group) {
        return byGroup.get(group);
    }

    /** Called again and again by the node's timer. */
    void sweep(Duration barrierPatience) {
        byGroup.values().forEach(leadership -> leadership.sweep(barrierPatience));
    }

    /** The group is no longer led from here. */
    void end(RaftGroupId group) {
        Leadership over = byGroup.remove(group);
        if (over != null) {
            over.end();
        }
    }
}
