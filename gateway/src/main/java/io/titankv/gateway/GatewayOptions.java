package io.titankv.gateway;

import io.titankv.model.Limits;
import io.titankv.model.NodeId;
import java.time.Duration;

/**
 * How one node's gateway behaves. Immutable.
 *
 * @param self the node that it stands on
 * @param opsInFlightMax requests and session operations that the node works on at once; more are answered BUSY
 * @param bytesInFlightMax bytes of their requests; while there are so many, others are answered BUSY. Results have rooms of half as much
 * @param sessionOpsMax unanswered operations of one session at which the gateway reads no further from it; a message that has
 *     been read counts whole, so up to {@link Limits#REQUEST_OPERATIONS_MAX} more may be in flight
 * @param sessionBytesMax as above, for bytes
 * @param untakenMax how long a session's answers may wait without its caller taking any; then the session is ended
 * @param timeoutDefault time for a request that came without a deadline
 * @param timeoutMax longest time that a request may take; a later deadline is cut to it
 * @param pauseMin first pause before a request that is known not to have been done is tried again
 * @param pauseMax longest such pause
 * @param busyDelay how long a caller that was answered BUSY is told to wait
 * @param entryBytesMax largest part of an atomic batch for one shard, bytes
 */
public record GatewayOptions(
        NodeId self,
        int opsInFlightMax,
        long bytesInFlightMax,
        int sessionOpsMax,
        long sessionBytesMax,
        Duration untakenMax,
        Duration timeoutDefault,
        Duration timeoutMax,
        Duration pauseMin,
        Duration pauseMax,
        Duration busyDelay,
        int entryBytesMax) {
    private static final int OPS_IN_FLIGHT = 20_000;
    private static final long BYTES_IN_FLIGHT_MIN = 4L << 20;
    private static final long BYTES_IN_FLIGHT_MAX = 256L << 20;

    /**
     * What is in flight is on the heap four times where a node leads: as it came, in its log, and as an entry of two followers; twice as
     * much again if a value fills a bit more than half of a region of the collector.
     */
    private static final int HEAP_TO_BYTES_IN_FLIGHT = 16;

    private static final int SESSION_OPS = 4_000;
    private static final long SESSION_BYTES_MAX = 16L << 20;

    public GatewayOptions {
        requirePositive("opsInFlightMax", opsInFlightMax);
        requirePositive("bytesInFlightMax", bytesInFlightMax);
        requirePositive("sessionOpsMax", sessionOpsMax);
        requirePositive("sessionBytesMax", sessionBytesMax);
        requirePositive("untakenMax", untakenMax.toNanos());
        requirePositive("timeoutDefault", timeoutDefault.toNanos());
        requirePositive("timeoutMax", timeoutMax.toNanos());
        requirePositive("pauseMin", pauseMin.toNanos());
        requirePositive("pauseMax", pauseMax.toNanos());
        requirePositive("busyDelay", busyDelay.toNanos());
        requirePositive("entryBytesMax", entryBytesMax);
        if (pauseMin.compareTo(pauseMax) > 0) {
            throw new IllegalArgumentException("pauseMin is longer than pauseMax: " + pauseMin + ", " + pauseMax);
        }
    }

    private static void requirePositive(String name, long value) {
        if (value <= 0) {
            throw new IllegalArgumentException(name + " must be above 0: " + value);
        }
    }

    /**
     * The defaults.
     *
     * @param heapBytes this node's part of the JVM's heap: bytes in flight are a sixteenth of it, 4 to 256 MiB; a session may have half of
     *     them, at most 16 MiB
     */
    public static GatewayOptions defaults(NodeId self, long heapBytes) {
        long bytesInFlight = Math.clamp(heapBytes / HEAP_TO_BYTES_IN_FLIGHT, BYTES_IN_FLIGHT_MIN, BYTES_IN_FLIGHT_MAX);
        return new GatewayOptions(
                self,
                OPS_IN_FLIGHT,
                bytesInFlight,
                SESSION_OPS,
                Math.min(SESSION_BYTES_MAX, bytesInFlight / 2),
                Duration.ofMinutes(1),
                Duration.ofSeconds(10),
                Duration.ofMinutes(5),
                Duration.ofMillis(5),
                Duration.ofMillis(200),
                Duration.ofMillis(50),
                Limits.ENTRY_BYTES_DEFAULT_MAX);
    }

    /** Bytes of large results on their way to clients, and as many to other nodes, at which further ones wait before they are read. */
    long resultBytesMax() {
        return Math.max(1, bytesInFlightMax / 2);
    }

    /** As above, for one session: no more than half of them, so that one that takes nothing leaves room for others. */
    long sessionResultBytesMax() {
        return Math.max(1, Math.min(sessionBytesMax, resultBytesMax() / 2));
    }

    public GatewayOptions withNodeBounds(int ops, long bytes) {
        return new GatewayOptions(
                self,
                ops,
                bytes,
                sessionOpsMax,
                sessionBytesMax,
                untakenMax,
                timeoutDefault,
                timeoutMax,
                pauseMin,
                pauseMax,
                busyDelay,
                entryBytesMax);
    }

    public GatewayOptions withSessionBounds(int ops, long bytes) {
        return new GatewayOptions(
                self,
                opsInFlightMax,
                bytesInFlightMax,
                ops,
                bytes,
                untakenMax,
                timeoutDefault,
                timeoutMax,
                pauseMin,
                pauseMax,
                busyDelay,
                entryBytesMax);
    }

    public GatewayOptions withTimeoutDefault(Duration timeout) {
        return new GatewayOptions(
                self,
                opsInFlightMax,
                bytesInFlightMax,
                sessionOpsMax,
                sessionBytesMax,
                untakenMax,
                timeout,
                timeoutMax,
                pauseMin,
                pauseMax,
                busyDelay,
                entryBytesMax);
    }

    public GatewayOptions withPauses(Duration min, Duration max) {
        return new GatewayOptions(
                self,
                opsInFlightMax,
                bytesInFlightMax,
                sessionOpsMax,
                sessionBytesMax,
                untakenMax,
                timeoutDefault,
                timeoutMax,
                min,
                max,
                busyDelay,
                entryBytesMax);
    }

    public GatewayOptions withUntakenMax(Duration longest) {
        return new GatewayOptions(
                self,
                opsInFlightMax,
                bytesInFlightMax,
                sessionOpsMax,
                sessionBytesMax,
                longest,
                timeoutDefault,
                timeoutMax,
                pauseMin,
                pauseMax,
                busyDelay,
                entryBytesMax);
    }
}
