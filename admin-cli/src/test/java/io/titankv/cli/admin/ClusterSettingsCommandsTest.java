package io.titankv.cli.admin;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.titankv.cli.common.ExitCode;
import io.titankv.cli.testing.CommandLineFixture;
import io.titankv.cli.testing.CommandLineFixture.Said;
import io.titankv.cli.testing.FakeCluster;
import io.titankv.proto.admin.v1.SetLimitsRequest;
import io.titankv.proto.admin.v1.SetSchedulersRequest;
import java.io.IOException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class ClusterSettingsCommandsTest {
    private final FakeCluster cluster = new FakeCluster();
    private final CommandLineFixture titan = new CommandLineFixture(cluster);

    @AfterEach
    void close() {
        cluster.close();
    }

    @Test
    void schedulersAreShownWithoutAChange() {
        assertThat(titan.run("cluster", "schedulers").outLines())
                .containsExactly("heal\ton", "balance_replicas\ton", "balance_leaders\ton", "balance_ranges\ton");
        assertThat(cluster.requests()).isEmpty();
    }

    @Test
    void onlyTheNamedSchedulersAreSwitched() throws IOException {
        assertThat(titan.run("cluster", "schedulers", "--balance-ranges", "off", "--heal=on")
                        .outLines())
                .containsExactly("heal\ton", "balance_replicas\ton", "balance_leaders\ton", "balance_ranges\toff");
        assertThat(cluster.requests())
                .containsExactly(SetSchedulersRequest.newBuilder()
                        .setHeal(true)
                        .setBalanceRanges(false)
                        .build());
        titan.run("cluster", "schedulers", "--balance-leaders=off", "--balance-replicas", "off");
        JsonNode shown = new ObjectMapper()
                .readTree(titan.run("cluster", "schedulers", "-o", "json").out());
        assertThat(shown.path("heal").booleanValue()).isTrue();
        assertThat(shown.path("balance_replicas").booleanValue()).isFalse();
        assertThat(shown.path("balance_leaders").booleanValue()).isFalse();
    }

    @Test
    void limitsAreShownAndChanged() throws IOException {
        assertThat(titan.run("cluster", "limits").outLines()).containsExactly("transfer_bytes_per_second\t32.0 MiB/s");
        assertThat(cluster.requests()).isEmpty();
        assertThat(titan.run("cluster", "limits", "--transfer-rate", "64MiB").outLines())
                .containsExactly("transfer_bytes_per_second\t64.0 MiB/s");
        assertThat(titan.run("cluster", "limits", "--transfer-rate=1.5GiB/s", "-o", "jsonl")
                        .out())
                .isEqualTo("{\"transfer_bytes_per_second\": 1610612736}\n");
        assertThat(titan.run("cluster", "limits", "--transfer-rate", "unlimited")
                        .outLines())
                .containsExactly("transfer_bytes_per_second\tunlimited");
        assertThat(cluster.requests())
                .containsExactly(
                        SetLimitsRequest.newBuilder()
                                .setTransferBytesPerSecond(64 << 20)
                                .build(),
                        SetLimitsRequest.newBuilder()
                                .setTransferBytesPerSecond(1_610_612_736L)
                                .build(),
                        SetLimitsRequest.newBuilder()
                                .setTransferBytesPerSecond(0)
                                .build());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "schedulers --heal yes | '--heal': say on or off, not 'yes'",
                "schedulers --heal | Missing required parameter for option '--heal' (on|off)",
                "schedulers now | 'now' is one argument too many",
                "limits --transfer-rate 64 | write a size with its unit B, KiB, MiB, GiB or TiB, e.g. 64MiB, not '64';"
                        + " or unlimited",
                "limits --transfer-rate -1MiB | not '-1MiB'; or unlimited",
                "limits --transfer-rate 64MB | not '64MB'",
                "limits --transfer-rate 0B | with 0B nothing would ever arrive: give 1B or more, or unlimited",
                "limits --transfer-rate 99999999TiB | a size of 99999999TiB is too large: at most 8.0 EiB can be said",
            })
    void aBadSettingIsNamedWithItsValue(String line, String why) {
        Said said = titan.run(("cluster " + line).split(" "));
        assertThat(said.err()).startsWith("titan: ").contains(why);
        assertThat(said.err().lines()).hasSize(1);
        assertThat(said.exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(cluster.requests()).isEmpty();
    }

    @Test
    void aNodeThatIsOlderThanTheCommandIsTold() {
        cluster.forgetSettings();
        for (String verb : new String[] {"schedulers", "limits"}) {
            Said said = titan.run("cluster", verb);
            assertThat(said.exitCode()).isEqualTo(ExitCode.REFUSED);
            assertThat(said.err())
                    .isEqualTo("titan: the node does not tell its " + verb
                            + ": it runs version 9.8.7, which is older than this command\n");
        }
    }
}
