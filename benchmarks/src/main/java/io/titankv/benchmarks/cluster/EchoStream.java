package io.titankv.benchmarks.cluster;

import com.google.protobuf.BytesValue;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.MethodDescriptor;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.StreamObserver;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.jspecify.annotations.Nullable;

/** The echo by streams, one of puts and one of gets to each of the three processes, which are asked in turn. */
final class EchoStream implements Way {
    private final Channels channels;
    private final List<Stream> puts;
    private final List<Stream> gets;
    private int next;

    EchoStream(List<String> endpoints) {
        channels = new Channels(endpoints);
        puts = channels.all().stream()
                .map(channel -> new Stream(channel, EchoMethods.PUT_STREAM))
                .toList();
        gets = channels.all().stream()
                .map(channel -> new Stream(channel, EchoMethods.GET_STREAM))
                .toList();
    }

    /** Asks on one thread. A stream that broke is opened anew by the next request. */
    private static final class Stream {
        private final Channel channel;
        private final MethodDescriptor<BytesValue, BytesValue> method;
        private @Nullable Call call;

        Stream(Channel channel, MethodDescriptor<BytesValue, BytesValue> method) {
            this.channel = channel;
            this.method = method;
        }

        CompletableFuture<BytesValue> ask(BytesValue request) {
            Call open = call;
            if (open == null || open.ended != null) {
                open = new Call();
                open.begin(channel.newCall(method, CallOptions.DEFAULT));
                call = open;
            }
            return open.ask(request);
        }
    }

    /** From its opening to its end; answers come in the order of what was asked. */
    private static final class Call implements StreamObserver<BytesValue> {
        /** Asked and not answered: as many as are in flight. */
        private final Queue<CompletableFuture<BytesValue>> waiting = new ConcurrentLinkedQueue<>();

        private @Nullable StreamObserver<BytesValue> requests;

        /** Why nothing is answered any more; null before. */
        private volatile @Nullable Throwable ended;

        void begin(ClientCall<BytesValue, BytesValue> opened) {
            requests = ClientCalls.asyncBidiStreamingCall(opened, this);
        }

        CompletableFuture<BytesValue> ask(BytesValue request) {
            CompletableFuture<BytesValue> answer = new CompletableFuture<>();
            waiting.add(answer);
            try {
                Objects.requireNonNull(requests).onNext(request);
            } catch (IllegalStateException e) {
                onError(e);
            }
            Throwable why = ended;
            if (why != null) {
                // It ended meanwhile, maybe before this one waited; gRPC drops what is sent then without a word.
                failAll(why);
            }
            return answer;
        }

        private void failAll(Throwable why) {
            for (CompletableFuture<BytesValue> left = waiting.poll(); left != null; left = waiting.poll()) {
                left.completeExceptionally(why);
            }
        }

        @Override
        public void onNext(BytesValue answer) {
            CompletableFuture<BytesValue> first = waiting.poll();
            if (first == null) {
                throw new IllegalStateException("an answer that nobody asked for");
            }
            first.complete(answer);
        }

        @Override
        public void onError(Throwable failure) {
            ended = failure;
            failAll(failure);
        }

        @Override
        public void onCompleted() {
            onError(new IllegalStateException("the stream has ended"));
        }
    }

    private int next() {
        next = next + 1 == puts.size() ? 0 : next + 1;
        return next;
    }

    @Override
    public CompletableFuture<?> put(byte[] key, byte[] value) {
        return puts.get(next()).ask(EchoUnary.request(key, value));
    }

    @Override
    public CompletableFuture<@Nullable ByteBuffer> get(byte[] key) {
        return gets.get(next()).ask(EchoUnary.request(key)).thenApply(EchoUnary::value);
    }

    @Override
    public void close() {
        channels.close();
    }
}
