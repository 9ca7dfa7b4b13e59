package io.titankv.multiraft.shard;

import com.google.common.base.Suppliers;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.composite.CompositeMeterRegistry;
import io.titankv.engine.EngineStats;
import io.titankv.model.GroupId;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What one node's shards are measured by. What an entry is like is of the node as a whole; counters and the engine's sizes are of each
 * shard, and go when the shard goes. Recording takes no lock. Thread-safe.
 */
final class ShardMeters {
    /** Measures nothing. */
    static final ShardMeters NONE = new ShardMeters(new CompositeMeterRegistry());

    private static final Duration[] QUEUE_BUCKETS = {
        Duration.ofNanos(10_000),
        Duration.ofNanos(100_000),
        Duration.ofNanos(500_000),
        Duration.ofMillis(1),
        Duration.ofMillis(2),
        Duration.ofMillis(5),
        Duration.ofMillis(10),
        Duration.ofMillis(50),
        Duration.ofMillis(250),
        Duration.ofSeconds(1),
        Duration.ofSeconds(5)
    };

    private static final Duration[] FROZEN_BUCKETS = {
        Duration.ofMillis(50),
        Duration.ofMillis(100),
        Duration.ofMillis(200),
        Duration.ofMillis(300),
        Duration.ofMillis(400),
        Duration.ofMillis(500),
        Duration.ofMillis(750),
        Duration.ofSeconds(1),
        Duration.ofSeconds(2),
        Duration.ofSeconds(5)
    };

    private static final double[] OPERATIONS_BUCKETS = {1, 2, 4, 8, 16, 32, 64, 128, 256, 512};

    private static final double[] BYTES_BUCKETS = {
        256, 1 << 10, 4 << 10, 16 << 10, 64 << 10, 256 << 10, 1 << 20, 4 << 20
    };

    /** An engine's sizes are summed up under its write lock: once for all gauges of a scrape. */
    private static final Duration STATS_AGE_MAX = Duration.ofMillis(200);

    private final MeterRegistry registry;
    private final Timer queue;
    private final Timer frozen;
    private final DistributionSummary entryOperations;
    private final DistributionSummary entryBytes;
    private final ConcurrentMap<GroupId, List<Meter>> shards = new ConcurrentHashMap<>();

    ShardMeters(MeterRegistry registry) {
        this.registry = registry;
        queue = Timer.builder("titan_shard_queue_seconds")
                .description(
                        "Time that the oldest write of an entry waited before it was proposed. Worry when it is more"
                                + " than titan_raft_replicate_seconds: writes come faster than they are replicated.")
                .serviceLevelObjectives(QUEUE_BUCKETS)
                .register(registry);
        frozen = Timer.builder("titan_shard_frozen_seconds")
                .description(
                        "Time that ranges which change hands were served by nobody, on the leader of the shard that"
                                + " gives them away. Worry when it is more than a second.")
                .serviceLevelObjectives(FROZEN_BUCKETS)
                .register(registry);
        entryOperations = DistributionSummary.builder("titan_shard_entry_operations")
                .description("Writes gathered into an entry. Rises with the load, which is what it is for.")
                .serviceLevelObjectives(OPERATIONS_BUCKETS)
                .register(registry);
        entryBytes = DistributionSummary.builder("titan_shard_entry_bytes")
                .description("Bytes of an entry.")
                .serviceLevelObjectives(BYTES_BUCKETS)
                .register(registry);
    }

    /** An entry goes to Raft. */
    void onProposed(int operations, long bytes, long queuedNanos) {
        queue.record(queuedNanos, TimeUnit.NANOSECONDS);
        entryOperations.record(operations);
        entryBytes.record((double) bytes);
    }

    /** Ranges are given away, or served here again, after so long. */
    void onThawed(long frozenNanos) {
        frozen.record(frozenNanos, TimeUnit.NANOSECONDS);
    }

    /** Shows a shard; one that was shown under its name before goes. */
    void add(GroupId group, ShardStateMachine state, ShardCounters counters) {
        Supplier<@Nullable EngineStats> stats =
                Suppliers.memoizeWithExpiration(() -> statsOrNull(state), STATS_AGE_MAX);
        shards.compute(group, (_, before) -> {
            remove(before == null ? List.of() : before);
            return Stream.concat(counters(group, counters), sizes(group, stats, counters))
                    .toList();
        });
    }

    void remove(GroupId group) {
        List<Meter> gone = shards.remove(group);
        remove(gone == null ? List.of() : gone);
    }

    private void remove(List<Meter> gone) {
        gone.forEach(registry::remove);
    }

    private static @Nullable EngineStats statsOrNull(ShardStateMachine state) {
        StoreLease lease = state.leaseOrNull();
        ShardStore store = lease == null ? null : lease.acquireOrNull();
        if (lease == null || store == null) {
            return null;
        }
        try {
            return store.stats();
        } finally {
            lease.release();
        }
    }

    private Stream<Meter> counters(GroupId group, ShardCounters counted) {
        return Stream.of(
                counter(group, "titan_shard_proposed_entries_total", counted.entriesProposed, """
                    Raft entries proposed here.\
                    """),
                counter(group, "titan_shard_proposed_writes_total", counted.writesProposed, """
                    Writes in them.\
                    """),
                counter(group, "titan_shard_refused_writes_total", counted.writesBusy, """
                    Writes refused as BUSY because too much waits for the shard. Worry when it rises for long: the load is more \
                    than the shard's disk and followers can take.\
                    """),
                counter(group, "titan_shard_expired_writes_total", counted.writesTimedOut, """
                    Writes whose time was over before they were proposed. Worry when it rises.\
                    """),
                counter(group, "titan_shard_undetermined_writes_total", counted.writesUndetermined, """
                    Writes answered without knowing whether they were done. Some at a change of leader; worry when it rises \
                    without one.\
                    """),
                counter(group, "titan_shard_served_reads_total", counted.readsServed, """
                    Reads answered from the engine here.\
                    """),
                counter(group, "titan_shard_refused_reads_total", counted.readsBusy, """
                    Reads refused as BUSY because too many wait for the disk. Worry when it rises for long.\
                    """),
                counter(group, "titan_engine_syncs_total", counted.backgroundSyncs, """
                    Fsyncs of the engine in the background.\
                    """),
                counter(group, "titan_engine_merges_total", counted.merges, """
                    Merges that took effect: data files rewritten without their dead records.\
                    """),
                counter(group, "titan_engine_merged_bytes_total", counted.mergedBytes, """
                    Bytes that merges read and wrote. At the budget (32 MiB/s a node) for hours: more is overwritten than \
                    merges keep up with.\
                    """),
                counter(group, "titan_engine_reclaimed_bytes_total", counted.reclaimedBytes, """
                    Bytes of disk that merges gave back.\
                    """),
                counter(group, "titan_engine_corrupt_files_total", counted.corruptFiles, """
                    Data files found corrupt by the engine. Worry about any: the disk may be failing; the replica is rebuilt \
                    from its peers.\
                    """));
    }

    private Meter counter(GroupId group, String name, LongAdder counter, String description) {
        return FunctionCounter.builder(name, counter, LongAdder::sum)
                .description(description)
                .tag("shard", group.toString())
                .register(registry);
    }

    private Stream<Meter> sizes(GroupId group, Supplier<@Nullable EngineStats> stats, ShardCounters counted) {
        Function<ToDoubleFunction<EngineStats>, Supplier<Number>> of = size -> () -> {
            EngineStats now = stats.get();
            return now == null ? Double.NaN : size.applyAsDouble(now);
        };
        return Stream.of(
                gauge(group, "titan_engine_live_keys", of.apply(EngineStats::keys), """
                    Live keys of this replica; NaN while it is not open.\
                    """),
                gauge(group, "titan_engine_live_bytes", of.apply(EngineStats::liveBytes), """
                    Bytes of live records in data files.\
                    """),
                gauge(group, "titan_engine_dead_bytes", of.apply(EngineStats::deadBytes), """
                    Bytes in data files that no key points at, to be merged away. Worry when they stay above the live bytes.\
                    """),
                gauge(group, "titan_engine_keydir_bytes", of.apply(EngineStats::keydirBytes), """
                    Memory of the keydir, outside the heap. Worry when the sum over all shards nears the memory of the node.\
                    """),
                gauge(group, "titan_engine_data_files", of.apply(EngineStats::dataFiles), """
                    Data files, the active one included.\
                    """),
                gauge(group, "titan_engine_tombstone_records", of.apply(EngineStats::tombstones), """
                    Tombstones that older data files may still need.\
                    """),
                gauge(group, "titan_engine_running_merges", () -> counted.merging ? 1 : 0, """
                    1 while the last look found something to merge, else 0. Worry when it is 1 for hours.\
                    """));
    }

    private Meter gauge(GroupId group, String name, Supplier<Number> value, String description) {
        return Gauge.builder(name, value)
                .description(description)
                .tag("shard", group.toString())
                .register(registry);
    }
}
