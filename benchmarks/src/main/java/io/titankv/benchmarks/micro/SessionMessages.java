package io.titankv.benchmarks.micro;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedInputStream;
import com.google.protobuf.InvalidProtocolBufferException;
import io.titankv.proto.kv.v1.PutRequest;
import io.titankv.proto.kv.v1.SessionOperation;
import io.titankv.proto.kv.v1.SessionRequest;
import java.io.IOException;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** A message of a client's session, made and sent on one side, read on the other. Figures are of the whole message. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class SessionMessages {
    /** Puts in a message. */
    @Param({"1", "64"})
    public int operations;

    /** Bytes of a value. */
    @Param({"100", "1024"})
    public int valueBytes;

    private ByteString[] keyBytes = {};
    private ByteString value = ByteString.EMPTY;
    private byte[] encoded = {};

    /** Makes what is sent. */
    @Setup(Level.Trial)
    public void make() {
        keyBytes = new ByteString[operations];
        for (int i = 0; i < operations; i++) {
            keyBytes[i] = ByteString.copyFromUtf8("perf-" + (100_000 + i));
        }
        value = ByteString.copyFrom(new byte[valueBytes]);
        encoded = encode();
    }

    /** The bytes of a message. */
    @Benchmark
    public byte[] encode() {
        SessionRequest.Builder message = SessionRequest.newBuilder();
        for (int i = 0; i < operations; i++) {
            message.addOperations(SessionOperation.newBuilder()
                    .setId(i)
                    .setTimeoutMillis(5_000)
                    .setPut(PutRequest.newBuilder().setKey(keyBytes[i]).setValue(value)));
        }
        return message.build().toByteArray();
    }

    /** The message of these bytes; keys and values are views of them, as on the server. */
    @Benchmark
    public SessionRequest decode() throws IOException {
        CodedInputStream in = CodedInputStream.newInstance(encoded);
        in.enableAliasing(true);
        SessionRequest message = SessionRequest.parseFrom(in);
        if (message.getOperationsCount() != operations) {
            throw new InvalidProtocolBufferException("not the message that was made");
        }
        return message;
    }
}
