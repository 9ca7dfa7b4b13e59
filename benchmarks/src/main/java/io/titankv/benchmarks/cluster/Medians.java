package io.titankv.benchmarks.cluster;

import io.titankv.benchmarks.comparison.Figures;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The median of every figure over the runs, but the sum of errors, subjects in the order in which they came first. Confined to one
 * thread.
 */
final class Medians {
    private final Map<Measurement.Subject, Map<String, List<Double>>> runs = new LinkedHashMap<>();

    void add(Measurement measurement) {
        Map<String, List<Double>> figures = runs.computeIfAbsent(measurement.subject(), s -> new LinkedHashMap<>());
        measurement
                .figures()
                .forEach((name, figure) ->
                        figures.computeIfAbsent(name, n -> new ArrayList<>()).add(figure));
    }

    List<Measurement> medians() {
        List<Measurement> medians = new ArrayList<>();
        runs.forEach((subject, figures) -> {
            Map<String, Double> middle = new LinkedHashMap<>();
            figures.forEach((name, values) -> middle.put(name, ofRuns(name, values)));
            medians.add(new Measurement(subject, middle));
        });
        return medians;
    }

    /** An error of one run in five would have a median of none. */
    private static double ofRuns(String name, List<Double> values) {
        return name.equals(Measurement.ERRORS)
                ? values.stream().mapToDouble(Double::doubleValue).sum()
                : Figures.median(values);
    }
}
