package io.titankv.benchmarks.cluster;

import com.google.protobuf.BytesValue;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.MethodDescriptor;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.StreamObserver;
import java.nio.ByteBuffer;
import java.util.List;
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

    /** Asks on one thread; answers come in the order of what was asked. */
    private static final class Stream implements StreamObserver<BytesValue> {
        private final Channel channel;
        private final MethodDescriptor<BytesValue, BytesValue> method;
        /** Asked and not answered: as many as are in flight. */
        private final Queue<CompletableFuture<BytesValue>> waiting = new ConcurrentLinkedQueue<>();

        /** Null before the first request, and after the stream broke, until the next. */
        private volatile @Nullable StreamObserver<BytesValue> requests;

        Stream(Channel channel, MethodDescriptor<BytesValue, BytesValue> method) {
            this.channel = channel;
            this.method = method;
        }

        CompletableFuture<BytesValue> ask(BytesValue request) {
            StreamObserver<BytesValue> open = requests;
            if (open == null) {
                open = ClientCalls.asyncBidiStreamingCall(channel.newCall(method, CallOptions.DEFAULT), this);
                requests = open;
            }
            CompletableFuture<BytesValue> answer = new CompletableFuture<>();
            waiting.add(answer);
            try {
                open.onNext(request);
            } catch (IllegalStateException e) {
                // The stream broke meanwhile, maybe before this one waited.
                onError(e);
            }
            return answer;
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
            requests = null;
            for (CompletableFuture<BytesValue> left = waiting.poll(); left != null; left = waiting.poll()) {
                left.completeExceptionally(failure);
            }
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
