package io.titankv.multiraft.host;

import com.google.common.base.Suppliers;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.titankv.model.GroupId;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;
import org.apache.ratis.server.raftlog.RaftLog;
import org.apache.ratis.server.raftlog.segmented.SegmentedRaftLog;

/**
 * What one node's Raft is measured by. Times and sizes are of the node as a whole, places in the log are of each group, and go when the
 * group's replica goes. Recording takes no lock. Thread-safe.
 */
final class RaftMeters {
    /** From an fsync into a disk's cache to a disk that hangs. */
    private static final Duration[] BUCKETS = {
        Duration.ofNanos(50_000),
        Duration.ofNanos(100_000),
        Duration.ofNanos(250_000),
        Duration.ofNanos(500_000),
        Duration.ofMillis(1),
        Duration.ofNanos(2_500_000),
        Duration.ofMillis(5),
        Duration.ofMillis(10),
        Duration.ofMillis(25),
        Duration.ofMillis(50),
        Duration.ofMillis(100),
        Duration.ofMillis(500),
        Duration.ofSeconds(2)
    };

    private static final double[] READS_BUCKETS = {1, 2, 4, 8, 16, 32, 64, 128, 256, 1024};

    /** The gauges of a group are read one after the other; they shall speak of one moment, and ask once. */
    private static final Duration STATUS_AGE_MAX = Duration.ofMillis(200);

    private final MeterRegistry registry;
    private final Timer replicate;
    private final Timer apply;
    private final Timer logSync;
    private final Timer barrier;
    private final DistributionSummary barrierReads;
    private final ConcurrentMap<GroupId, List<Meter>> groups = new ConcurrentHashMap<>();

    RaftMeters(MeterRegistry registry) {
        this.registry = registry;
        replicate = timer(
                "titan_raft_replicate_seconds",
                "Time from proposing an entry here until it was committed and its turn to be applied came: the"
                        + " leader's and a majority's fsync, and the network between. Worry when it is far above"
                        + " titan_raft_log_sync_seconds.");
        apply = timer(
                "titan_raft_apply_seconds",
                "Time to apply an entry to the state. Worry above some milliseconds: the disk or the CPU cannot keep"
                        + " up.");
        logSync = timer(
                "titan_raft_log_sync_seconds",
                "Time of an fsync of a Raft log. Bounds every write; worry when the 99th percentile is above 50 ms.");
        barrier = timer(
                "titan_raft_barrier_seconds",
                "Time of a round in which a majority confirms the leader, for linearizable reads. About one round trip;"
                        + " worry when it is far above that.");
        barrierReads = DistributionSummary.builder("titan_raft_barrier_reads")
                .description("Reads that shared such a round. Rises with the load and keeps the rounds few.")
                .serviceLevelObjectives(READS_BUCKETS)
                .register(registry);
    }

    private Timer timer(String name, String description) {
        return Timer.builder(name)
                .description(description)
                .serviceLevelObjectives(BUCKETS)
                .register(registry);
    }

    void onCommitted(long sinceProposedNanos) {
        replicate.record(sinceProposedNanos, TimeUnit.NANOSECONDS);
    }

    void onApplied(long tookNanos) {
        apply.record(tookNanos, TimeUnit.NANOSECONDS);
    }

    void onBarrierRound(int reads, long tookNanos) {
        barrier.record(tookNanos, TimeUnit.NANOSECONDS);
        barrierReads.record(reads);
    }

    /** Records the fsyncs of this log from now on. */
    void timeSyncs(RaftLog log) {
        if (log instanceof SegmentedRaftLog segmented
                && segmented.getRaftLogMetrics().getRegistry() instanceof LightMetricRegistry light) {
            light.timeSyncs(logSync);
        }
    }

    /** Shows a replica; one that was shown for its group before goes. */
    void add(GroupId group, Supplier<ReplicaStatus> status, LongAdder leaderChanges) {
        Supplier<ReplicaStatus> now = Suppliers.memoizeWithExpiration(status::get, STATUS_AGE_MAX);
        groups.compute(group, (_, before) -> {
            remove(before == null ? List.of() : before);
            return List.of(
                    gauge(group, "titan_raft_current_term", now, ReplicaStatus::term, """
                        The replica's term, 0 when it is out of service. Rises with each election.\
                        """),
                    gauge(group, "titan_raft_leading_replicas", now, s -> s.leads() ? 1 : 0, """
                        1 where the group is led and ready to serve, else 0. The sum over all nodes is 1; worry when it is 0 \
                        for longer than an election takes.\
                        """),
                    gauge(group, "titan_raft_down_replicas", now, s -> s.fault() != null ? 1 : 0, """
                        1 while this replica is out of service, else 0. Worry at once: titan shard get says why.\
                        """),
                    gauge(group, "titan_raft_commit_index", now, s -> Math.max(0, s.commitIndex()), """
                        Last log index known here to be committed. Its rate is that of entries.\
                        """),
                    gauge(group, "titan_raft_applied_index", now, s -> Math.max(0, s.appliedIndex()), """
                        Last log index applied here. Worry when it stays behind the commit index.\
                        """),
                    gauge(group, "titan_raft_follower_lag_entries", now, RaftMeters::lag, """
                        On the leader: committed entries that the follower that is furthest behind is not known to hold; \
                        elsewhere 0. Worry when it rises for minutes: a node is away or too slow.\
                        """),
                    gauge(group, "titan_raft_leader_silence_seconds", now, RaftMeters::silence, """
                        On a follower: time since it heard from the leader; NaN when never; on the leader 0. Worry above the \
                        election time-out.\
                        """),
                    FunctionCounter.builder("titan_raft_leader_changes_total", leaderChanges, LongAdder::sum)
                            .description(
                                    "New leaders that this replica saw. Some at the start; worry about more than a few"
                                            + " an hour: nodes, disks or the network pause.")
                            .tag("group", group.toString())
                            .register(registry));
        });
    }

    private Gauge gauge(
            GroupId group,
            String name,
            Supplier<ReplicaStatus> status,
            ToDoubleFunction<ReplicaStatus> value,
            String description) {
        return Gauge.builder(name, () -> value.applyAsDouble(status.get()))
                .description(description)
                .tag("group", group.toString())
                .register(registry);
    }

    private static double lag(ReplicaStatus status) {
        return status.matchIndexes().values().stream()
                .mapToLong(match -> Math.max(0, status.commitIndex() - match))
                .max()
                .orElse(0);
    }

    private static double silence(ReplicaStatus status) {
        long nanos = status.sinceLeaderContactNanos();
        return nanos == Long.MAX_VALUE ? Double.NaN : nanos / 1e9;
    }

    void remove(GroupId group) {
        List<Meter> gone = groups.remove(group);
        remove(gone == null ? List.of() : gone);
    }

    private void remove(List<Meter> gone) {
        gone.forEach(registry::remove);
    }
}
