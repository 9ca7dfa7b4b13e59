package io.titankv.client.session;

import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.Metadata;
import io.grpc.Status;
import io.titankv.client.session.TimerWheel.Timeout;
import io.titankv.proto.kv.v1.KvGrpc;
import io.titankv.proto.kv.v1.SessionRequest;
import io.titankv.proto.kv.v1.SessionResponse;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One gRPC stream of a link, from its opening to its end. It never comes back to life: the link opens another.
 *
 * <p>Fields that the link sees are guarded by the link's lock. {@link #send} is called by one thread at a time, which is what gRPC asks for.
 */
final class SessionStream {
    /** Messages asked for ahead, so that the transport need not wait for us between two. */
    private static final int MESSAGES_AHEAD = 8;

    /** What the link hears of a stream. Called on gRPC's threads, in order. */
    interface Listener {
        void onReady(SessionStream stream);

        void onMessage(SessionStream stream, SessionResponse response);

        void onEnd(SessionStream stream, Status status);
    }

    private final ClientCall<SessionRequest, SessionResponse> call;

    /** Written under this object's own lock: gRPC allows nothing but cancel before start, and no start after cancel. */
    private volatile boolean started;

    private boolean cancelled;

    /** Sent and not answered, by id. */
    final Map<Long, PendingOperation> inFlight = new HashMap<>();

    final SessionPace pace = new SessionPace();

    /** True once it could carry a message. */
    boolean established;

    /** True once anything arrived on it. */
    boolean answered;

    /** When something last arrived, nanoseconds; means nothing before. */
    long lastAnswerNanos;

    /** Start of the time in which operations timed out and nothing arrived; null: not now. Nanoseconds. */
    @Nullable
    Long silentSinceNanos;

    /** When it was established, nanoseconds. */
    long establishedNanos;

    @Nullable
    Timeout connectTimeout;

    SessionStream(Channel channel) {
        call = channel.newCall(KvGrpc.getSessionMethod(), CallOptions.DEFAULT);
    }

    /** Opens the call, unless it was cancelled already. */
    synchronized void start(Listener listener) {
        if (cancelled) {
            return;
        }
        call.start(
                new ClientCall.Listener<>() {
                    @Override
                    public void onReady() {
                        listener.onReady(SessionStream.this);
                    }

                    @Override
                    public void onMessage(SessionResponse message) {
                        listener.onMessage(SessionStream.this, message);
                        call.request(1);
                    }

                    @Override
                    public void onClose(Status status, Metadata trailers) {
                        listener.onEnd(SessionStream.this, status);
                    }
                },
                new Metadata());
        started = true;
        call.request(MESSAGES_AHEAD);
        if (cancelled) {
            call.cancel("cancelled while opening", null);
        }
    }

    /**
     * An operation timed out. Each is answered within its time by a server that lives, so a timeout without any answer since is a sign.
     *
     * @param sentNanos when it was sent
     * @return whether there have been such signs, and nothing else, for as long as is called silence
     */
    boolean fellSilent(long id, long sentNanos, long nowNanos, Duration silence) {
        boolean answeredSince = answered && lastAnswerNanos - sentNanos >= 0;
        if (answeredSince || !inFlight.containsKey(id)) {
            return false;
        }
        if (silentSinceNanos == null) {
            silentSinceNanos = sentNanos;
        }
        return nowNanos - silentSinceNanos >= silence.toNanos();
    }

    /** False while the transport is not there yet or has enough to do: {@code onReady} follows. */
    boolean isReady() {
        return started && call.isReady();
    }

    /** Hands a message to the transport. */
    void send(SessionRequest request) {
        try {
            call.sendMessage(request);
        } catch (IllegalStateException e) {
            // Cancelled between the choice of this stream and now; its operations have been failed by whoever cancelled
            // it.
            call.cancel("cancelled while sending", e);
        }
    }

    /** Ends the call. Of no effect when it has ended. */
    synchronized void cancel(String why) {
        cancelled = true;
        if (started) {
            call.cancel(why, null);
        }
    }
}
