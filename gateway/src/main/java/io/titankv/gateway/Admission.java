package io.titankv.gateway;

import io.titankv.model.ErrorReason;
import io.titankv.proto.errors.TitanError;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Bounds what the node works on at once, in requests and in bytes. What does not fit is refused, never queued. Thread-safe.
 */
final class Admission {
    private final long opsMax;
    private final long bytesMax;
    private final Duration busyDelay;

    /** Invariant: the sum of what all open permits hold. */
    private final AtomicLong ops = new AtomicLong();

    /** As above. May pass {@link #bytesMax} by one request. */
    private final AtomicLong bytes = new AtomicLong();

    Admission(GatewayOptions options) {
        this.opsMax = options.opsInFlightMax();
        this.bytesMax = options.bytesInFlightMax();
        this.busyDelay = options.busyDelay();
    }

    /**
     * Room for that much, or none. Bytes are let in while the bound is not reached, so that it slows large requests down but never
     * shuts them out; a request of more operations than the whole bound is let in when it is alone.
     */
    Optional<Permit> tryAdmit(int wantedOps, long wantedBytes) {
        long opsNow = ops.addAndGet(wantedOps);
        long bytesNow = bytes.addAndGet(wantedBytes);
        boolean alone = opsNow == wantedOps;
        if (!alone && (opsNow > opsMax || bytesNow - wantedBytes >= bytesMax)) {
            ops.addAndGet(-wantedOps);
            bytes.addAndGet(-wantedBytes);
            return Optional.empty();
        }
        return Optional.of(new Permit(this, wantedOps, wantedBytes));
    }

    TitanError busy() {
        return TitanError.of(
                        ErrorReason.BUSY,
                        "node is working on " + ops.get() + " operations (limit " + opsMax + ") of " + bytes.get()
                                + " bytes (limit " + bytesMax + ")")
                .withLimit(opsMax)
                .withRetryDelay(busyDelay);
    }

    long opsInFlight() {
        return ops.get();
    }

    long bytesInFlight() {
        return bytes.get();
    }

    /** A share of the node's room, which its holder gives back once. Thread-safe. */
    static final class Permit implements AutoCloseable {
        private final Admission admission;
        private final AtomicLong opsHeld;
        private final AtomicLong bytesHeld;

        private Permit(Admission admission, int ops, long bytes) {
            this.admission = admission;
            this.opsHeld = new AtomicLong(ops);
            this.bytesHeld = new AtomicLong(bytes);
        }

        /** Gives back a part. */
        void release(int someOps, long someBytes) {
            if (opsHeld.addAndGet(-someOps) < 0 || bytesHeld.addAndGet(-someBytes) < 0) {
                throw new IllegalStateException("more was given back than was taken");
            }
            admission.ops.addAndGet(-someOps);
            admission.bytes.addAndGet(-someBytes);
        }

        /** Gives back what is left. Idempotent. */
        @Override
        public void close() {
            admission.ops.addAndGet(-opsHeld.getAndSet(0));
            admission.bytes.addAndGet(-bytesHeld.getAndSet(0));
        }
    }
}
