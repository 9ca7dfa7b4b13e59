package io.titankv.multiraft.host;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.apache.ratis.proto.RaftProtos.AppendEntriesReplyProto;
import org.apache.ratis.proto.RaftProtos.AppendEntriesRequestProto;
import org.apache.ratis.proto.RaftProtos.LogEntryProto;
import org.apache.ratis.proto.RaftProtos.RaftRpcReplyProto;
import org.apache.ratis.proto.RaftProtos.RaftRpcRequestProto;
import org.apache.ratis.proto.RaftProtos.StateMachineLogEntryProto;
import org.apache.ratis.thirdparty.com.google.protobuf.ByteString;
import org.apache.ratis.thirdparty.io.grpc.Drainable;
import org.apache.ratis.thirdparty.io.grpc.MethodDescriptor.Marshaller;
import org.apache.ratis.thirdparty.io.grpc.StatusRuntimeException;

class AppendMessagesProperties {
    private static final Marshaller<List<AppendEntriesRequestProto>> REQUESTS =
            AppendMessages.APPEND.getRequestMarshaller();
    private static final Marshaller<List<AppendAnswer>> ANSWERS = AppendMessages.APPEND.getResponseMarshaller();

    @Provide
    Arbitrary<List<AppendEntriesRequestProto>> requests() {
        Arbitrary<AppendEntriesRequestProto> request = Combinators.combine(
                        Arbitraries.longs(),
                        Arbitraries.bytes().array(byte[].class).ofMaxSize(9_000))
                .as((callId, value) -> AppendEntriesRequestProto.newBuilder()
                        .setServerRequest(RaftRpcRequestProto.newBuilder().setCallId(callId))
                        .addEntries(LogEntryProto.newBuilder()
                                .setStateMachineLogEntry(
                                        StateMachineLogEntryProto.newBuilder().setLogData(ByteString.copyFrom(value))))
                        .build());
        return request.list().ofMaxSize(20);
    }

    @Provide
    Arbitrary<List<AppendAnswer>> answers() {
        Arbitrary<AppendAnswer> replies = Arbitraries.longs()
                .map(callId -> new AppendAnswer.Reply(AppendEntriesReplyProto.newBuilder()
                        .setServerReply(RaftRpcReplyProto.newBuilder().setCallId(callId))
                        .setMatchIndex(callId >>> 1)
                        .build()));
        Arbitrary<AppendAnswer> failures = Combinators.combine(
                        Arbitraries.longs(), Arbitraries.strings().ofMaxLength(300))
                .as(AppendAnswer.Failure::new);
        return Arbitraries.oneOf(replies, failures).list().ofMaxSize(20);
    }

    @Property(tries = 200)
    void requestsArriveAsTheyWereSent(@ForAll("requests") List<AppendEntriesRequestProto> batch) throws IOException {
        requireArrives(REQUESTS, batch);
    }

    @Property(tries = 300)
    void answersArriveAsTheyWereSent(@ForAll("answers") List<AppendAnswer> batch) throws IOException {
        requireArrives(ANSWERS, batch);
    }

    private static <T> void requireArrives(Marshaller<List<T>> marshaller, List<T> batch) throws IOException {
        InputStream stream = marshaller.stream(batch);
        int announced = stream.available();
        ByteArrayOutputStream drained = new ByteArrayOutputStream();
        assertThat(((Drainable) stream).drainTo(drained)).isEqualTo(announced);
        assertThat(drained.size()).isEqualTo(announced);
        assertThat(stream.available()).isZero();
        assertThat(marshaller.stream(batch).readAllBytes()).isEqualTo(drained.toByteArray());

        assertThat(marshaller.parse(new ByteArrayInputStream(drained.toByteArray())))
                .isEqualTo(batch);
    }

    @Property(tries = 300)
    void whatIsCutOffIsRefused(@ForAll("answers") List<AppendAnswer> batch, @ForAll long where) throws IOException {
        byte[] whole = ANSWERS.stream(batch).readAllBytes();
        byte[] cut = Arrays.copyOf(whole, whole.length == 0 ? 0 : (int) Math.floorMod(where, (long) whole.length));
        try {
            List<AppendAnswer> parsed = ANSWERS.parse(new ByteArrayInputStream(cut));
            assertThat(batch.subList(0, parsed.size())).isEqualTo(parsed); // cut between two
        } catch (StatusRuntimeException e) {
            assertThat(e).hasMessageContaining("not a batch of appends");
        }
    }

    @Example
    void garbageIsRefusedAndAFieldOfALaterVersionIsPassedOver() {
        assertThatThrownBy(() -> REQUESTS.parse(new ByteArrayInputStream(new byte[] {10, 127, 1})))
                .isInstanceOf(StatusRuntimeException.class)
                .hasMessageContaining("not a batch of appends");
        assertThat(ANSWERS.parse(new ByteArrayInputStream(new byte[] {0x78, 5, 0x12, 2, 8, 7})))
                .containsExactly(new AppendAnswer.Failure(7, ""));
    }
}
