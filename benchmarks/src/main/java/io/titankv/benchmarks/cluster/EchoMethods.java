package io.titankv.benchmarks.cluster;

import com.google.protobuf.BytesValue;
import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.protobuf.ProtoUtils;

/** The methods of the echo: requests and answers as large as those of a put and of a get, and nothing done between them. */
final class EchoMethods {
    static final String SERVICE = "titan.benchmarks.Echo";
    /** A key and a value in, nothing out. */
    static final MethodDescriptor<BytesValue, BytesValue> PUT = method("Put", MethodType.UNARY);
    /** A key in, a value out. */
    static final MethodDescriptor<BytesValue, BytesValue> GET = method("Get", MethodType.UNARY);

    static final MethodDescriptor<BytesValue, BytesValue> PUT_STREAM = method("PutStream", MethodType.BIDI_STREAMING);
    static final MethodDescriptor<BytesValue, BytesValue> GET_STREAM = method("GetStream", MethodType.BIDI_STREAMING);

    private EchoMethods() {}

    private static MethodDescriptor<BytesValue, BytesValue> method(String name, MethodType type) {
        return MethodDescriptor.<BytesValue, BytesValue>newBuilder()
                .setType(type)
                .setFullMethodName(MethodDescriptor.generateFullMethodName(SERVICE, name))
                .setRequestMarshaller(ProtoUtils.marshaller(BytesValue.getDefaultInstance()))
                .setResponseMarshaller(ProtoUtils.marshaller(BytesValue.getDefaultInstance()))
                .build();
    }
}
