package io.titankv.gateway;

import io.grpc.ServerInterceptors;
import io.grpc.ServerServiceDefinition;
import io.micrometer.core.instrument.MeterRegistry;
import io.titankv.client.session.SessionLinkOptions;
import io.titankv.model.GroupId;
import io.titankv.model.ShardMap;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * One node's endpoint for clients: the Kv service. Thread-safe.
 *
 * <p>It takes each request to the replica that can answer it, here or on another node, and tries again by itself only what is
 * known not to have been done. The server adds {@link #services} to its gRPC server, and closes the gateway after that server.
 */
public final class Gateway implements AutoCloseable {
    private static final int EXECUTOR_THREADS_MIN = 2;
    private static final long CLOSE_SECONDS = 5;

    private final ForkJoinPool executor;
    private final ScheduledThreadPoolExecutor timer;
    private final RoundPauses pauses;
    private final Peers peers;
    private final Admission admission;
    private final AnswerRooms rooms;
    private final List<ServerServiceDefinition> services;

    private Gateway(
            ForkJoinPool executor,
            ScheduledThreadPoolExecutor timer,
            RoundPauses pauses,
            Peers peers,
            Admission admission,
            AnswerRooms rooms,
            List<ServerServiceDefinition> services) {
        this.executor = executor;
        this.timer = timer;
        this.pauses = pauses;
        this.peers = peers;
        this.admission = admission;
        this.rooms = rooms;
        this.services = services;
    }

    public static Gateway create(
            GatewayOptions options,
            RouteSource routes,
            LocalShards shards,
            PeerChannels channels,
            MeterRegistry registry) {
        return create(options, routes, shards, channels, registry, SessionLinkOptions.defaults(), Ticker.SYSTEM);
    }

    static Gateway create(
            GatewayOptions options,
            RouteSource routes,
            LocalShards shards,
            PeerChannels channels,
            MeterRegistry registry,
            SessionLinkOptions linkOptions,
            Ticker ticker) {
        ForkJoinPool executor = new ForkJoinPool(
                Math.max(EXECUTOR_THREADS_MIN, Runtime.getRuntime().availableProcessors()),
                ForkJoinPool.defaultForkJoinWorkerThreadFactory,
                null,
                true);
        ScheduledThreadPoolExecutor timer = new ScheduledThreadPoolExecutor(
                1, Thread.ofPlatform().daemon().name("gateway-timer").factory());
        timer.setRemoveOnCancelPolicy(true);
        Admission admission = new Admission(options);
        AnswerRooms rooms = new AnswerRooms(options);
        GatewayMeters meters = new GatewayMeters(registry, admission, rooms);
        Peers peers = new Peers(options, routes, channels, linkOptions);
        RoundPauses pauses = new RoundPauses(timer, executor);
        Router router = new Router(options, routes, shards, pauses, meters);
        KeyOperations operations = new KeyOperations(router, peers);
        GatewayParts parts = new GatewayParts(
                options,
                routes,
                admission,
                rooms,
                operations,
                new Batches(operations),
                new AtomicBatches(router, peers),
                new Scans(router, new ScanSteps(router, peers), executor),
                new Explains(router, peers, ticker),
                meters,
                executor,
                timer,
                ticker);
        List<ServerServiceDefinition> services =
                List.of(ServerInterceptors.intercept(new KvEndpoint(parts), ForwardMark.interceptor()));
        return new Gateway(executor, timer, pauses, peers, admission, rooms, services);
    }

    /** What the server offers for this gateway. */
    public List<ServerServiceDefinition> services() {
        return services;
    }

    /** Where calls of {@link #services} are best begun, as they do not block: on the threads that carry them on. */
    public Executor executor() {
        return executor;
    }

    /**
     * Says that somebody leads a shard with a replica here, or that what it owns has changed: requests that wait for that go on at once.
     * Without such news they look again now and then.
     */
    public void onShardNews(GroupId shard) {
        pauses.onNews(shard);
    }

    /** Says that there are newer routes, for the same reason. */
    public void onRoutes(ShardMap newest) {
        pauses.onMap(newest);
    }

    /** Requests and session operations being worked on now. */
    public long opsInFlight() {
        return admission.opsInFlight();
    }

    /** Bytes that they hold, and their large results. */
    public long bytesInFlight() {
        return admission.bytesInFlight() + rooms.held();
    }

    /** Ends what is on its way to other nodes, then the threads. Idempotent. Call it when no call comes any more. */
    @Override
    public void close() {
        peers.close();
        timer.shutdownNow();
        executor.shutdown();
        try {
            executor.awaitTermination(CLOSE_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
