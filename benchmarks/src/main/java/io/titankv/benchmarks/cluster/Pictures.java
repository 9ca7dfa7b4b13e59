package io.titankv.benchmarks.cluster;

import io.titankv.benchmarks.cluster.Measurement.Subject;
import io.titankv.benchmarks.comparison.BarPlot;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** One picture for each kind of workload: rates by the number in flight, and latencies. Pure but for {@link #write}. */
final class Pictures {
    /** Bars of one figure of some workloads. */
    private record Drawn(List<Workload> workloads, String figure, String unit) {}

    private record Picture(String name, String heading, List<Drawn> drawn) {}

    private static final List<Picture> ALL = List.of(
            new Picture(
                    "put",
                    "Puts a second by the number in flight (longer is better)",
                    List.of(new Drawn(List.of(Workload.PUT), Measurement.OPS_PER_SECOND, "a second"))),
            new Picture(
                    "get",
                    "Linearizable gets a second by the number in flight (longer is better)",
                    List.of(new Drawn(List.of(Workload.GET), Measurement.OPS_PER_SECOND, "a second"))),
            new Picture(
                    "unary",
                    "Unary calls a second by the number in flight (longer is better)",
                    List.of(new Drawn(
                            List.of(Workload.GET_UNARY, Workload.PUT_UNARY), Measurement.OPS_PER_SECOND, "a second"))),
            new Picture(
                    "latency",
                    "Latency by the number in flight (shorter is better)",
                    List.of(
                            new Drawn(List.of(Workload.PUT, Workload.GET), Measurement.P50_US, "us, median"),
                            new Drawn(List.of(Workload.PUT, Workload.GET), Measurement.P99_US, "us, p99"))));

    private Pictures() {}

    /** Writes those pictures that there is something to draw for into the directory, which is made if need be. */
    static void write(List<Measurement> measurements, Path directory) throws IOException {
        Files.createDirectories(directory);
        for (Picture picture : ALL) {
            List<BarPlot.Group> groups = new ArrayList<>();
            picture.drawn.forEach(drawn -> groups.addAll(groups(drawn, measurements)));
            if (!groups.isEmpty()) {
                Files.writeString(directory.resolve(picture.name + ".svg"), BarPlot.draw(picture.heading, groups));
            }
        }
    }

    private static List<BarPlot.Group> groups(Drawn drawn, List<Measurement> measurements) {
        Map<String, List<BarPlot.Bar>> bars = new LinkedHashMap<>();
        for (Measurement measurement : measurements) {
            Subject subject = measurement.subject();
            Double figure = measurement.figureOrNull(drawn.figure);
            if (figure != null
                    && drawn.workloads.stream()
                            .anyMatch(workload -> workload.label().equals(subject.workload()))) {
                bars.computeIfAbsent(title(subject), title -> new ArrayList<>())
                        .add(new BarPlot.Bar(system(subject), figure));
            }
        }
        List<BarPlot.Group> groups = new ArrayList<>();
        bars.forEach((title, ofTitle) -> groups.add(new BarPlot.Group(title, drawn.unit, ofTitle)));
        return groups;
    }

    private static String title(Subject subject) {
        return subject.workload() + ", " + subject.inFlight() + " in flight, " + subject.valueBytes() + " B";
    }

    /** Its name, and its shards where they are chosen. */
    private static String system(Subject subject) {
        boolean isChosen = subject.system().equals(Contender.TITAN.label())
                || subject.system().equals(Contender.RHEAKV.label());
        return isChosen ? subject.system() + " " + subject.shards() : subject.system();
    }
}
