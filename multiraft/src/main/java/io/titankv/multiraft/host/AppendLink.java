package io.titankv.multiraft.host;

import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.ratis.proto.RaftProtos.AppendEntriesRequestProto;
import org.apache.ratis.proto.RaftProtos.InstallSnapshotReplyProto;
import org.apache.ratis.proto.RaftProtos.InstallSnapshotRequestProto;
import org.apache.ratis.proto.grpc.RaftServerProtocolServiceGrpc;
import org.apache.ratis.thirdparty.io.grpc.CallOptions;
import org.apache.ratis.thirdparty.io.grpc.ManagedChannel;
import org.apache.ratis.thirdparty.io.grpc.stub.ClientCallStreamObserver;
import org.apache.ratis.thirdparty.io.grpc.stub.ClientCalls;
import org.apache.ratis.thirdparty.io.grpc.stub.ClientResponseObserver;
import org.apache.ratis.thirdparty.io.grpc.stub.StreamObserver;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one stream on which the leaders here send to the followers on one other node. When it breaks it tells its senders, and opens itself
 * again. Thread-safe; holds no lock while it calls a sender.
 */
final class AppendLink implements AutoCloseable {
    /** Is told what comes of what it sent, mostly on the network's thread. */
    interface Sender {
        void onReply(AppendAnswer.Reply answer);

        /** The other node could not handle a request. */
        void onFailure(AppendAnswer.Failure failure);

        /** What is under way may be lost. Also when nothing was. */
        void onBroken();

        /** The link has room for more. */
        void onReady();

        /** Time has passed: see {@link AppendLink#tick}. */
        void onTick(long early);
    }

    private record Outgoing(Sender sender, AppendEntriesRequestProto request) {
        int bytes() {
            return request.getSerializedSize();
        }

        long callId() {
            return request.getServerRequest().getCallId();
        }
    }

    private static final Logger LOG = LoggerFactory.getLogger(AppendLink.class);
    private static final Duration PAUSE_MIN = Duration.ofMillis(1);

    private final ManagedChannel channel;
    private final Clock clock;
    private final Duration patience;
    private final Duration pauseMax;
    private final AtomicLong callIds = new AtomicLong();
    private final Set<Sender> senders = ConcurrentHashMap.newKeySet();
    private final Outbox<Outgoing> outbox = new Outbox<>(Outgoing::bytes, this::transmit);
    private volatile @Nullable Stream stream;

    /** How often in a row the stream broke before anything was answered on it. Guarded by this, as is every change of the stream. */
    private int breaks;

    private boolean closed;

    /**
     * @param channel to the other node, which this closes; its callbacks run on the network's thread
     * @param patience without any answer for so long, the first included, the connection counts as dead
     * @param pauseMax between two tries to open the stream
     */
    AppendLink(ManagedChannel channel, Clock clock, Duration patience, Duration pauseMax) {
        this.channel = channel;
        this.clock = clock;
        this.patience = patience;
        this.pauseMax = pauseMax;
    }

    void add(Sender sender) {
        senders.add(sender);
        open();
    }

    void remove(Sender sender) {
        senders.remove(sender);
    }

    /** Numbers the requests of all senders. */
    AtomicLong callIds() {
        return callIds;
    }

    /** Whether what is sent now goes out soon. {@link Sender#onReady} is called when it becomes so. */
    boolean isReady() {
        Stream current = stream;
        return current != null && current.isReady();
    }

    /** Sends a request, at the end of the {@link Burst} on this thread. */
    void send(Sender sender, AppendEntriesRequestProto request) {
        outbox.add(new Outgoing(sender, request));
    }

    private void transmit(List<Outgoing> batch) {
        Stream current = stream;
        if (current != null) {
            current.transmit(batch);
        }
        // What was put in after a break is not among what the break has told of.
        if (current == null || stream != current) {
            batch.forEach(part -> part.sender().onBroken());
        }
    }

    /** An answer to this request is not waited for any more. */
    void forget(long callId) {
        Stream current = stream;
        if (current != null) {
            current.underWay.remove(callId);
        }
    }

    /** Tells the follower of a group to install a snapshot, on a stream of its own: that may take its time. */
    void notifySnapshot(InstallSnapshotRequestProto request, StreamObserver<InstallSnapshotReplyProto> answer) {
        StreamObserver<InstallSnapshotRequestProto> call = RaftServerProtocolServiceGrpc.newStub(channel)
                .withDeadlineAfter(patience.toNanos(), TimeUnit.NANOSECONDS)
                .installSnapshot(answer);
        call.onNext(request);
        call.onCompleted();
    }

    /** Connects, when it has not. */
    void open() {
        Stream opened = new Stream();
        synchronized (this) {
            if (stream != null || closed) {
                return;
            }
            stream = opened;
        }
        opened.begin();
    }

    /**
     * To be called again and again: the senders see what is due. Ends a stream on which nothing is answered any more, or that does not come
     * about, as the other node may be gone without a word.
     *
     * @param early so many milliseconds before it is due a heartbeat may go out, to travel with others
     */
    void tick(long early) {
        Stream current = stream;
        if (current != null && current.isSilent()) {
            channel.enterIdle(); // the next stream gets a connection of its own
            current.cancel("nothing answered within " + patience);
        }
        Burst.run(() -> senders.forEach(sender -> sender.onTick(early)));
    }

    private void onBroken(Stream broken, @Nullable Throwable cause) {
        long pauseNanos;
        synchronized (this) {
            if (stream != broken) {
                return;
            }
            stream = null;
            if (closed) {
                return;
            }
            breaks = broken.answered ? 0 : breaks + 1;
            pauseNanos = Math.min(pauseMax.toNanos(), PAUSE_MIN.toNanos() << Math.min(breaks, 20));
        }
        LOG.debug("a stream of appends broke", cause);
        senders.forEach(Sender::onBroken);
        clock.after(Duration.ofNanos(pauseNanos), this::openAgain);
    }

    /** Nothing is to be sent to a node that left: it would be called for ever. */
    private void openAgain() {
        if (!senders.isEmpty()) {
            channel.resetConnectBackoff();
            open();
        }
    }

    /** Ends the connection; what is under way is lost. */
    @Override
    public void close() {
        synchronized (this) {
            closed = true;
        }
        channel.shutdownNow();
    }

    /** From one opening to the next break. */
    private final class Stream implements ClientResponseObserver<List<AppendEntriesRequestProto>, List<AppendAnswer>> {
        /** Who sent what has no answer yet, by call id. */
        private final ConcurrentMap<Long, Sender> underWay = new ConcurrentHashMap<>();

        /** Null until the call has begun. */
        private volatile @Nullable ClientCallStreamObserver<List<AppendEntriesRequestProto>> call;

        /** When something was heard, or when it was waited for first. */
        private volatile long heardNanos = System.nanoTime();

        private volatile boolean connected;
        private volatile boolean answered;

        void begin() {
            var requests = ClientCalls.asyncBidiStreamingCall(
                    channel.newCall(AppendMessages.APPEND, CallOptions.DEFAULT), this);
            call = (ClientCallStreamObserver<List<AppendEntriesRequestProto>>) requests;
            onReady(); // that it became ready before was not passed on
        }

        @Override
        public void beforeStart(ClientCallStreamObserver<List<AppendEntriesRequestProto>> requests) {
            requests.setOnReadyHandler(this::onReady);
        }

        boolean isReady() {
            var begun = call;
            return begun != null && begun.isReady();
        }

        private void onReady() {
            if (isReady()) {
                connected = true;
                Burst.run(() -> senders.forEach(Sender::onReady));
            }
        }

        void transmit(List<Outgoing> batch) {
            var begun = call;
            if (begun == null) {
                batch.forEach(part -> part.sender().onBroken());
                return;
            }
            if (underWay.isEmpty()) {
                heardNanos = System.nanoTime();
            }
            batch.forEach(part -> underWay.put(part.callId(), part.sender()));
            begun.onNext(batch.stream().map(Outgoing::request).toList());
        }

        @Override
        public void onNext(List<AppendAnswer> batch) {
            heardNanos = System.nanoTime();
            answered = true;
            Burst.run(() -> batch.forEach(this::onAnswer));
        }

        private void onAnswer(AppendAnswer answer) {
            Sender sender = underWay.remove(answer.callId());
            if (sender == null) {
                return;
            }
            try {
                switch (answer) {
                    case AppendAnswer.Reply reply -> sender.onReply(reply);
                    case AppendAnswer.Failure failure -> sender.onFailure(failure);
                }
            } catch (RuntimeException e) {
                // One group's trouble must not end the stream of all.
                LOG.error("an answer to an append was not handled", e);
            }
        }

        boolean isSilent() {
            return (!connected || !underWay.isEmpty()) && System.nanoTime() - heardNanos > patience.toNanos();
        }

        void cancel(String why) {
            var begun = call;
            if (begun != null) {
                begun.cancel(why, null);
            }
        }

        @Override
        public void onError(Throwable cause) {
            onBroken(this, cause);
        }

        @Override
        public void onCompleted() {
            onBroken(this, null);
        }
    }
}
