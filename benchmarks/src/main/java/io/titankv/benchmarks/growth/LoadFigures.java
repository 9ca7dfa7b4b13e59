package io.titankv.benchmarks.growth;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.titankv.benchmarks.comparison.Figures;
import io.titankv.benchmarks.comparison.RunFailedException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/** What {@code titan perf run} measured, as {@code --out} keeps it. */
final class LoadFigures {
    private static final ObjectMapper JSON = new ObjectMapper();

    private LoadFigures() {}

    /** The figures of a run, by name, in the order in which they are shown. */
    static Map<String, Object> read(Path file) throws RunFailedException {
        JsonNode run;
        try {
            run = JSON.readTree(file.toFile());
        } catch (IOException e) {
            throw new RunFailedException("the load left no result in " + file + ": " + e.getMessage(), "");
        }
        Map<String, Object> figures = new LinkedHashMap<>();
        figures.put("seconds", Figures.rounded(run.path("seconds").asDouble()));
        figures.put(
                "ops_per_second",
                Figures.rounded(run.path("operations_per_second").asDouble()));
        for (String kind : new String[] {"reads", "writes"}) {
            for (String figure : new String[] {"p50_us", "p99_us", "p999_us", "max_us"}) {
                figures.put(
                        kind + "_" + figure,
                        Figures.rounded(run.path(kind).path(figure).asDouble()));
            }
        }
        long errors = 0;
        for (JsonNode error : run.path("errors")) {
            errors += error.path("count").asLong();
        }
        figures.put("errors", errors);
        figures.put("unstarted", run.path("unstarted").asLong());
        return figures;
    }
}
