package io.titankv.gateway;

import static io.titankv.gateway.SimCluster.bytes;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.google.protobuf.ByteString;
import io.titankv.model.Epoch;
import io.titankv.model.ErrorReason;
import io.titankv.model.GroupId;
import io.titankv.model.Limits;
import io.titankv.model.ShardMap;
import io.titankv.proto.errors.TitanError;
import io.titankv.proto.kv.v1.BatchWriteRequest;
import io.titankv.proto.kv.v1.GetRequest;
import io.titankv.proto.kv.v1.Precondition;
import io.titankv.proto.kv.v1.PutRequest;
import io.titankv.proto.kv.v1.ReadLevel;
import io.titankv.proto.kv.v1.RequestId;
import io.titankv.proto.kv.v1.RequestOptions;
import io.titankv.proto.kv.v1.WriteOperation;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Every limit at its edge, and the opaque tokens. */
final class RequestCheckTest {
    private static final int VALUE_BYTES_MAX = 100;

    private final RequestCheck check =
            new RequestCheck(new ShardMap("c1", Epoch.NONE, 0, List.of(), List.of(), List.of(), VALUE_BYTES_MAX));

    private static PutRequest.Builder put() {
        return PutRequest.newBuilder().setKey(bytes("k")).setValue(bytes("v"));
    }

    private static ByteString ofSize(int size) {
        return ByteString.copyFrom(new byte[size]);
    }

    private TitanError refusalOf(PutRequest.Builder request) {
        RequestRefusedException refused =
                catchThrowableOfType(RequestRefusedException.class, () -> check.put(request.build()));
        assertThat(refused).isNotNull();
        return refused.error();
    }

    private TitanError refusalOf(RequestOptions.Builder options) {
        return refusalOf(put().setOptions(options));
    }

    @Test
    void keysHaveOneByteToTheLimit() {
        assertThat(refusalOf(put().setKey(ByteString.EMPTY)).reason()).isEqualTo(ErrorReason.KEY_EMPTY);
        assertThatCode(() ->
                        check.put(put().setKey(ofSize(Limits.KEY_BYTES_MAX)).build()))
                .doesNotThrowAnyException();
        TitanError tooLarge = refusalOf(put().setKey(ofSize(Limits.KEY_BYTES_MAX + 1)));
        assertThat(tooLarge.reason()).isEqualTo(ErrorReason.KEY_TOO_LARGE);
        assertThat(tooLarge.message()).contains("4097", "4096");
        assertThat(tooLarge.limit()).contains((long) Limits.KEY_BYTES_MAX);
        assertThat(refusalOf(put().setRoutingTag(ofSize(Limits.KEY_BYTES_MAX + 1)))
                        .reason())
                .isEqualTo(ErrorReason.KEY_TOO_LARGE);
    }

    @Test
    void valuesGoToTheClustersLimit() {
        assertThatCode(() -> check.put(put().setValue(ofSize(VALUE_BYTES_MAX)).build()))
                .doesNotThrowAnyException();
        TitanError tooLarge = refusalOf(put().setValue(ofSize(VALUE_BYTES_MAX + 1)));
        assertThat(tooLarge.reason()).isEqualTo(ErrorReason.VALUE_TOO_LARGE);
        assertThat(tooLarge.limit()).contains((long) VALUE_BYTES_MAX);
    }

    @Test
    void whatMeansNothingIsNamed() {
        assertThat(refusalOf(RequestOptions.newBuilder().setReadLevelValue(99)).message())
                .contains("read_level", "99");
        assertThat(refusalOf(RequestOptions.newBuilder().setWriteLevelValue(99)).message())
                .contains("write_level", "99");
        assertThat(refusalOf(RequestOptions.newBuilder().setEpoch(-1)).message())
                .contains("epoch");
        assertThat(refusalOf(put().setPrecondition(Precondition.getDefaultInstance()))
                        .reason())
                .isEqualTo(ErrorReason.BAD_REQUEST);
        assertThat(refusalOf(put().setPrecondition(Precondition.newBuilder().setAbsent(false)))
                        .message())
                .contains("absent");
        assertThat(refusalOf(put().setRequestId(RequestId.newBuilder().setClientId(ofSize(15))))
                        .message())
                .contains("client_id", "15", "16");
        assertThat(refusalOf(put().setRequestId(RequestId.newBuilder()
                                .setClientId(ofSize(16))
                                .setSequence(3)
                                .setAnsweredBelow(4)))
                        .message())
                .contains("answered_below");
    }

    @Test
    void stalenessIsBoundedBothWays() {
        RequestOptions.Builder bounded =
                RequestOptions.newBuilder().setReadLevel(ReadLevel.READ_LEVEL_BOUNDED_STALENESS);
        assertThat(refusalOf(bounded).message()).contains("missing");
        for (long seconds : new long[] {0, -1, 3601, Long.MAX_VALUE}) {
            bounded.setMaxStaleness(com.google.protobuf.Duration.newBuilder().setSeconds(seconds));
            assertThat(refusalOf(bounded).reason()).isEqualTo(ErrorReason.BAD_REQUEST);
        }
        bounded.setMaxStaleness(com.google.protobuf.Duration.newBuilder().setSeconds(3600));
        assertThatCode(() -> check.readTerms(bounded.build())).doesNotThrowAnyException();
    }

    @Test
    void batchesHoldOneToAThousand() {
        BatchWriteRequest.Builder batch = BatchWriteRequest.newBuilder();
        assertThat(catchThrowableOfType(RequestRefusedException.class, () -> check.batch(batch.build()))
                        .error()
                        .reason())
                .isEqualTo(ErrorReason.BATCH_TOO_LARGE);
        for (int i = 0; i < Limits.REQUEST_OPERATIONS_MAX; i++) {
            batch.addOperations(WriteOperation.newBuilder()
                    .setKey(bytes("k" + i))
                    .setDelete(WriteOperation.Delete.getDefaultInstance()));
        }
        assertThat(check.batch(batch.build())).hasSize(Limits.REQUEST_OPERATIONS_MAX);
        batch.addOperations(batch.getOperations(0));
        assertThat(catchThrowableOfType(RequestRefusedException.class, () -> check.batch(batch.build()))
                        .error()
                        .reason())
                .isEqualTo(ErrorReason.BATCH_TOO_LARGE);
    }

    @Test
    void aSessionTokenIsOfItsClusterOnly() {
        SessionMarks marks = SessionMarks.NONE.with(new GroupId(3), 70).with(new GroupId(1), 9);
        ByteString token = SessionTokenFormat.encode(marks, "c1");
        assertThat(SessionTokenFormat.decode(token, "c1")).contains(marks);
        assertThat(SessionTokenFormat.decode(token, "c2")).isEmpty();
        assertThat(SessionTokenFormat.decode(token.substring(0, token.size() - 1), "c1"))
                .isEmpty();
        assertThat(refusalOf(RequestOptions.newBuilder().setAfterToken(bytes("nonsense")))
                        .reason())
                .isEqualTo(ErrorReason.BAD_REQUEST);
        assertThat(catchThrowableOfType(
                        RequestRefusedException.class,
                        () -> check.get(GetRequest.newBuilder()
                                .setKey(bytes("k"))
                                .setOptions(RequestOptions.newBuilder().setReadLevel(ReadLevel.READ_LEVEL_AFTER))
                                .build())))
                .isNotNull();
    }

    @Test
    void marksThatDoNotFitAreReadLinearizably() {
        SessionMarks marks = SessionMarks.NONE;
        for (int group = 1; group <= SessionMarks.GROUPS_MAX + 1; group++) {
            marks = marks.with(new GroupId(group), group);
        }
        assertThat(marks.indexes()).hasSize(SessionMarks.GROUPS_MAX);
        assertThat(marks.overflowed()).isTrue();
        assertThat(SessionTokenFormat.encode(marks, "c1").size()).isLessThanOrEqualTo(4096);
        assertThat(SessionTokenFormat.decode(SessionTokenFormat.encode(marks, "c1"), "c1"))
                .contains(marks);
    }
}
