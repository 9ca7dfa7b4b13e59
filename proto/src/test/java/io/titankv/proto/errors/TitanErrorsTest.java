package io.titankv.proto.errors;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.Any;
import com.google.rpc.ErrorInfo;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import io.titankv.model.Epoch;
import io.titankv.model.ErrorReason;
import io.titankv.model.Version;
import io.titankv.proto.kv.v1.KeyStatus;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class TitanErrorsTest {
    @Property(tries = 300)
    void whatIsPutOnTheWireComesOffIt(@ForAll("errors") TitanError error) {
        StatusRuntimeException sent = TitanErrors.toException(error);
        assertThat(TitanErrors.parse(sent)).contains(error);
        assertThat(TitanErrors.parse(new IllegalStateException(sent))).contains(error);
    }

    @Property(tries = 300)
    void aKeyStatusKeepsWhatItHasFieldsFor(@ForAll("errors") TitanError error) {
        TitanError read =
                TitanErrors.fromKeyStatus(TitanErrors.toKeyStatus(error)).orElseThrow();
        assertThat(read.reason()).isEqualTo(error.reason());
        assertThat(read.message()).isEqualTo(error.message());
        assertThat(read.retryDelay()).isEqualTo(error.retryDelay());
        assertThat(read.leaderNodeId()).isEqualTo(error.leaderNodeId());
        assertThat(read.leaderAddress()).isEqualTo(error.leaderAddress());
        if (error.reason() == ErrorReason.VERSION_MISMATCH) {
            assertThat(read.currentVersion())
                    .isEqualTo(Optional.of(error.currentVersion().orElse(Version.ABSENT)));
        }
    }

    @Provide
    Arbitrary<TitanError> errors() {
        Arbitrary<Map<String, String>> facts = Arbitraries.maps(
                        Arbitraries.of(
                                TitanErrors.LEADER_NODE_ID,
                                TitanErrors.LEADER_ADDRESS,
                                TitanErrors.CURRENT_VERSION,
                                TitanErrors.EPOCH,
                                TitanErrors.LIMIT),
                        Arbitraries.longs().between(1, Long.MAX_VALUE).map(String::valueOf))
                .ofMaxSize(5);
        Arbitrary<Optional<Duration>> delays = Arbitraries.longs()
                .between(0, 300_000_000_000L)
                .map(Duration::ofNanos)
                .optional();
        return Combinators.combine(
                        Arbitraries.of(ErrorReason.class),
                        Arbitraries.strings().alpha().ofMaxLength(40),
                        facts,
                        delays)
                .as(TitanError::new);
    }

    @ParameterizedTest
    @EnumSource
    void everyReasonHasACodeThatIsAnError(ErrorReason reason) {
        assertThat(TitanErrors.toException(reason, "x").getStatus().getCode()).isNotEqualTo(Status.Code.OK);
        assertThat(TitanErrors.reasonNamed(reason.name())).contains(reason);
    }

    @Test
    void theCodesAreThoseOfTheApiPage() {
        assertThat(TitanErrors.codeOf(ErrorReason.ROUTE_STALE)).isEqualTo(Status.Code.UNAVAILABLE);
        assertThat(TitanErrors.codeOf(ErrorReason.BUSY)).isEqualTo(Status.Code.RESOURCE_EXHAUSTED);
        assertThat(TitanErrors.codeOf(ErrorReason.VERSION_MISMATCH)).isEqualTo(Status.Code.FAILED_PRECONDITION);
        assertThat(TitanErrors.codeOf(ErrorReason.OUTCOME_UNDETERMINED)).isEqualTo(Status.Code.UNKNOWN);
        assertThat(TitanErrors.codeOf(ErrorReason.DATA_QUARANTINED)).isEqualTo(Status.Code.DATA_LOSS);
    }

    @Test
    void factsAreReadByType() {
        TitanError error = TitanError.of(ErrorReason.NOT_LEADER, "s1 is led by n2")
                .withLeader("n2", "10.0.0.2:7400")
                .withEpoch(new Epoch(7))
                .withLimit(9)
                .withCurrentVersion(new Version(5));
        TitanError read = TitanErrors.parse(TitanErrors.toException(error)).orElseThrow();
        assertThat(read.leaderNodeId()).contains("n2");
        assertThat(read.leaderAddress()).contains("10.0.0.2:7400");
        assertThat(read.epoch()).contains(new Epoch(7));
        assertThat(read.limit()).contains(9L);
        assertThat(read.currentVersion()).contains(new Version(5));
    }

    @Test
    void aHintThatIsNoNumberIsAbsent() {
        TitanError error = TitanError.of(ErrorReason.ROUTE_STALE, "x");
        assertThat(error.with(TitanErrors.EPOCH, "soon").epoch()).isEmpty();
        assertThat(error.with(TitanErrors.EPOCH, "-1").epoch()).isEmpty();
        assertThat(error.withLeader("n1", "").leaderAddress()).isEmpty();
    }

    @Test
    void whatIsNotOursIsNotParsed() {
        assertThat(TitanErrors.parse(Status.UNAVAILABLE.asRuntimeException())).isEmpty();
        assertThat(TitanErrors.parse(new IllegalStateException("x"))).isEmpty();
        assertThat(TitanErrors.parse(withInfo("elsewhere.example", "BUSY"))).isEmpty();
        assertThat(TitanErrors.parse(withInfo(ErrorReason.DOMAIN, "INVENTED_LATER")))
                .isEmpty();
    }

    private static StatusRuntimeException withInfo(String domain, String reason) {
        ErrorInfo info =
                ErrorInfo.newBuilder().setDomain(domain).setReason(reason).build();
        return StatusProto.toStatusRuntimeException(com.google.rpc.Status.newBuilder()
                .setCode(Status.Code.UNAVAILABLE.value())
                .addDetails(Any.pack(info))
                .build());
    }

    @Test
    void anUnknownReasonNeverPromisesThatARetryIsSafe() {
        for (Status.Code code : Status.Code.values()) {
            KeyStatus status = KeyStatus.newBuilder()
                    .setCode(code.value())
                    .setReason("INVENTED_LATER")
                    .build();
            Optional<TitanError> read = TitanErrors.fromKeyStatus(status);
            assertThat(read.isEmpty()).isEqualTo(code == Status.Code.OK);
            read.ifPresent(error -> assertThat(error.reason().retry()).isNotEqualTo(ErrorReason.Retry.SAFE));
        }
    }

    @Test
    void aNegativeDelayIsRefused() {
        assertThatThrownBy(() -> TitanError.of(ErrorReason.BUSY, "x").withRetryDelay(Duration.ofMillis(-1)))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
