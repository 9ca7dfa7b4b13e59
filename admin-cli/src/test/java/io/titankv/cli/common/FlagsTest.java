package io.titankv.cli.common;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.titankv.client.ReadLevel;
import io.titankv.client.WriteLevel;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

/** {@link ReadFlags} and {@link WriteFlags}. */
class FlagsTest {
    private static ReadLevel level(String... arguments) {
        return CommandLine.populateCommand(new ReadFlags(), arguments).options().level();
    }

    @Test
    void readsAreLinearizableUnlessLessIsAskedFor() {
        assertThat(level()).isEqualTo(ReadLevel.linearizable());
        assertThat(level("--level", "lease")).isEqualTo(ReadLevel.lease());
        assertThat(level("--level", "any")).isEqualTo(ReadLevel.any());
        assertThat(level("--max-staleness", "5s")).isEqualTo(ReadLevel.boundedStaleness(Duration.ofSeconds(5)));
        assertThatThrownBy(() -> level("--max-staleness", "2h")).isInstanceOf(CliException.class);
    }

    @Test
    void writesWaitForAMajorityUnlessAllAreAskedFor() {
        WriteFlags none = CommandLine.populateCommand(new WriteFlags());
        WriteFlags all = CommandLine.populateCommand(new WriteFlags(), "--all-replicas");
        assertThat(none.options().level()).isEqualTo(WriteLevel.MAJORITY);
        assertThat(none.areAllReplicasAsked()).isFalse();
        assertThat(all.options().level()).isEqualTo(WriteLevel.ALL);
    }
}
