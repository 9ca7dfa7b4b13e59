package io.titankv.benchmarks.cluster;

import com.google.protobuf.UnsafeByteOperations;
import io.grpc.stub.ClientCalls;
import io.titankv.proto.kv.v1.GetRequest;
import io.titankv.proto.kv.v1.GetResponse;
import io.titankv.proto.kv.v1.KvGrpc;
import io.titankv.proto.kv.v1.PutRequest;
import io.titankv.proto.kv.v1.PutResponse;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Titan-KV as a user of generated stubs has it, in any language: unary calls to the three nodes in turn, who know where to take them.
 */
final class TitanUnary implements Way {
    private final Channels channels;

    TitanUnary(List<String> endpoints) {
        channels = new Channels(endpoints);
    }

    @Override
    public CompletableFuture<?> put(byte[] key, byte[] value) {
        Answer<PutResponse, PutResponse> answer = new Answer<>(message -> message);
        ClientCalls.asyncUnaryCall(
                channels.next().newCall(KvGrpc.getPutMethod(), Channels.callOptions()),
                PutRequest.newBuilder()
                        .setKey(UnsafeByteOperations.unsafeWrap(key))
                        .setValue(UnsafeByteOperations.unsafeWrap(value))
                        .build(),
                answer);
        return answer.future();
    }

    @Override
    public CompletableFuture<@Nullable ByteBuffer> get(byte[] key) {
        Answer<GetResponse, @Nullable ByteBuffer> answer =
                new Answer<>(message -> message.getFound() ? message.getValue().asReadOnlyByteBuffer() : null);
        ClientCalls.asyncUnaryCall(
                channels.next().newCall(KvGrpc.getGetMethod(), Channels.callOptions()),
                GetRequest.newBuilder()
                        .setKey(UnsafeByteOperations.unsafeWrap(key))
                        .build(),
                answer);
        return answer.future();
    }

    @Override
    public void close() {
        channels.close();
    }
}
