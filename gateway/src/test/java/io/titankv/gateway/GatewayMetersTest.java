package io.titankv.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.titankv.gateway.GatewayMeters.Kind;
import io.titankv.model.ErrorReason;
import io.titankv.model.NodeId;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** What the gateway counts is found under its kind and its code, and counting costs no memory. */
final class GatewayMetersTest {
    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    private final GatewayOptions options = GatewayOptions.defaults(new NodeId("n1"), 1L << 30);
    private final Admission admission = new Admission(options);
    private final AnswerRooms rooms = new AnswerRooms(options);
    private final GatewayMeters meters = new GatewayMeters(registry, admission, rooms);

    @Test
    void anAnswerIsCountedUnderItsKindAndCode() {
        meters.onAnswered(Kind.PUT, null, 1_500_000);
        meters.onAnswered(Kind.PUT, ErrorReason.BUSY, 3_000);
        meters.onAnswered(Kind.SESSION_GET, null, 100_000);

        assertThat(answers("put", "OK")).isEqualTo(1);
        assertThat(answers("put", "BUSY")).isEqualTo(1);
        assertThat(answers("session_get", "OK")).isEqualTo(1);
        assertThat(answers("get", "OK")).isZero();
        assertThat(registry.get("titan_gateway_request_seconds")
                        .tags("kind", "put", "outcome", "ok")
                        .timer()
                        .totalTime(TimeUnit.NANOSECONDS))
                .isEqualTo(1_500_000);
        assertThat(registry.get("titan_gateway_request_seconds")
                        .tags("kind", "put", "outcome", "error")
                        .timer()
                        .count())
                .isEqualTo(1);
    }

    @Test
    void theBucketsOfATimeAreBounded() {
        meters.onAnswered(Kind.GET, null, 700_000);

        var buckets = registry.get("titan_gateway_request_seconds")
                .tags("kind", "get", "outcome", "ok")
                .timer()
                .takeSnapshot()
                .histogramCounts();
        assertThat(buckets).hasSize(14);
        assertThat(buckets[1].count()).as("up to 0.5 ms").isZero();
        assertThat(buckets[2].count()).as("up to 1 ms").isEqualTo(1);
    }

    @Test
    void whatIsInFlightAndOpenIsShown() {
        try (Admission.Permit _ = admission.tryAdmit(3, 700).orElseThrow()) {
            meters.onSessionOpened();
            assertThat(gauge("titan_gateway_in_flight_operations")).isEqualTo(3);
            assertThat(gauge("titan_gateway_in_flight_bytes")).isEqualTo(700);
            assertThat(gauge("titan_gateway_sessions")).isEqualTo(1);
            rooms.of(Arrival.CLIENT).takeAnyway(options.resultBytesMax());
            rooms.of(Arrival.FORWARDED).takeAnyway(5);
            assertThat(gauge("titan_gateway_result_bytes")).isEqualTo(options.resultBytesMax() + 5.0);
            assertThat(gauge("titan_gateway_waiting_reads")).isZero();
            var _ = rooms.of(Arrival.CLIENT).take(1, Deadline.in(Duration.ofMinutes(1), Ticker.SYSTEM));
            assertThat(gauge("titan_gateway_waiting_reads")).isEqualTo(1);
        }
        meters.onSessionClosed();
        assertThat(gauge("titan_gateway_in_flight_operations")).isZero();
        assertThat(gauge("titan_gateway_sessions")).isZero();
    }

    @Test
    void forwardsAndRetriesAreCounted() {
        meters.onForwarded();
        meters.onRetried(ErrorReason.NOT_LEADER);
        meters.onRetried(ErrorReason.NOT_LEADER);

        assertThat(registry.get("titan_gateway_forwards_total").counter().count())
                .isEqualTo(1);
        assertThat(registry.get("titan_gateway_retries_total")
                        .tag("reason", "NOT_LEADER")
                        .counter()
                        .count())
                .isEqualTo(2);
    }

    @Test
    void everyMeterSaysWhatItIs() {
        meters.onRetried(ErrorReason.BUSY);
        assertThat(registry.getMeters())
                .extracting(Meter::getId)
                // The simple registry shows each bucket as a gauge of its own, which nobody describes.
                .filteredOn(id -> !id.getName().endsWith(".histogram"))
                .allMatch(id ->
                        id.getDescription() != null && !id.getDescription().isBlank());
    }

    @Test
    void countingAnAnswerTakesNoMemory() {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        count(20_000);
        long before = threads.getCurrentThreadAllocatedBytes();
        count(20_000);
        // A few hundred bytes are the measurement's own; one object for each answer would be hundreds of thousands.
        assertThat(threads.getCurrentThreadAllocatedBytes() - before).isLessThan(100_000);
    }

    private void count(int times) {
        for (int i = 0; i < times; i++) {
            meters.onAnswered(Kind.GET, null, i);
        }
    }

    private double answers(String kind, String code) {
        return registry.get("titan_gateway_answers_total")
                .tags("kind", kind, "code", code)
                .counter()
                .count();
    }

    private double gauge(String name) {
        return registry.get(name).gauge().value();
    }
}
