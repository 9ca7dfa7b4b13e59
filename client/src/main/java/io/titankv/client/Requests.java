package io.titankv.client;

import io.titankv.client.RetryLoop.Job;
import io.titankv.client.session.TimerWheel;
import io.titankv.model.ErrorReason;
import io.titankv.model.Token;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/** Lets operations in, within the client's bounds, and sees each through its tries. Thread-safe. */
final class Requests implements AutoCloseable {
    private final Connections connections;
    private final RouteCache routes;
    private final TimerWheel timer;
    private final RetryPolicy policy;
    private final InFlightLimit limit;
    private final WhenFull whenFull;
    private final boolean routing;
    private volatile boolean closed;

    Requests(
            Connections connections,
            RouteCache routes,
            TimerWheel timer,
            RetryPolicy policy,
            InFlightLimit limit,
            WhenFull whenFull,
            boolean routing) {
        this.connections = connections;
        this.routes = routes;
        this.timer = timer;
        this.policy = policy;
        this.limit = limit;
        this.whenFull = whenFull;
        this.routing = routing;
    }

    Connections connections() {
        return connections;
    }

    RouteCache routes() {
        return routes;
    }

    TimerWheel timer() {
        return timer;
    }

    RetryPolicy policy() {
        return policy;
    }

    boolean routing() {
        return routing;
    }

    boolean isClosed() {
        return closed;
    }

    int inFlight() {
        return limit.operations();
    }

    /**
     * The address for the next try.
     *
     * @param hinted who leads, as this operation was told
     */
    String choose(Token token, boolean anyReplica, Set<String> tried, Optional<String> hinted) {
        return TargetChoice.choose(
                token,
                anyReplica,
                routes.known(token, hinted),
                tried,
                connections::isDown,
                ThreadLocalRandom.current());
    }

    /**
     * Does a job.
     *
     * @param operations that it counts for
     * @param bytes that it sends, and holds until its end
     */
    <T> CompletableFuture<T> submit(Job<T> job, int operations, long bytes) {
        @Nullable TitanException refusal = admitOrRefuse(job, operations, bytes);
        if (refusal != null) {
            return CompletableFuture.failedFuture(refusal);
        }
        CompletableFuture<T> result = new RetryLoop<>(this, job, bytes).start();
        var _ = result.whenComplete((value, failure) -> limit.release(operations, bytes));
        return result;
    }

    private @Nullable TitanException admitOrRefuse(Job<?> job, int operations, long bytes) {
        if (closed) {
            return new TitanException.Unavailable(ErrorReason.NOT_READY, "the client is closed", null, null);
        }
        long waitNanos = whenFull == WhenFull.WAIT ? job.timeout().toNanos() : 0;
        try {
            return limit.tryAcquire(operations, bytes, waitNanos)
                    ? null
                    : new TitanException.Unavailable(
                            ErrorReason.BUSY, "as much is in flight as the client may hold; not sent", null, null);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return new TitanException.Unavailable(
                    ErrorReason.BUSY, "interrupted while waiting for room; not sent", null, e);
        }
    }

    /** Refuses what comes, and lets what is under way fail. */
    @Override
    public void close() {
        closed = true;
        routes.close();
        connections.close();
    }

    /** True when a read of this level need not go to the leader. */
    static boolean anyReplica(ReadLevel level) {
        return switch (level) {
            case ReadLevel.Linearizable() -> false;
            case ReadLevel.Lease() -> false;
            case ReadLevel.BoundedStaleness _ -> true;
            case ReadLevel.Any() -> true;
            case ReadLevel.After _ -> true;
        };
    }
}
