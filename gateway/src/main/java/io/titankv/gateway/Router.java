package io.titankv.gateway;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Finds, for every kind of request, a replica that answers it. Thread-safe; nothing here blocks.
 *
 * <p>It tries again by itself only what is known not to have been done, or changes nothing, and only until the request's
 * deadline; see {@link RouteWalk}. The returned futures never end exceptionally.
 */
final class Router {
    private final GatewayOptions options;
    private final RouteSource routes;
    private final LocalShards shards;
    private final LeaderHints hints = new LeaderHints();
    private final TargetChoice choice;
    private final RoundPauses pauses;
    private final GatewayMeters meters;

    Router(GatewayOptions options, RouteSource routes, LocalShards shards, RoundPauses pauses, GatewayMeters meters) {
        this.options = options;
        this.routes = routes;
        this.shards = shards;
        this.choice = new TargetChoice(options.self(), shards, hints);
        this.pauses = pauses;
        this.meters = meters;
    }

    <T> CompletableFuture<Answer<T>> route(Routed<T> operation, Call call) {
        RouteWalk<T> walk = new RouteWalk<>(this, operation, call);
        walk.step();
        return walk.result();
    }

    GatewayOptions options() {
        return options;
    }

    RouteSource routes() {
        return routes;
    }

    LocalShards shards() {
        return shards;
    }

    LeaderHints hints() {
        return hints;
    }

    TargetChoice choice() {
        return choice;
    }

    GatewayMeters meters() {
        return meters;
    }

    /** The longest pause after a round, which doubles with each, of which a random half is taken: many that wait do not come back together. */
    Duration pause(int round) {
        long longest = options.pauseMax().toNanos();
        long nanos = options.pauseMin().toNanos();
        for (int i = 1; i < round && nanos < longest; i++) {
            nanos *= 2;
        }
        nanos = Math.min(nanos, longest);
        return Duration.ofNanos(nanos / 2 + ThreadLocalRandom.current().nextLong(nanos / 2 + 1));
    }

    RoundPauses pauses() {
        return pauses;
    }
}
