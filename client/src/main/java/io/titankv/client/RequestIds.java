package io.titankv.client;

import com.google.protobuf.ByteString;
import io.titankv.proto.kv.v1.RequestId;
import java.util.LinkedHashSet;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The names under which a shard knows this client's writes, and how far it may forget them. Thread-safe.
 *
 * <p>A sequence is taken for a write and given back when its future has ended, in whatever way: from then on the write is not
 * sent again.
 */
final class RequestIds {
    private final ByteString clientId;
    private final ReentrantLock lock = new ReentrantLock();
    /** Taken and not given back; in rising order, since they are taken so. Bounded by the operations in flight. */
    private final LinkedHashSet<Long> open = new LinkedHashSet<>();

    private long next = 1;

    /**
     * @param clientId 16 random bytes
     */
    RequestIds(ByteString clientId) {
        this.clientId = clientId;
    }

    long take() {
        lock.lock();
        try {
            long sequence = next++;
            open.add(sequence);
            return sequence;
        } finally {
            lock.unlock();
        }
    }

    void giveBack(long sequence) {
        lock.lock();
        try {
            open.remove(sequence);
        } finally {
            lock.unlock();
        }
    }

    /** The id to send now: what may be forgotten has grown since the last try. */
    RequestId toProto(long sequence) {
        long answeredBelow;
        lock.lock();
        try {
            answeredBelow = open.isEmpty() ? next : open.getFirst();
        } finally {
            lock.unlock();
        }
        return RequestId.newBuilder()
                .setClientId(clientId)
                .setSequence(sequence)
                .setAnsweredBelow(Math.min(answeredBelow, sequence))
                .build();
    }
}
