package io.titankv.cli.perf;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;

class PerfPlotTest {
    private static Document parse(String svg) throws Exception {
        DocumentBuilderFactory factory = DocumentBuilderFactory.newInstance();
        factory.setFeature("http://apache.org/xml/features/disallow-doctype-decl", true);
        return factory.newDocumentBuilder().parse(new ByteArrayInputStream(svg.getBytes(StandardCharsets.UTF_8)));
    }

    private static List<Element> elements(Document document, String name) {
        NodeList nodes = document.getElementsByTagName(name);
        List<Element> elements = new ArrayList<>();
        for (int i = 0; i < nodes.getLength(); i++) {
            elements.add((Element) nodes.item(i));
        }
        return elements;
    }

    private static void assertInside(Document document) {
        for (Element line : elements(document, "polyline")) {
            for (String point : line.getAttribute("points").split(" ", -1)) {
                String[] coordinates = point.split(",", -1);
                assertThat(Double.parseDouble(coordinates[0])).isBetween(0.0, 880.0);
                assertThat(Double.parseDouble(coordinates[1])).isBetween(0.0, 726.0);
            }
        }
    }

    @Test
    void aResultHasACurveAndASeriesOfEachKind() throws Exception {
        Document document = parse(PerfPlot.draw(
                "50:50 <reads & writes>", "", List.of(new PerfPlot.Run("", Measurements.of(30, 1000, 800, 1)))));
        assertThat(elements(document, "title").getFirst().getTextContent()).isEqualTo("50:50 <reads & writes>");
        assertThat(elements(document, "polyline"))
                .extracting(line -> line.getAttribute("class"))
                .containsExactly("reads", "writes", "reads", "writes");
        assertThat(elements(document, "polyline")
                        .getLast()
                        .getAttribute("points")
                        .split(" ", -1))
                .hasSize(30);
        assertThat(elements(document, "circle")).isEmpty();
        assertInside(document);
    }

    @Test
    void latenciesRiseWithTheirPercentile() throws Exception {
        Document document =
                parse(PerfPlot.draw("t", "", List.of(new PerfPlot.Run("", Measurements.of(30, 1000, 800, 1)))));
        double x = 0;
        double y = Double.MAX_VALUE;
        for (String point :
                elements(document, "polyline").getFirst().getAttribute("points").split(" ", -1)) {
            String[] coordinates = point.split(",", -1);
            assertThat(Double.parseDouble(coordinates[0])).isGreaterThanOrEqualTo(x);
            assertThat(Double.parseDouble(coordinates[1])).isLessThanOrEqualTo(y);
            x = Double.parseDouble(coordinates[0]);
            y = Double.parseDouble(coordinates[1]);
        }
    }

    @Test
    void twoResultsLieOverEachOther() throws Exception {
        Document document = parse(PerfPlot.draw(
                "two",
                "A: one\nB: the other",
                List.of(
                        new PerfPlot.Run("A", Measurements.of(30, 1000, 800, 1)),
                        new PerfPlot.Run("B", Measurements.withErrors(Measurements.of(20, 9000, 5, 2))))));
        assertThat(elements(document, "polyline"))
                .filteredOn(line -> line.getAttribute("class").endsWith(" second"))
                .hasSize(4);
        assertThat(elements(document, "text"))
                .extracting(Element::getTextContent)
                .contains("A reads", "B writes", "seconds with errors", "99.99 %");
        assertInside(document);
    }

    @Test
    void aRunOfNothingIsAPictureToo() throws Exception {
        Document document = parse(PerfPlot.draw("t", "", List.of(new PerfPlot.Run("", Measurements.of(0, 0, 1, 1)))));
        assertThat(elements(document, "text"))
                .extracting(Element::getTextContent)
                .contains("no operation succeeded");
    }

    @Test
    void ticksAreRoundNumbers() {
        assertThat(PerfPlot.roundStep(0.7)).isEqualTo(1);
        assertThat(PerfPlot.roundStep(13)).isEqualTo(20);
        assertThat(PerfPlot.roundStep(2000)).isEqualTo(2000);
        assertThat(PerfPlot.millisText(0.05)).isEqualTo("50 µs");
        assertThat(PerfPlot.millisText(20)).isEqualTo("20 ms");
        assertThat(PerfPlot.millisText(2000)).isEqualTo("2 s");
        assertThat(LogScale.over(0.3, 40, 100, 0).ticks()).containsExactly(0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 50.0);
        assertThat(LogScale.over(0.3, 40, 100, 0).at(0.2)).isEqualTo(100);
        assertThat(LogScale.over(0.3, 40, 100, 0).at(50)).isEqualTo(0);
    }
}
