package io.titankv.benchmarks.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.w3c.dom.Document;
import org.w3c.dom.NodeList;
import picocli.CommandLine;

class BarPlotTest {
    private static final List<Measurement> MEASUREMENTS = List.of(
            measurement("titan", "get", 2_000_000),
            measurement("a<b>&\"c", "get", 500_000),
            measurement("titan", "open", 10),
            new Measurement("titan", "memory", 1, 100, 1000, Map.of("bytes_per_key", 20.0)));

    private static Measurement measurement(String system, String workload, double rate) {
        return new Measurement(system, workload, 1, 100, 1000, Map.of(Measurement.OPS_PER_SECOND, rate));
    }

    private static Document document(String svg) throws Exception {
        return DocumentBuilderFactory.newInstance()
                .newDocumentBuilder()
                .parse(new ByteArrayInputStream(svg.getBytes(StandardCharsets.UTF_8)));
    }

    private static List<String> texts(Document document) {
        NodeList nodes = document.getElementsByTagName("text");
        List<String> texts = new ArrayList<>();
        for (int i = 0; i < nodes.getLength(); i++) {
            texts.add(nodes.item(i).getTextContent());
        }
        return texts;
    }

    @Test
    void thePictureIsWellFormedAndSaysNamesAndRates() throws Exception {
        Document picture = document(BarPlot.draw(MEASUREMENTS));
        assertThat(picture.getDocumentElement().getTagName()).isEqualTo("svg");
        assertThat(texts(picture))
                .containsExactly("operations a second", "titan", "a<b>&\"c", "get, 100 B", "2,000,000", "500,000");
        // The background, two in the legend, two bars.
        assertThat(picture.getElementsByTagName("rect").getLength()).isEqualTo(5);
    }

    @Test
    void nothingMeasuredIsAnEmptyPicture() throws Exception {
        assertThat(texts(document(BarPlot.draw(List.of())))).containsExactly("operations a second");
    }

    @Test
    void aFileOfLinesIsDrawn(@TempDir Path directory) throws Exception {
        Path lines = directory.resolve("lines");
        Files.write(lines, MEASUREMENTS.stream().map(Measurement::toJson).toList());
        Path picture = directory.resolve("picture.svg");
        assertThat(EngineComparison.commandLine().execute("plot", lines.toString(), picture.toString()))
                .isZero();
        assertThat(texts(document(Files.readString(picture)))).contains("2,000,000");
    }

    @Test
    void aFileThatIsNotThereOrNotOfLinesIsRefused(@TempDir Path directory) throws Exception {
        Path lines = directory.resolve("lines");
        StringWriter err = new StringWriter();
        CommandLine commandLine = EngineComparison.commandLine().setErr(new PrintWriter(err));
        assertThat(commandLine.execute("plot", lines.toString(), "x.svg")).isEqualTo(2);
        Files.writeString(lines, "hello\n");
        assertThat(commandLine.execute("plot", lines.toString(), "x.svg")).isEqualTo(2);
        assertThat(err.toString()).contains("no such file").contains("not a line of JSON");
    }
}
