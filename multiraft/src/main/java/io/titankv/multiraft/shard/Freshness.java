package io.titankv.multiraft.shard;

import java.time.Duration;

/** How fresh a read must be. */
public sealed interface Freshness {
    /** Sees every write acknowledged before. A follower asks the leader for its read index. */
    record Linearizable() implements Freshness {}

    /** The leader's word within its lease; behind a barrier when the lease has run out. */
    record Lease() implements Freshness {}

    /** Any replica that heard from its leader within {@code max} and has applied what was committed then. */
    record Bounded(Duration max) implements Freshness {}

    /** Any replica, now. */
    record Any() implements Freshness {}

    /** Any replica that has applied {@code index}. */
    record After(long index) implements Freshness {}
}
