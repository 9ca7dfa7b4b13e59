package io.titankv.cli.run;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class ServerLogTest {
    @Test
    void nodesLogAsTheirOwnConfigurationSaysUnlessAnotherOneWasNamed() {
        assertThat(ServerLog.configuration(null)).isEqualTo("titan-server-logback.xml");
        assertThat(ServerLog.configuration("titan-cli-logback.xml")).isEqualTo("titan-server-logback.xml");
        assertThat(ServerLog.configuration("/etc/titan/logback.xml")).isEqualTo("/etc/titan/logback.xml");
    }

    @Test
    void theLogIsInTheDataDirectory() {
        assertThat(ServerLog.file(Path.of("/data"))).isEqualTo(Path.of("/data/titan.log"));
    }
}
