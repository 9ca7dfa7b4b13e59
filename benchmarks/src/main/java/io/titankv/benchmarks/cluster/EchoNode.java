package io.titankv.benchmarks.cluster;

import com.google.protobuf.BytesValue;
import com.google.protobuf.UnsafeByteOperations;
import io.grpc.Grpc;
import io.grpc.InsecureServerCredentials;
import io.grpc.Server;
import io.grpc.ServerCallHandler;
import io.grpc.ServerServiceDefinition;
import io.grpc.stub.ServerCalls;
import io.grpc.stub.StreamObserver;
import java.io.IOException;

/** The process of an empty gRPC echo, with the settings that grpc-java has by itself. */
final class EchoNode {
    private EchoNode() {}

    /** Arguments: the port, and the bytes of a value. */
    public static void main(String[] arguments) throws IOException, InterruptedException {
        start(Integer.parseInt(arguments[0]), Integer.parseInt(arguments[1])).awaitTermination();
    }

    /** @param port 0 for any */
    static Server start(int port, int valueBytes) throws IOException {
        BytesValue value = BytesValue.of(UnsafeByteOperations.unsafeWrap(new byte[valueBytes]));
        BytesValue nothing = BytesValue.getDefaultInstance();
        return Grpc.newServerBuilderForPort(port, InsecureServerCredentials.create())
                .maxInboundMessageSize(Channels.MESSAGE_BYTES_MAX)
                .addService(ServerServiceDefinition.builder(EchoMethods.SERVICE)
                        .addMethod(EchoMethods.PUT, unary(nothing))
                        .addMethod(EchoMethods.GET, unary(value))
                        .addMethod(EchoMethods.PUT_STREAM, stream(nothing))
                        .addMethod(EchoMethods.GET_STREAM, stream(value))
                        .build())
                .build()
                .start();
    }

    private static ServerCallHandler<BytesValue, BytesValue> unary(BytesValue answer) {
        return ServerCalls.asyncUnaryCall((_, answers) -> {
            answers.onNext(answer);
            answers.onCompleted();
        });
    }

    private static ServerCallHandler<BytesValue, BytesValue> stream(BytesValue answer) {
        return ServerCalls.asyncBidiStreamingCall(answers -> new StreamObserver<>() {
            @Override
            public void onNext(BytesValue request) {
                answers.onNext(answer);
            }

            @Override
            public void onError(Throwable gone) {}

            @Override
            public void onCompleted() {
                answers.onCompleted();
            }
        });
    }
}
