package io.titankv.benchmarks.cluster;

import com.google.protobuf.ByteString;
import com.google.protobuf.Empty;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.UnknownFieldSet;
import com.google.protobuf.UnknownFieldSet.Field;
import com.google.protobuf.UnsafeByteOperations;
import io.grpc.MethodDescriptor;
import io.grpc.protobuf.ProtoUtils;
import io.grpc.stub.ClientCalls;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * etcd by its gRPC API, version 3: unary calls to the three nodes in turn, as its own clients make them. Its messages are written by
 * the numbers of their fields, of which so few are wanted that generated classes would be no gain: to a message without fields all of
 * them are unknown ones.
 */
final class EtcdUnary implements Way {
    private static final int REQUEST_KEY = 1;
    private static final int PUT_REQUEST_VALUE = 2;
    private static final int RANGE_RESPONSE_KVS = 2;
    private static final int KEY_VALUE_VALUE = 5;

    private static final MethodDescriptor<Empty, Empty> PUT = method("Put");
    private static final MethodDescriptor<Empty, Empty> RANGE = method("Range");

    private final Channels channels;

    EtcdUnary(List<String> endpoints) {
        channels = new Channels(endpoints);
    }

    private static MethodDescriptor<Empty, Empty> method(String name) {
        return MethodDescriptor.<Empty, Empty>newBuilder()
                .setType(MethodDescriptor.MethodType.UNARY)
                .setFullMethodName("etcdserverpb.KV/" + name)
                .setRequestMarshaller(ProtoUtils.marshaller(Empty.getDefaultInstance()))
                .setResponseMarshaller(ProtoUtils.marshaller(Empty.getDefaultInstance()))
                .build();
    }

    private static Field bytes(byte[] bytes) {
        return Field.newBuilder()
                .addLengthDelimited(UnsafeByteOperations.unsafeWrap(bytes))
                .build();
    }

    private static Empty message(UnknownFieldSet.Builder fields) {
        return Empty.newBuilder().setUnknownFields(fields.build()).build();
    }

    @Override
    public CompletableFuture<?> put(byte[] key, byte[] value) {
        Answer<Empty, Empty> answer = new Answer<>(message -> message);
        Empty request = message(UnknownFieldSet.newBuilder()
                .addField(REQUEST_KEY, bytes(key))
                .addField(PUT_REQUEST_VALUE, bytes(value)));
        ClientCalls.asyncUnaryCall(channels.next().newCall(PUT, Channels.callOptions()), request, answer);
        return answer.future();
    }

    @Override
    public CompletableFuture<@Nullable ByteBuffer> get(byte[] key) {
        Answer<Empty, @Nullable ByteBuffer> answer = new Answer<>(message -> valueOrNull(message.getUnknownFields()));
        Empty request = message(UnknownFieldSet.newBuilder().addField(REQUEST_KEY, bytes(key)));
        ClientCalls.asyncUnaryCall(channels.next().newCall(RANGE, Channels.callOptions()), request, answer);
        return answer.future();
    }

    static @Nullable ByteBuffer valueOrNull(UnknownFieldSet rangeResponse) {
        List<ByteString> found = rangeResponse.getField(RANGE_RESPONSE_KVS).getLengthDelimitedList();
        if (found.isEmpty()) {
            return null;
        }
        try {
            UnknownFieldSet keyValue = UnknownFieldSet.parseFrom(found.getFirst());
            return keyValue.getField(KEY_VALUE_VALUE)
                    .getLengthDelimitedList()
                    .getFirst()
                    .asReadOnlyByteBuffer();
        } catch (InvalidProtocolBufferException e) {
            throw new IllegalArgumentException("not an etcd key and value", e);
        }
    }

    @Override
    public void close() {
        channels.close();
    }
}
