package io.titankv.cli.admin;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Duration;
import io.titankv.cli.testing.CommandLineFixture;
import io.titankv.proto.admin.v1.OperationInfo;
import org.junit.jupiter.api.Test;

final class OperationWaitTest {
    private static final OperationInfo HALF = OperationInfo.newBuilder()
            .setOperationId("op-4")
            .setStepsDone(1)
            .setStepsTotal(3)
            .setBytesDone(10 << 20)
            .setBytesLeft(10 << 20)
            .setBytesPerSecond(5 << 20)
            .setEta(Duration.newBuilder().setSeconds(2))
            .setWaitingOn("s2 has no leader")
            .build();

    @Test
    void aTerminalGetsABarOfTheBytes() {
        assertThat(OperationWait.line(HALF, true))
                .isEqualTo("op-4: ██████████░░░░░░░░░░ 1 of 3 steps, 10.0 MiB of 20.0 MiB, 5.0 MiB/s, 2 s left;"
                        + " waits for s2 has no leader");
    }

    @Test
    void withoutBytesTheBarIsOfSteps() {
        OperationInfo leaders = HALF.toBuilder()
                .setStepsTotal(2)
                .clearBytesDone()
                .clearBytesLeft()
                .clearBytesPerSecond()
                .clearEta()
                .clearWaitingOn()
                .build();
        assertThat(OperationWait.line(leaders, true)).isEqualTo("op-4: ██████████░░░░░░░░░░ 1 of 2 steps");
        assertThat(OperationWait.line(leaders, false)).isEqualTo("op-4: 1 of 2 steps");
    }

    @Test
    void shellsCompleteTheVerbsAndTheirWords() {
        assertThat(new CommandLineFixture().run("generate-completion").out())
                .contains("--balance-ranges", "\"on\" \"off\"", "rebalance", "--transfer-rate");
    }
}
