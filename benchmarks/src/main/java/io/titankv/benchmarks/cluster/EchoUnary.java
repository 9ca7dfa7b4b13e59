package io.titankv.benchmarks.cluster;

import com.google.protobuf.BytesValue;
import com.google.protobuf.UnsafeByteOperations;
import io.grpc.stub.ClientCalls;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** The echo by unary calls to the three processes in turn. */
final class EchoUnary implements Way {
    private final Channels channels;

    EchoUnary(List<String> endpoints) {
        channels = new Channels(endpoints);
    }

    /** A put's message: the bytes of both. */
    static BytesValue request(byte[] key, byte[] value) {
        return BytesValue.of(UnsafeByteOperations.unsafeWrap(key).concat(UnsafeByteOperations.unsafeWrap(value)));
    }

    static BytesValue request(byte[] key) {
        return BytesValue.of(UnsafeByteOperations.unsafeWrap(key));
    }

    static ByteBuffer value(BytesValue answer) {
        return answer.getValue().asReadOnlyByteBuffer();
    }

    @Override
    public CompletableFuture<?> put(byte[] key, byte[] value) {
        Answer<BytesValue, BytesValue> answer = new Answer<>(message -> message);
        ClientCalls.asyncUnaryCall(
                channels.next().newCall(EchoMethods.PUT, Channels.callOptions()), request(key, value), answer);
        return answer.future();
    }

    @Override
    public CompletableFuture<@Nullable ByteBuffer> get(byte[] key) {
        Answer<BytesValue, @Nullable ByteBuffer> answer = new Answer<>(EchoUnary::value);
        ClientCalls.asyncUnaryCall(
                channels.next().newCall(EchoMethods.GET, Channels.callOptions()), request(key), answer);
        return answer.future();
    }

    @Override
    public void close() {
        channels.close();
    }
}
