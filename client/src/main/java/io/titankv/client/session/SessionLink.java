package io.titankv.client.session;

import io.grpc.Channel;
import io.grpc.Context;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.titankv.client.session.SessionLinkException.Why;
import io.titankv.proto.kv.v1.SessionOperation;
import io.titankv.proto.kv.v1.SessionRequest;
import io.titankv.proto.kv.v1.SessionResponse;
import io.titankv.proto.kv.v1.SessionResult;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Operations to one address over one Session stream, many in flight. Thread-safe.
 *
 * <p>It promises:
 * <ul>
 *   <li>Every future ends: with the answer, or with a {@link SessionLinkException} that says whether the operation may have been
 *       sent, at the latest when its timeout is over.
 *   <li>An operation is sent at most once. Nothing is retried.
 *   <li>An operation that finds little under way is sent at once. Those that come while others are under way or the transport is
 *       busy go together in one message, under load after some milliseconds at most ({@link SessionPace}).
 *   <li>At most {@link SessionLinkOptions#operationsMax} operations and {@link SessionLinkOptions#bytesMax} bytes are held.
 *   <li>A stream that ends, does not come up in time, or falls silent is replaced: at once at first, then after growing pauses of
 *       at most one second. While the last connect has failed, operations fail at once, unsent.
 * </ul>
 *
 * <p>The channel stays the caller's; {@link SessionChannels} makes one that notices dead connections. Futures are completed on
 * gRPC's threads: what is chained to them must not block, or the answers behind it wait.
 */
public final class SessionLink implements AutoCloseable {
    private final Channel channel;
    private final SessionLinkOptions options;
    private final TimerWheel timer;
    private final StreamEvents events = new StreamEvents();
    private final AtomicLong ids = new AtomicLong();
    private final ReentrantLock lock = new ReentrantLock();

    // Guarded by lock.
    /** Accepted and not sent, oldest first; a set, since an operation that times out leaves from the middle. */
    private final LinkedHashSet<PendingOperation> queue = new LinkedHashSet<>();

    private @Nullable SessionStream stream;
    private int operations;
    private long bytes;
    /** Connects that failed since the last stream that worked. */
    private int failures;

    private @Nullable Status lastFailure;
    /** True while a thread takes from the queue: it sees what is added meanwhile. */
    private boolean draining;

    /** The thread that hands on a message's answers; what it adds to the queue meanwhile is sent when it is through. */
    private @Nullable Thread answering;

    /** Looks again at what waits for company; null: not set. */
    private TimerWheel.@Nullable Timeout alarm;

    private boolean closed;

    private SessionLink(Channel channel, SessionLinkOptions options) {
        this.channel = channel;
        this.options = options;
        this.timer = options.timer();
    }

    /** A link that begins to connect now. */
    public static SessionLink open(Channel channel, SessionLinkOptions options) {
        SessionLink link = new SessionLink(channel, options);
        link.connect();
        return link;
    }

    /**
     * Sends an operation; its id is replaced by one of the link's, and so is its timeout.
     *
     * @param timeout above zero; the server hears of at most 5 minutes
     * @return the answer, whatever its status; else a {@link SessionLinkException}. Cancelling it gives its place in the bounds
     *     back, but does not take back what was sent.
     */
    public CompletableFuture<SessionResult> send(SessionOperation operation, Duration timeout) {
        if (timeout.isNegative() || timeout.isZero()) {
            throw new IllegalArgumentException("timeout must be above zero: " + timeout);
        }
        PendingOperation pending = new PendingOperation(operation, ids.incrementAndGet(), timeout);
        boolean alone;
        boolean isAnswering;
        lock.lock();
        try {
            @Nullable SessionLinkException refusal = refusalOrNull(pending);
            if (refusal != null) {
                return CompletableFuture.failedFuture(refusal);
            }
            alone = operations == 0;
            isAnswering = Thread.currentThread().equals(answering);
            operations++;
            bytes += pending.bytes;
            queue.add(pending);
            pending.timeout = timer.schedule(timeout, () -> Thread.startVirtualThread(() -> onTimeout(pending)));
        } finally {
            lock.unlock();
        }
        var _ = pending.future.whenComplete((result, failure) -> release(pending));
        if (!isAnswering) {
            // With company on the way, another thread sends, so that what this one brings next can join.
            drain(!alone);
        }
        return pending.future;
    }

    private @Nullable SessionLinkException refusalOrNull(PendingOperation pending) {
        if (closed) {
            return new SessionLinkException(Why.CLOSED, false, "session link is closed", null);
        }
        if (stream == null) {
            return new SessionLinkException(Why.NOT_CONNECTED, false, "no connection", lastFailure);
        }
        if (operations >= options.operationsMax() || (operations > 0 && bytes + pending.bytes > options.bytesMax())) {
            return new SessionLinkException(
                    Why.FULL, false, operations + " operations, " + bytes + " bytes are in flight", null);
        }
        return null;
    }

    /** Operations accepted and not ended. */
    public int inFlight() {
        lock.lock();
        try {
            return operations;
        } finally {
            lock.unlock();
        }
    }

    /** True when the stream is up: what is sent now does not wait for a connect. */
    public boolean isConnected() {
        lock.lock();
        try {
            return stream != null && stream.established;
        } finally {
            lock.unlock();
        }
    }

    /** True while the last connect has failed and the next one waits for its time: what is sent now fails at once. */
    public boolean isDown() {
        lock.lock();
        try {
            return stream == null;
        } finally {
            lock.unlock();
        }
    }

    // ---- sending

    private void drain(boolean onAnotherThread) {
        lock.lock();
        try {
            if (draining || nextCarrierOrNull() == null) {
                return;
            }
            draining = true;
        } finally {
            lock.unlock();
        }
        if (onAnotherThread) {
            Thread.startVirtualThread(this::drainQueue);
        } else {
            drainQueue();
        }
    }

    private void drainQueue() {
        while (true) {
            SessionRequest message;
            @Nullable SessionStream carrier;
            lock.lock();
            try {
                carrier = nextCarrierOrNull();
                if (carrier == null) {
                    draining = false;
                    return;
                }
                message = nextMessage(carrier);
            } finally {
                lock.unlock();
            }
            carrier.send(message);
        }
    }

    /** The stream that carries what waits; null: nothing waits, or not for it. */
    private @Nullable SessionStream nextCarrierOrNull() {
        if (queue.isEmpty() || stream == null || !stream.isReady()) {
            return null;
        }
        long wait = stream.pace.waitNanos(timer.nanoTime(), queue.size(), bytes / operations * queue.size());
        if (wait <= 0) {
            return stream;
        }
        if (alarm == null) {
            alarm = timer.schedule(Duration.ofNanos(wait), this::onAlarm);
        }
        return null;
    }

    private void onAlarm() {
        lock.lock();
        try {
            alarm = null;
        } finally {
            lock.unlock();
        }
        drain(true);
    }

    /** Moves operations from the queue into a message, up to the bounds of one. */
    private SessionRequest nextMessage(SessionStream carrier) {
        SessionRequest.Builder message = SessionRequest.newBuilder();
        SessionPace.Sent sent = carrier.pace.begin(timer.nanoTime());
        long messageBytes = 0;
        while (!queue.isEmpty()
                && message.getOperationsCount() < options.messageOperationsMax()
                && (messageBytes == 0 || messageBytes + queue.getFirst().bytes <= options.messageBytesMax())) {
            PendingOperation pending = queue.removeFirst();
            pending.stream = carrier;
            pending.sent = sent;
            carrier.pace.onAdded(sent);
            carrier.inFlight.put(pending.id(), pending);
            message.addOperations(pending.operation);
            messageBytes += pending.bytes;
        }
        return message.build();
    }

    // ---- the end of an operation

    /** Runs once a future has ended, in whatever way. */
    private void release(PendingOperation pending) {
        lock.lock();
        try {
            releaseLocked(pending);
        } finally {
            lock.unlock();
        }
    }

    private void releaseLocked(PendingOperation pending) {
        if (pending.released) {
            return;
        }
        pending.released = true;
        operations--;
        bytes -= pending.bytes;
        if (pending.stream != null) {
            pending.stream.inFlight.remove(pending.id());
        } else {
            queue.remove(pending);
        }
        if (pending.timeout != null) {
            pending.timeout.cancel();
        }
    }

    private void onTimeout(PendingOperation pending) {
        boolean sent;
        @Nullable SessionStream silent = null;
        lock.lock();
        try {
            sent = pending.stream != null;
            // Out of the queue before it is called unsent.
            queue.remove(pending);
            @Nullable SessionStream carrier = pending.stream;
            if (pending.sent != null
                    && carrier != null
                    && carrier == stream
                    && carrier.fellSilent(pending.id(), pending.sent.atNanos, timer.nanoTime(), options.silence())) {
                silent = carrier;
            }
        } finally {
            lock.unlock();
        }
        pending.future.completeExceptionally(new SessionLinkException(Why.TIMED_OUT, sent, null));
        if (silent != null) {
            end(silent, Status.UNAVAILABLE.withDescription("the stream fell silent"));
        }
    }

    private static void failAll(Collection<PendingOperation> pending, Why why, boolean sent, @Nullable Status status) {
        pending.forEach(one -> one.future.completeExceptionally(new SessionLinkException(why, sent, status)));
    }

    // ---- the life of streams

    /** The stream serves whoever comes, so it must not end with the gRPC call, if any, in which it happens to be opened. */
    private void connect() {
        Context.ROOT.run(this::connectDetached);
    }

    private void connectDetached() {
        SessionStream next;
        lock.lock();
        try {
            if (closed || stream != null) {
                return;
            }
            next = new SessionStream(channel);
            stream = next;
            next.connectTimeout = timer.schedule(
                    options.connectTimeout(), () -> Thread.startVirtualThread(() -> onConnectTimeout(next)));
        } finally {
            lock.unlock();
        }
        if (channel instanceof ManagedChannel managed) {
            // gRPC's own pauses grow to two minutes; ours are the ones that count.
            managed.resetConnectBackoff();
        }
        next.start(events);
        // Transports that are up at once may have said so before we listened.
        events.onReady(next);
    }

    private void onConnectTimeout(SessionStream late) {
        boolean established;
        lock.lock();
        try {
            established = late.established;
        } finally {
            lock.unlock();
        }
        if (!established) {
            end(late, Status.UNAVAILABLE.withDescription("not connected within " + options.connectTimeout()));
        }
    }

    /** The stream carries nothing more: fails what it carried, and sees to the next one. Once a stream. */
    private void end(SessionStream ended, Status status) {
        List<PendingOperation> sent;
        List<PendingOperation> unsent = List.of();
        Duration pause = Duration.ZERO;
        lock.lock();
        try {
            if (stream != ended) {
                return;
            }
            stream = null;
            if (ended.connectTimeout != null) {
                ended.connectTimeout.cancel();
            }
            sent = List.copyOf(ended.inFlight.values());
            if (worked(ended)) {
                failures = 0;
                // What waits goes to the next stream, opened at once.
            } else {
                failures++;
                lastFailure = status;
                // Out of the queue before they are called unsent.
                unsent = List.copyOf(queue);
                queue.clear();
                pause = options.reconnect().after(failures, ThreadLocalRandom.current());
            }
        } finally {
            lock.unlock();
        }
        ended.cancel("replaced");
        if (pause.isZero()) {
            connect();
        } else {
            timer.schedule(pause, () -> Thread.startVirtualThread(this::connect));
        }
        failAll(sent, Why.BROKEN, true, status);
        failAll(unsent, Why.NOT_CONNECTED, false, status);
    }

    /** A stream that a server accepts only to end it again must not make us try without pause. */
    private boolean worked(SessionStream ended) {
        return ended.answered
                || (ended.established
                        && timer.nanoTime() - ended.establishedNanos
                                >= options.reconnect().max().toNanos());
    }

    /** Fails what is unanswered and sends nothing more. */
    @Override
    public void close() {
        @Nullable SessionStream last;
        List<PendingOperation> sent = List.of();
        List<PendingOperation> unsent;
        lock.lock();
        try {
            closed = true;
            last = stream;
            stream = null;
            unsent = List.copyOf(queue);
            queue.clear();
            if (last != null) {
                sent = List.copyOf(last.inFlight.values());
                if (last.connectTimeout != null) {
                    last.connectTimeout.cancel();
                }
            }
        } finally {
            lock.unlock();
        }
        failAll(unsent, Why.CLOSED, false, null);
        failAll(sent, Why.CLOSED, true, null);
        if (last != null) {
            last.cancel("closed");
        }
    }

    private final class StreamEvents implements SessionStream.Listener {
        @Override
        public void onReady(SessionStream ready) {
            lock.lock();
            try {
                if (stream == ready && !ready.established && ready.isReady()) {
                    ready.established = true;
                    ready.establishedNanos = timer.nanoTime();
                    if (ready.connectTimeout != null) {
                        ready.connectTimeout.cancel();
                    }
                }
            } finally {
                lock.unlock();
            }
            drain(false);
        }

        @Override
        public void onMessage(SessionStream from, SessionResponse response) {
            List<PendingOperation> answered = new ArrayList<>(response.getResultsCount());
            List<SessionResult> results = new ArrayList<>(response.getResultsCount());
            lock.lock();
            try {
                from.answered = true;
                from.lastAnswerNanos = timer.nanoTime();
                from.silentSinceNanos = null;
                failures = 0;
                for (SessionResult result : response.getResultsList()) {
                    // Unknown: its caller stopped waiting before the answer came.
                    @Nullable PendingOperation pending = from.inFlight.get(result.getId());
                    if (pending != null && pending.sent != null) {
                        from.pace.onAnswered(pending.sent);
                        releaseLocked(pending);
                        answered.add(pending);
                        results.add(result);
                    }
                }
                answering = Thread.currentThread();
            } finally {
                lock.unlock();
            }
            try {
                for (int i = 0; i < answered.size(); i++) {
                    answered.get(i).future.complete(results.get(i));
                }
            } finally {
                endAnswering();
            }
        }

        private void endAnswering() {
            lock.lock();
            try {
                answering = null;
            } finally {
                lock.unlock();
            }
            drain(false);
        }

        @Override
        public void onEnd(SessionStream ended, Status status) {
            end(ended, status);
        }
    }
}
