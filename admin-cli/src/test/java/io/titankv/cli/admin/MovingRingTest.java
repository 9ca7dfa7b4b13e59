package io.titankv.cli.admin;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.titankv.cli.testing.CommandLineFixture;
import io.titankv.cli.testing.CommandLineFixture.Said;
import io.titankv.cli.testing.FakeCluster;
import io.titankv.proto.admin.v1.MovingArc;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;

/** The ring while arcs are on their way: two of one transfer, one of another that is frozen. */
final class MovingRingTest {
    private final FakeCluster cluster = new FakeCluster();
    private final CommandLineFixture titan = new CommandLineFixture(cluster);

    @BeforeEach
    void move() {
        MovingArc first = MovingArc.newBuilder()
                .setStart(0)
                .setEnd(1L << 60)
                .setFromShardId("s1")
                .setToShardId("s2")
                .setPhase("copying")
                .setOperationId("op-3")
                .setTransfer(7)
                .setKeysCopied(75)
                .setKeysLeft(25)
                .setBytesCopied(3 << 20)
                .setBytesPerSecond(1 << 20)
                .build();
        cluster.move(first);
        // Half of the ring's fifth arc.
        cluster.move(first.toBuilder()
                .setStart(4L << 60)
                .setEnd((4L << 60) + (1L << 59))
                .build());
        cluster.move(MovingArc.newBuilder()
                .setStart(15L << 60)
                .setEnd(0)
                .setFromShardId("s2")
                .setToShardId("s4")
                .setPhase("freezing")
                .setTransfer(8)
                .build());
    }

    @AfterEach
    void close() {
        cluster.close();
    }

    @Test
    void aTerminalHasATableUnderTheRing() {
        Said said = titan.onTerminal(240).variable("NO_COLOR", "1").run("cluster", "ring");
        List<String> lines = said.outLines();
        int at = lines.indexOf("  on the way");
        assertThat(at).isPositive();
        assertThat(lines.get(at + 1)).startsWith("OPERATION  FROM  TO  PHASE");
        assertThat(lines.get(at + 2))
                .matches("op-3 +s1 +s2 +copying +75.0% +75 +25 +3.0 MiB +1.0 MiB/s +1 s +\\[0+, 10+\\), \\[40+,"
                        + " 480+\\)");
        assertThat(lines.get(at + 3)).matches("- +s2 +s4 +freezing +- +0 +0 +0 B +- +- +\\[f0+, end\\)");
        assertThat(lines).hasSize(at + 4);
    }

    @Test
    void listsTellWhatIsOnItsWay() throws IOException {
        assertThat(titan.run("cluster", "ring", "--moving").outLines())
                .hasSize(2)
                .first()
                .asString()
                .startsWith("op-3\ts1\ts2\tcopying\t75.0%\t75\t25\t3.0 MiB");
        List<String> arcs = titan.run("cluster", "ring", "--arcs").outLines();
        assertThat(arcs).hasSize(16);
        assertThat(IntStream.range(0, 16).filter(i -> !arcs.get(i).endsWith("\t-")))
                .containsExactly(0, 4, 15);
        assertThat(arcs.get(4)).endsWith("\ts2");
        JsonNode ring = new ObjectMapper()
                .readTree(titan.run("cluster", "ring", "-o", "json").out());
        assertThat(ring.path("moving")).hasSize(2);
        assertThat(ring.path("moving").get(0).path("ranges")).hasSize(2);
        assertThat(ring.path("moving").get(1).path("eta").isNull()).isTrue();
        assertThat(ring.path("shards").get(0).path("operations_per_second").asInt())
                .isEqualTo(100);
    }

    @Test
    void theSvgHatchesThemAndSaysWhereTheyGo(@TempDir Path directory) throws Exception {
        Path file = directory.resolve("ring.svg");
        titan.run("cluster", "ring", "--svg", file.toString());
        String svg = Files.readString(file);
        Element root = DocumentBuilderFactory.newInstance()
                .newDocumentBuilder()
                .parse(file.toFile())
                .getDocumentElement();
        NodeList patterns = root.getElementsByTagName("pattern");
        assertThat(patterns.getLength()).as("pairs of shards").isEqualTo(2);
        NodeList paths = root.getElementsByTagName("path");
        List<Element> hatched = IntStream.range(0, paths.getLength())
                .mapToObj(i -> (Element) paths.item(i))
                .filter(path -> path.getAttribute("fill").startsWith("url(#"))
                .toList();
        assertThat(hatched)
                .extracting(path -> path.getAttribute("fill"))
                .containsExactly("url(#moving-0)", "url(#moving-0)", "url(#moving-1)");
        assertThat(hatched.getLast().getTextContent()).isEqualTo("s2 → s4, freezing");
        assertThat(svg)
                .contains(">s1 → s2, 2 arcs: copying, 75.0%, 1.0 MiB/s, 1 s left (op-3)<")
                .contains(">s2 → s4, 1 arc: freezing<")
                .contains(">3 arcs on the way<")
                .doesNotContain("NaN");
    }
}
