package io.titankv.multiraft.host;

import java.time.Duration;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import org.apache.ratis.protocol.RaftGroupId;

/**
 * What this node owes the leaders of its groups: whoever hears a leader votes for nobody else until the least election timeout has
 * passed, for the leader may count on that when it answers reads under its lease.
 *
 * <p>Ratis 3.3.0 keeps to that only in the pre-vote (VoteContext). A follower that granted one and then hears the leader again would
 * still grant the vote that follows. A leader that gives its lease up, to hand over, says so and is owed nothing. Thread-safe.
 */
final class LeasePromises {
    private final ConcurrentMap<RaftGroupId, Long> heardNanos = new ConcurrentHashMap<>();
    private final long lengthNanos;

    LeasePromises(Duration length) {
        lengthNanos = length.toNanos();
    }

    /** To be called before a leader's message is handled: a vote that is granted first makes the message one of a past term. */
    void give(RaftGroupId group) {
        heardNanos.put(group, System.nanoTime());
    }

    void release(RaftGroupId group) {
        heardNanos.remove(group);
    }

    boolean binds(RaftGroupId group) {
        return left(group).isPositive();
    }

    /** For how long a vote is still owed to the leader; zero: no longer. */
    Duration left(RaftGroupId group) {
        Long heard = heardNanos.get(group);
        return heard == null ? Duration.ZERO : Duration.ofNanos(Math.max(0, lengthNanos - (System.nanoTime() - heard)));
    }
}
