package io.titankv.multiraft.host;

import io.titankv.model.NodeId;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.Function;
import org.apache.ratis.proto.RaftProtos.AppendEntriesReplyProto;
import org.apache.ratis.proto.RaftProtos.AppendEntriesRequestProto;
import org.apache.ratis.protocol.RaftPeerId;
import org.apache.ratis.thirdparty.com.google.protobuf.ByteString;
import org.apache.ratis.thirdparty.io.grpc.ServerServiceDefinition;
import org.apache.ratis.thirdparty.io.grpc.stub.ServerCallStreamObserver;
import org.apache.ratis.thirdparty.io.grpc.stub.ServerCalls;
import org.apache.ratis.thirdparty.io.grpc.stub.StreamObserver;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The followers' end of {@link AppendLink}: hands each append to the follower, and sends back what it answers, in any order and together with
 * what else is answered at that time. An append that fails is answered, too, so that it ends nobody else's stream. Thread-safe.
 */
final class AppendService {
    private static final Logger LOG = LoggerFactory.getLogger(AppendService.class);

    private AppendService() {}

    /**
     * The service.
     *
     * @param door handles an append where it is called, without waiting for the disk
     * @param lost told of each node whose stream ended, on a thread that must not wait
     */
    static ServerServiceDefinition of(
            Function<AppendEntriesRequestProto, CompletableFuture<AppendEntriesReplyProto>> door,
            Consumer<NodeId> lost) {
        return ServerServiceDefinition.builder("titan.raft.Appends")
                .addMethod(
                        AppendMessages.APPEND,
                        ServerCalls.asyncBidiStreamingCall(answers ->
                                new Stream(door, lost, (ServerCallStreamObserver<List<AppendAnswer>>) answers)))
                .build();
    }

    /** One leader's node. */
    private static final class Stream implements StreamObserver<List<AppendEntriesRequestProto>> {
        private final Function<AppendEntriesRequestProto, CompletableFuture<AppendEntriesReplyProto>> door;
        private final Consumer<NodeId> lost;
        private final ServerCallStreamObserver<List<AppendAnswer>> call;
        private final Outbox<AppendAnswer> answers;
        private boolean completed;
        /** Whose stream it is; null before the first append. */
        private volatile @Nullable ByteString sender;

        Stream(
                Function<AppendEntriesRequestProto, CompletableFuture<AppendEntriesReplyProto>> door,
                Consumer<NodeId> lost,
                ServerCallStreamObserver<List<AppendAnswer>> call) {
            this.door = door;
            this.lost = lost;
            this.call = call;
            answers = new Outbox<>(Stream::bytes, this::send);
            // Without it what is answered after the stream broke would throw.
            call.setOnCancelHandler(this::onEnd);
        }

        private static int bytes(AppendAnswer answer) {
            return switch (answer) {
                case AppendAnswer.Reply(var reply) -> reply.getSerializedSize();
                case AppendAnswer.Failure failure -> failure.cause().length();
            };
        }

        @Override
        public void onNext(List<AppendEntriesRequestProto> batch) {
            if (sender == null && !batch.isEmpty()) {
                sender = batch.getFirst().getServerRequest().getRequestorId();
            }
            Burst.run(() -> batch.forEach(this::handle));
        }

        private void handle(AppendEntriesRequestProto request) {
            long callId = request.getServerRequest().getCallId();
            var _ = door.apply(request)
                    .whenComplete((reply, failure) -> answers.add(
                            failure == null
                                    ? new AppendAnswer.Reply(reply)
                                    : new AppendAnswer.Failure(callId, why(failure))));
        }

        private static String why(Throwable failure) {
            Throwable cause = failure.getCause();
            return String.valueOf(cause == null ? failure : cause);
        }

        private synchronized void send(List<AppendAnswer> batch) {
            if (!completed && !call.isCancelled()) {
                call.onNext(batch);
            }
        }

        @Override
        public void onError(Throwable failure) {
            LOG.debug("a leader's node broke its stream of appends", failure);
        }

        @Override
        public void onCompleted() {
            synchronized (this) {
                completed = true;
                call.onCompleted();
            }
            onEnd();
        }

        /** Its process may have ended, or it connects anew. */
        private void onEnd() {
            ByteString whose = sender;
            if (whose != null) {
                lost.accept(Positions.fromRatis(RaftPeerId.valueOf(whose)));
            }
        }
    }
}
