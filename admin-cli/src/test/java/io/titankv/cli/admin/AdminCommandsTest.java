package io.titankv.cli.admin;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.titankv.cli.testing.CommandLineFixture;
import io.titankv.cli.testing.CommandLineFixture.Said;
import io.titankv.cli.testing.FakeCluster;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class AdminCommandsTest {
    private final FakeCluster cluster = new FakeCluster().with("a", "1").with("b", "2");
    private final CommandLineFixture titan = new CommandLineFixture(cluster);

    @AfterEach
    void close() {
        cluster.close();
    }

    @Test
    void statusInAPipeIsTabSeparated() {
        Said said = titan.run("cluster", "status");
        assertThat(said.exitCode()).isZero();
        assertThat(said.outLines())
                .contains("cluster_id\tfake", "nodes\t3 of 3 up", "shards\t4 of 4 with a leader", "keys\t2");
    }

    @Test
    void statusAsJsonHasNumbers() throws IOException {
        JsonNode status = new ObjectMapper()
                .readTree(titan.run("cluster", "status", "-o", "json").out());
        assertThat(status.path("nodes").path("total").asInt()).isEqualTo(3);
        assertThat(status.path("live").asLong()).isEqualTo(3 << 20);
    }

    @Test
    void optionsStandBeforeOrAfterTheVerb() {
        String before = titan.run("-o", "json", "cluster", "status").out();
        String between = titan.run("cluster", "-o", "json", "status").out();
        String after = titan.run("cluster", "status", "-o", "json").out();
        assertThat(before).startsWith("{").isEqualTo(after).isEqualTo(between);
    }

    @Test
    void healthTellsByItsExitCode() {
        assertThat(titan.run("cluster", "health").exitCode()).isZero();
        cluster.degrade();
        Said said = titan.run("cluster", "health");
        assertThat(said.exitCode()).isEqualTo(1);
        assertThat(said.outLines()).contains("replicas\tdegraded\t4 replicas are down");
    }

    @Test
    void nodesAreListedWithTheirState() {
        cluster.degrade();
        Said said = titan.onTerminal(200).variable("NO_COLOR", "1").run("node", "ls");
        assertThat(said.outLines()).hasSize(4);
        assertThat(said.outLines().getFirst()).startsWith("NODE  STATE");
        assertThat(said.outLines().getLast()).startsWith("n3    dead").contains("zone=z3");
    }

    @Test
    void aNodeThatWasDecommissionedIsListedUntilItIsGone() {
        cluster.decommission();
        assertThat(titan.run("node", "ls").outLines()).hasSize(3);
        cluster.degrade();
        Said said = titan.run("node", "ls");
        assertThat(said.outLines()).hasSize(2).noneMatch(line -> line.startsWith("n3"));
        assertThat(said.err()).isEmpty();
        assertThat(titan.run("node", "ls", "--all").outLines()).hasSize(3);
        assertThat(titan.onTerminal(200).run("node", "ls").err())
                .contains("1 decommissioned and gone, not shown: 'titan node ls --all' shows all");
    }

    @Test
    void aTerminalGetsColoursUnlessItWantsNone() {
        titan.onTerminal(200);
        assertThat(titan.run("node", "ls").out()).contains("\u001b[32mup");
        assertThat(titan.variable("TERM", "dumb").run("node", "ls").out()).doesNotContain("\u001b");
    }

    @Test
    void aNodeThatIsNotThereIsNotFound() {
        Said said = titan.run("node", "get", "n9");
        assertThat(said.exitCode()).isEqualTo(1);
        assertThat(said.err()).isEqualTo("titan: there is no node n9 (NODE_UNKNOWN)\n");
        assertThat(titan.run("node", "get", "n1").outLines()).contains("state\tup");
    }

    @ParameterizedTest
    @ValueSource(strings = {"json", "jsonl", "table", "plain"})
    void aShardIsShownWithItsReplicas(String format) {
        cluster.degrade();
        Said said = titan.run("shard", "get", "s1", "-o", format);
        assertThat(said.exitCode()).isZero();
        assertThat(said.out()).contains("s1", "n1", "n2", "n3", "not heard from for 12 s");
    }

    @Test
    void shardsAreListed() throws IOException {
        JsonNode shards = new ObjectMapper()
                .readTree(titan.run("shard", "ls", "-o", "json").out());
        assertThat(shards).hasSize(4);
        assertThat(shards.path(0).path("replicas")).hasSize(3);
        assertThat(shards.path(0).path("share").asDouble()).isEqualTo(0.25);
    }

    @Test
    void aKeyIsLocated() {
        Said said = titan.run("shard", "locate", "some key");
        assertThat(said.outLines()).contains("key\tsome key", "epoch\t5").anyMatch(line -> line.startsWith("range\t["));
    }

    @Test
    void theRingIsAPictureOnATerminal() {
        Said said = titan.onTerminal(120).variable("NO_COLOR", "1").run("cluster", "ring");
        assertThat(said.out()).contains("epoch 5, 4 shards, 16 arcs", "MARK  SHARD", "█████");
        assertThat(said.outLines().getFirst().strip()).matches("[1-4]+");
    }

    @Test
    void theRingIsARowAShardInAPipe() {
        assertThat(titan.run("cluster", "ring").outLines())
                .hasSize(4)
                .first()
                .asString()
                .startsWith("s1\tn2\t25.0%\t4");
        assertThat(titan.run("cluster", "ring", "--arcs").outLines()).hasSize(16);
    }

    @Test
    void theRingIsDrawnAsWellFormedSvg(@TempDir Path directory) throws Exception {
        Path file = directory.resolve("ring.svg");
        assertThat(titan.run("cluster", "ring", "--svg", file.toString()).exitCode())
                .isZero();
        var root = DocumentBuilderFactory.newInstance()
                .newDocumentBuilder()
                .parse(file.toFile())
                .getDocumentElement();
        assertThat(root.getTagName()).isEqualTo("svg");
        // 16 arcs, the width, bytes and operations of 4 shards, and the mark of token 0.
        assertThat(root.getElementsByTagName("path").getLength()).isEqualTo(29);
        assertThat(Files.readString(file)).doesNotContain("NaN");
    }

    @Test
    void aFileThatCannotBeWrittenIsNamed() {
        Said said = titan.run("cluster", "ring", "--svg", "/no/such/directory/ring.svg");
        assertThat(said.exitCode()).isEqualTo(4);
        assertThat(said.err())
                .isEqualTo(
                        "titan: cannot write /no/such/directory/ring.svg: no such file: /no/such/directory/ring.svg\n");
    }
}
