package io.titankv.client.session;

import java.time.Duration;
import java.util.ArrayDeque;

/**
 * When what waits on a stream is worth a message. A message costs client and server about the same with one operation or with twenty, so
 * under load few and large ones are wanted; with little under way nothing waits.
 *
 * <p>While the messages without any answer hold few operations each, what comes waits for company: until an answer came, until so much waits
 * that it is worth another message, or until the oldest of them has had no answer for {@link #PATIENCE}, as when its shards stand still.
 * (Nagle's algorithm, RFC 896, with more than one message under way.) Not thread-safe: the link's lock guards it.
 */
final class SessionPace {
    /** Fewer operations that wait for an answer are no load. */
    static final int LOAD_MIN = 32;

    /** So many operations are worth a message. */
    static final int WORTH_OPERATIONS = 16;

    /** So many bytes are worth a message, too. */
    static final long WORTH_BYTES = 16 << 10;

    /** A message without answer for longer holds nothing back. */
    static final Duration PATIENCE = Duration.ofMillis(10);

    /** A message that was sent. */
    static final class Sent {
        final long atNanos;
        private int operations;
        /** No answer came to it, and it is not too old. */
        private boolean counts = true;

        private Sent(long atNanos) {
            this.atNanos = atNanos;
        }
    }

    /** Oldest first, and all that count; others until they are the oldest. */
    private final ArrayDeque<Sent> messages = new ArrayDeque<>();

    private int unanswered;
    private int unansweredOperations;

    /** A message that is about to be sent, empty yet. */
    Sent begin(long nowNanos) {
        Sent sent = new Sent(nowNanos);
        messages.add(sent);
        unanswered++;
        return sent;
    }

    /** The message, of which nothing was answered, holds one operation more. */
    void onAdded(Sent sent) {
        sent.operations++;
        unansweredOperations++;
    }

    /** An answer to one of its operations came. */
    void onAnswered(Sent sent) {
        if (sent.counts) {
            sent.counts = false;
            unanswered--;
            unansweredOperations -= sent.operations;
        }
    }

    /** For how long what waits is not worth a message, nanoseconds, unless an answer comes or more to send; 0: it is now. */
    long waitNanos(long nowNanos, int queuedOperations, long queuedBytes) {
        while (!messages.isEmpty() && (!messages.getFirst().counts || ageLeft(nowNanos) <= 0)) {
            onAnswered(messages.removeFirst());
        }
        int operations = unansweredOperations + queuedOperations;
        boolean isWorth = queuedOperations >= WORTH_OPERATIONS
                || queuedBytes >= WORTH_BYTES
                || operations >= WORTH_OPERATIONS * (unanswered + 1);
        return messages.isEmpty() || operations < LOAD_MIN || isWorth ? 0 : ageLeft(nowNanos);
    }

    private long ageLeft(long nowNanos) {
        return messages.getFirst().atNanos + PATIENCE.toNanos() - nowNanos;
    }
}
