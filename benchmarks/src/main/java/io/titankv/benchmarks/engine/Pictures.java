package io.titankv.benchmarks.engine;

import io.titankv.benchmarks.comparison.BarPlot;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** One picture for each group of workloads: which figures are drawn, and what they are called. Pure but for {@link #write}. */
final class Pictures {
    /** Bars of one figure of one workload. */
    private record Drawn(Workload workload, String figure, String unit) {}

    private record Picture(String name, String heading, List<Drawn> drawn) {}

    private static final List<Picture> ALL = List.of(
            new Picture(
                    "rates",
                    "Operations a second, all in the page cache (longer is better)",
                    rates(
                            Workload.FILL,
                            Workload.GET,
                            Workload.GET_ABSENT,
                            Workload.YCSB_C,
                            Workload.YCSB_B,
                            Workload.YCSB_A,
                            Workload.OVERWRITE,
                            Workload.GET_BESIDE_PUT)),
            new Picture(
                    "durable",
                    "Durable puts a second, by the number of writers (longer is better)",
                    rates(Workload.DURABLE)),
            new Picture(
                    "cold",
                    "Reads of the disk, nothing in the page cache (shorter is better)",
                    List.of(
                            new Drawn(Workload.COLD_GET, Measurement.READS_PER_OPERATION, "reads an operation"),
                            new Drawn(Workload.COLD_GET, Measurement.READ_BYTES_PER_OPERATION, "bytes an operation"),
                            new Drawn(Workload.COLD_GET, Measurement.P50_US, "us, median"),
                            new Drawn(Workload.COLD_ABSENT, Measurement.READS_PER_OPERATION, "reads an operation"),
                            new Drawn(Workload.COLD_ABSENT, Measurement.P50_US, "us, median"),
                            new Drawn(Workload.COLD_OVERWRITE, Measurement.READS_PER_OPERATION, "reads an operation"),
                            new Drawn(Workload.COLD_OVERWRITE, Measurement.P50_US, "us, median"))),
            new Picture(
                    "opening",
                    "Seconds until the first read is answered (shorter is better)",
                    List.of(
                            new Drawn(Workload.OPEN, Measurement.SECONDS, "s"),
                            new Drawn(Workload.KILL_OPEN, Measurement.SECONDS, "s"))),
            new Picture(
                    "space",
                    "Space and latency while space is reclaimed (shorter is better)",
                    List.of(
                            new Drawn(Workload.SPACE, Measurement.SPACE_AMPLIFICATION, "files / data"),
                            new Drawn(Workload.MERGE, Measurement.SPACE_AMPLIFICATION, "files / data, most"),
                            new Drawn(Workload.MERGE, Measurement.GET_P99_US, "us, gets' p99"),
                            new Drawn(Workload.MERGE, Measurement.PUT_P99_US, "us, puts' p99"))));

    private Pictures() {}

    private static List<Drawn> rates(Workload... workloads) {
        return List.of(workloads).stream()
                .map(workload -> new Drawn(workload, Measurement.OPS_PER_SECOND, "a second"))
                .toList();
    }

    /** Writes those pictures that there is something to draw for into the directory, which is made if need be. */
    static void write(List<Measurement> measurements, Path directory) throws IOException {
        Files.createDirectories(directory);
        for (Picture picture : ALL) {
            List<BarPlot.Group> groups = groups(picture, measurements);
            if (!groups.isEmpty()) {
                Files.writeString(directory.resolve(picture.name + ".svg"), BarPlot.draw(picture.heading, groups));
            }
        }
    }

    private static List<BarPlot.Group> groups(Picture picture, List<Measurement> measurements) {
        List<BarPlot.Group> groups = new ArrayList<>();
        for (Drawn drawn : picture.drawn) {
            Map<String, List<BarPlot.Bar>> bars = new LinkedHashMap<>();
            for (Measurement measurement : measurements) {
                Double figure = measurement.figures().get(drawn.figure);
                if (figure != null && measurement.workload().equals(drawn.workload.label())) {
                    bars.computeIfAbsent(title(measurement), title -> new ArrayList<>())
                            .add(new BarPlot.Bar(measurement.system(), figure));
                }
            }
            bars.forEach((title, ofTitle) -> groups.add(new BarPlot.Group(title, drawn.unit, ofTitle)));
        }
        return groups;
    }

    private static String title(Measurement measurement) {
        Shape shape = measurement.shape();
        String threads = measurement.threads() == 1 ? "" : ", " + measurement.threads() + " threads";
        return measurement.workload() + threads + ", " + shape.keyBytes() + "+" + shape.valueBytes() + " B";
    }
}
