package io.titankv.gateway;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.titankv.model.ErrorReason;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** What the gateway counts. Thread-safe. */
final class GatewayMeters {
    /** What a caller may ask for. */
    enum Kind {
        GET,
        PUT,
        DELETE,
        BATCH_GET,
        BATCH_WRITE,
        SCAN,
        SCAN_STREAM,
        EXPLAIN;

        String label() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    private static final String OK = "OK";

    private final MeterRegistry registry;
    private final ConcurrentHashMap<TimerKey, Timer> requests = new ConcurrentHashMap<>();
    private final ConcurrentHashMap<ErrorReason, Counter> retries = new ConcurrentHashMap<>();
    private final Counter forwarded;
    private final AtomicInteger sessions = new AtomicInteger();

    private record TimerKey(Kind kind, @Nullable ErrorReason reason) {}

    GatewayMeters(MeterRegistry registry, Admission admission) {
        this.registry = registry;
        this.forwarded = Counter.builder("titan_gateway_forwards_total")
                .description("tries that were sent to another node")
                .register(registry);
        Gauge.builder("titan_gateway_in_flight_operations", admission, Admission::opsInFlight)
                .register(registry);
        Gauge.builder("titan_gateway_in_flight_bytes", admission, Admission::bytesInFlight)
                .register(registry);
        Gauge.builder("titan_gateway_sessions", sessions, AtomicInteger::get).register(registry);
    }

    /**
     * Counts an answer.
     *
     * @param reason null: OK
     */
    void onAnswered(Kind kind, @Nullable ErrorReason reason, long nanos) {
        requests.computeIfAbsent(new TimerKey(kind, reason), this::timer).record(Duration.ofNanos(nanos));
    }

    private Timer timer(TimerKey key) {
        return Timer.builder("titan_gateway_request_seconds")
                .description("time from a request's arrival to its answer")
                .tag("kind", key.kind().label())
                .tag("reason", key.reason() == null ? OK : key.reason().name())
                .publishPercentileHistogram()
                .register(registry);
    }

    void onForwarded() {
        forwarded.increment();
    }

    void onRetried(ErrorReason reason) {
        retries.computeIfAbsent(
                        reason,
                        why -> Counter.builder("titan_gateway_retries_total")
                                .description("tries that were refused and made again")
                                .tag("reason", why.name())
                                .register(registry))
                .increment();
    }

    void onSessionOpened() {
        sessions.incrementAndGet();
    }

    void onSessionClosed() {
        sessions.decrementAndGet();
    }
}
