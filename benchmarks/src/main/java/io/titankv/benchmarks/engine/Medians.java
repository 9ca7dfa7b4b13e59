package io.titankv.benchmarks.engine;

import io.titankv.benchmarks.comparison.Figures;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The median of every figure over the runs, subjects in the order in which they came first. Confined to one thread. */
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
            figures.forEach((name, values) -> middle.put(name, Figures.median(values)));
            medians.add(
                    new Measurement(subject.system(), subject.workload(), subject.threads(), subject.shape(), middle));
        });
        return medians;
    }
}
