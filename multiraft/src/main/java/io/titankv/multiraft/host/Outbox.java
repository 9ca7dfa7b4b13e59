package io.titankv.multiraft.host;

import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.ToIntFunction;

/**
 * What many threads want to send on one stream. Whoever adds something sends it, unless somebody is sending already, who then sends that,
 * too; within a {@link Burst} it is sent at the burst's end. So nothing waits for a thread or for time, and what comes together travels in
 * one batch. Thread-safe; what is added by one thread is sent in that order.
 */
final class Outbox<T> {
    /** Then the next begins: receivers refuse messages far larger. One part may be larger than this. */
    private static final int BATCH_BYTES_MAX = 1 << 20;

    private static final int BATCH_PARTS_MAX = 256;

    private final Queue<T> waiting = new ConcurrentLinkedQueue<>();
    private final AtomicInteger asked = new AtomicInteger();
    private final Runnable sending = this::sendAll;
    private final ToIntFunction<T> bytes;
    private final Consumer<List<T>> stream;

    /**
     * @param bytes about how long a part is
     * @param stream takes a batch; called by one thread at a time
     */
    Outbox(ToIntFunction<T> bytes, Consumer<List<T>> stream) {
        this.bytes = bytes;
        this.stream = stream;
    }

    void add(T part) {
        waiting.add(part);
        Burst.atEnd(sending);
    }

    private void sendAll() {
        if (asked.getAndIncrement() != 0) {
            return;
        }
        int answered = 1;
        do {
            for (T first = waiting.poll(); first != null; first = waiting.poll()) {
                stream.accept(batchFrom(first));
            }
            answered = asked.addAndGet(-answered);
        } while (answered != 0);
    }

    private List<T> batchFrom(T first) {
        List<T> batch = new ArrayList<>();
        batch.add(first);
        int total = bytes.applyAsInt(first);
        while (batch.size() < BATCH_PARTS_MAX) {
            T next = waiting.peek();
            if (next == null) {
                break;
            }
            total += bytes.applyAsInt(next);
            if (total > BATCH_BYTES_MAX) {
                break;
            }
            batch.add(waiting.remove());
        }
        return batch;
    }
}
