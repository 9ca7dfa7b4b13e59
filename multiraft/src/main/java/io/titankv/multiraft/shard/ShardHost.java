package io.titankv.multiraft.shard;

import com.google.common.base.Ticker;
import com.google.common.hash.Hashing;
import io.micrometer.core.instrument.MeterRegistry;
import io.titankv.engine.EngineOptions;
import io.titankv.model.GroupId;
import io.titankv.model.NodeId;
import io.titankv.multiraft.host.Replica;
import io.titankv.multiraft.host.ReplicatedStateMachine;
import io.titankv.multiraft.snapshot.CheckpointRegistry;
import io.titankv.multiraft.snapshot.GenerationDirectory;
import io.titankv.multiraft.snapshot.StateFetcher;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The shards of one node: makes their state machines, and gives out the shards. Thread-safe.
 *
 * <p>Close it after the RaftHost, which closes the state machines.
 */
public final class ShardHost implements AutoCloseable {
    /** What a generation of a shard's state is called: {@code engine-000001}. */
    private static final String GENERATION = "engine";

    private static final long CLOSE_WAIT_SECONDS = 30;

    /** A group here, from the making of its state machine until it is destroyed. */
    private static final class Hosted {
        final ShardStateMachine state;
        final ShardCounters counters;
        volatile @Nullable ReplicatedShard shard;
        volatile @Nullable ShardTransfers transfers;

        Hosted(ShardStateMachine state, ShardCounters counters) {
            this.state = state;
            this.counters = counters;
        }
    }

    private final ShardHostOptions options;
    private final StateFetcher fetcher;
    private final CheckpointRegistry checkpoints;
    private final ReplicaFaultListener faults;
    private final Ticker ticker;
    private final ShardMeters meters;
    private final HybridClock clock;
    private final ReadPool reads;
    private final ScheduledExecutorService maintenance;
    private final ScheduledExecutorService timer;
    private final Map<GroupId, Hosted> hosted = new ConcurrentHashMap<>();
    private volatile Consumer<GroupId> transferNews = _ -> {};

    private ShardHost(
            ShardHostOptions options,
            StateFetcher fetcher,
            CheckpointRegistry checkpoints,
            ReplicaFaultListener faults,
            InstantSource wallClock,
            Ticker ticker,
            MeterRegistry registry) {
        this.options = options;
        this.fetcher = fetcher;
        this.checkpoints = checkpoints;
        this.faults = faults;
        this.ticker = ticker;
        this.meters = new ShardMeters(registry);
        this.clock = new HybridClock(wallClock);
        this.reads = new ReadPool(options.node().value());
        this.maintenance = thread("titan-maintain-" + options.node());
        this.timer = thread("titan-shard-timer-" + options.node());
    }

    /**
     * Starts the threads that tend the shards.
     *
     * @param fetcher fetches the state of a shard that is too far behind
     * @param checkpoints where peers ask for checkpoints of the shards here
     * @param faults told when a replica must be rebuilt
     * @param registry where the shards are measured
     */
    public static ShardHost start(
            ShardHostOptions options,
            StateFetcher fetcher,
            CheckpointRegistry checkpoints,
            ReplicaFaultListener faults,
            InstantSource wallClock,
            MeterRegistry registry) {
        GenerationDirectory.createDurably(options.directory());
        ShardHost host =
                new ShardHost(options, fetcher, checkpoints, faults, wallClock, Ticker.systemTicker(), registry);
        long periodMillis = options.syncEvery().toMillis();
        Maintenance rounds = new Maintenance(
                host::tended, options.disk(), Math.max(1, options.mergeBytesPerSecond() * periodMillis / 1000));
        var _ = host.maintenance.scheduleWithFixedDelay(rounds::round, 0, periodMillis, TimeUnit.MILLISECONDS);
        return host;
    }

    /** The state machine of a shard's group, for RaftHost: a fresh one, which takes the place of an earlier one. */
    public ReplicatedStateMachine stateMachine(GroupId group) {
        EngineOptions engine = EngineOptions.defaults()
                .withDataFileBytesMax(options.dataFileBytesMax())
                .withOwner(new EngineOptions.Owner(ownerId(options.clusterId()), group.number()));
        ShardCounters counters = new ShardCounters(meters);
        ShardStateMachine[] made = new ShardStateMachine[1];
        FreezeClock freezes = new FreezeClock(ticker, nanos -> onThawed(group, nanos));
        ShardStateMachine state = new ShardStateMachine(
                group,
                new GenerationDirectory(options.directory().resolve(group.toString()), GENERATION),
                directory -> EngineStore.open(directory, engine, counters.engineListener()),
                fetcher,
                faults,
                () -> forget(group, made[0]),
                () -> {
                    freezes.look(made[0].ownership());
                    transferNews.accept(group);
                });
        made[0] = state;
        hosted.put(group, new Hosted(state, counters));
        meters.add(group, state, counters);
        checkpoints.register(group, state);
        return state;
    }

    /**
     * Tells the shard its replica, once RaftHost has opened or created it.
     *
     * @throws IllegalArgumentException when the group's state machine was not made here
     */
    public Shard attach(Replica replica) {
        Hosted here = hosted.get(replica.group());
        if (here == null) {
            throw new IllegalArgumentException("not a shard of this node: " + replica.group());
        }
        Timers timers = Timers.of(timer);
        Proposer proposer = new Proposer(replica, clock, ticker, timers, options.proposer(), here.counters);
        Supplier<List<NodeId>> fullDisks =
                () -> options.disk().full() ? List.of(options.node()) : replica.votersInNeedOfRoom();
        ReplicatedShard shard = new ReplicatedShard(
                replica,
                here.state,
                proposer,
                new ShardReads(replica, here.state, reads, ticker, timers, here.counters),
                fullDisks);
        ReplicatedShard before = here.shard;
        here.transfers = new ShardTransfers(replica, here.state, fullDisks);
        here.shard = shard;
        if (before != null) {
            before.close();
        }
        return shard;
    }

    /**
     * The shard of a replica, attached when that has not been done: a replica that was rebuilt has a new state machine. Empty
     * while it has none.
     */
    public Optional<Shard> attached(Replica replica) {
        Hosted here = hosted.get(replica.group());
        if (here == null) {
            return Optional.empty();
        }
        ReplicatedShard shard = here.shard;
        if (shard != null) {
            return Optional.of(shard);
        }
        synchronized (here) {
            if (here.shard == null) {
                attach(replica);
            }
            return Optional.ofNullable(here.shard);
        }
    }

    public Optional<Shard> shard(GroupId group) {
        Hosted here = hosted.get(group);
        return here == null ? Optional.empty() : Optional.ofNullable(here.shard);
    }

    /** A shard's side of range transfers; empty while it is not attached. */
    public Optional<ShardTransfers> transfers(GroupId group) {
        Hosted here = hosted.get(group);
        return here == null ? Optional.empty() : Optional.ofNullable(here.transfers);
    }

    /** From now on {@code news} is told, by a thread that must not wait, of each shard here that goes a step further in a range transfer. */
    public void listenToTransfers(Consumer<GroupId> news) {
        transferNews = news;
    }

    /** Followers hear of a freeze and of its end later, each by another while. */
    private void onThawed(GroupId group, long frozenNanos) {
        Hosted here = hosted.get(group);
        ReplicatedShard shard = here == null ? null : here.shard;
        if (shard != null && shard.leads()) {
            meters.onThawed(frozenNanos);
        }
    }

    public Collection<Shard> shards() {
        List<Shard> attached = new ArrayList<>();
        hosted.values().forEach(here -> {
            ReplicatedShard shard = here.shard;
            if (shard != null) {
                attached.add(shard);
            }
        });
        return List.copyOf(attached);
    }

    /** What a shard did so far. */
    public Optional<ShardCounters.Values> counters(GroupId group) {
        return Optional.ofNullable(hosted.get(group)).map(here -> here.counters.values());
    }

    /** Tokens of some of the operations since this was asked last, each as likely to be among them; none: not here. */
    public long[] drainSampledTokens(GroupId group) {
        Hosted here = hosted.get(group);
        return here == null ? new long[0] : here.counters.sampled.drain();
    }

    @Override
    public void close() {
        hosted.forEach((group, here) -> {
            checkpoints.unregister(group, here.state);
            ReplicatedShard shard = here.shard;
            if (shard != null) {
                shard.close();
            }
        });
        maintenance.shutdown();
        timer.shutdown();
        reads.close();
        try {
            var _ = maintenance.awaitTermination(CLOSE_WAIT_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        hosted.values().forEach(here -> here.state.close());
    }

    private void forget(GroupId group, ShardStateMachine state) {
        checkpoints.unregister(group, state);
        Hosted here = hosted.get(group);
        if (here != null && here.state == state && hosted.remove(group, here)) {
            meters.remove(group);
            ReplicatedShard shard = here.shard;
            if (shard != null) {
                shard.close();
            }
        }
    }

    private Collection<Maintenance.Tended> tended() {
        return hosted.values().stream()
                .map(here -> new Maintenance.Tended(here.state, here.counters))
                .toList();
    }

    /** The number under which engine files know the cluster. */
    static long ownerId(String clusterId) {
        return Hashing.farmHashFingerprint64()
                .hashString(clusterId, StandardCharsets.UTF_8)
                .asLong();
    }

    private static ScheduledExecutorService thread(String name) {
        return Executors.newSingleThreadScheduledExecutor(
                Thread.ofPlatform().daemon().name(name).factory());
    }
}
