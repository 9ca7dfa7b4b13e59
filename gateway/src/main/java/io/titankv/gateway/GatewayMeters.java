package io.titankv.gateway;

import static java.util.Objects.requireNonNull;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.titankv.model.ErrorReason;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * What the gateway counts. All meters are made at the start and found by their place in an enum, so that counting takes no lock and
 * no memory. Thread-safe.
 */
final class GatewayMeters {
    /** What a caller may ask for; {@code SESSION_} is an operation on a session's stream. */
    enum Kind {
        GET,
        PUT,
        DELETE,
        BATCH_GET,
        BATCH_WRITE,
        SCAN,
        SCAN_STREAM,
        EXPLAIN,
        SESSION_GET,
        SESSION_PUT,
        SESSION_DELETE;

        String label() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** From a read out of memory to the longest time-out that people use; no more, since every kind has all of them twice. */
    private static final Duration[] BUCKETS = {
        Duration.ofNanos(200_000),
        Duration.ofNanos(500_000),
        Duration.ofMillis(1),
        Duration.ofMillis(2),
        Duration.ofMillis(5),
        Duration.ofMillis(10),
        Duration.ofMillis(20),
        Duration.ofMillis(50),
        Duration.ofMillis(100),
        Duration.ofMillis(250),
        Duration.ofMillis(500),
        Duration.ofSeconds(1),
        Duration.ofMillis(2500),
        Duration.ofSeconds(10)
    };

    /** The meters of one kind of request. */
    private record KindMeters(Timer done, Timer failed, Counter ok, Map<ErrorReason, Counter> errors) {}

    private final MeterRegistry registry;
    private final Map<Kind, KindMeters> kinds = new EnumMap<>(Kind.class);
    private final Map<ErrorReason, Counter> retries = new EnumMap<>(ErrorReason.class);
    private final Counter forwarded;
    private final AtomicInteger sessions = new AtomicInteger();

    GatewayMeters(MeterRegistry registry, Admission admission, AnswerRooms rooms) {
        this.registry = registry;
        for (Kind kind : Kind.values()) {
            kinds.put(kind, meters(kind));
        }
        for (ErrorReason reason : ErrorReason.values()) {
            retries.put(reason, retries(reason));
        }
        this.forwarded = Counter.builder("titan_gateway_forwards_total")
                .description(
                        "Tries that were sent to another node, which leads the shard. Near zero when clients know the"
                                + " leaders; rising for long: they use old routes.")
                .register(registry);
        Gauge.builder("titan_gateway_in_flight_operations", admission, Admission::opsInFlight)
                .description("Operations that this node works on now. At its limit further ones are refused as BUSY.")
                .register(registry);
        Gauge.builder("titan_gateway_in_flight_bytes", admission, Admission::bytesInFlight)
                .description("Bytes of requests held now. At its limit further requests are refused as BUSY.")
                .register(registry);
        Gauge.builder("titan_gateway_result_bytes", rooms, AnswerRooms::held)
                .description("Bytes of results over 1 KiB that were read and that no caller has taken yet. At its limit"
                        + " further reads wait. Worry when it stays there: callers ask for more than they read.")
                .register(registry);
        Gauge.builder("titan_gateway_waiting_reads", rooms, AnswerRooms::waiting)
                .description("Reads that wait for room for their result. Worry when it stays above 0.")
                .register(registry);
        Gauge.builder("titan_gateway_sessions", sessions, AtomicInteger::get)
                .description("Session streams that are open now.")
                .register(registry);
    }

    private KindMeters meters(Kind kind) {
        Map<ErrorReason, Counter> errors = new EnumMap<>(ErrorReason.class);
        for (ErrorReason reason : ErrorReason.values()) {
            errors.put(reason, answers(kind, reason.name()));
        }
        return new KindMeters(timer(kind, "ok"), timer(kind, "error"), answers(kind, "OK"), errors);
    }

    private Timer timer(Kind kind, String outcome) {
        return Timer.builder("titan_gateway_request_seconds")
                .description(
                        "Time from a request's arrival to its answer. Worry when the 99th percentile of ok is far above"
                                + " what it usually is.")
                .tag("kind", kind.label())
                .tag("outcome", outcome)
                .serviceLevelObjectives(BUCKETS)
                .register(registry);
    }

    private Counter answers(Kind kind, String code) {
        return Counter.builder("titan_gateway_answers_total")
                .description(
                        "Answers by kind of request and code, OK or the reason of the error. Worry about any rate of"
                                + " OUTCOME_UNDETERMINED, DATA_QUARANTINED, DISK_FULL or INTERNAL, and a lasting one of"
                                + " BUSY, NO_LEADER or TIMED_OUT.")
                .tag("kind", kind.label())
                .tag("code", code)
                .register(registry);
    }

    private Counter retries(ErrorReason reason) {
        return Counter.builder("titan_gateway_retries_total")
                .description(
                        "Tries that were refused and made again by the gateway itself, by the reason of the refusal."
                                + " Some at each change of leader; a lasting rate: a shard without a leader.")
                .tag("reason", reason.name())
                .register(registry);
    }

    /**
     * Counts an answer.
     *
     * @param reason null: OK
     */
    void onAnswered(Kind kind, @Nullable ErrorReason reason, long nanos) {
        KindMeters meters = requireNonNull(kinds.get(kind));
        if (reason == null) {
            meters.done().record(nanos, TimeUnit.NANOSECONDS);
            meters.ok().increment();
        } else {
            meters.failed().record(nanos, TimeUnit.NANOSECONDS);
            requireNonNull(meters.errors().get(reason)).increment();
        }
    }

    void onForwarded() {
        forwarded.increment();
    }

    void onRetried(ErrorReason reason) {
        requireNonNull(retries.get(reason)).increment();
    }

    void onSessionOpened() {
        sessions.incrementAndGet();
    }

    void onSessionClosed() {
        sessions.decrementAndGet();
    }
}
