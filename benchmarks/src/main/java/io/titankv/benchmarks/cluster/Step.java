package io.titankv.benchmarks.cluster;

import java.util.List;
import java.util.stream.Stream;

/** One measurement of a cluster that runs. Immutable. */
record Step(Workload workload, int inFlight) {
    static String toArgument(List<Step> steps) {
        return String.join(
                ",",
                steps.stream()
                        .map(step -> step.workload.label() + ":" + step.inFlight)
                        .toList());
    }

    static List<Step> parse(String argument) {
        return Stream.of(argument.split(",", -1))
                .map(step -> step.split(":", 2))
                .map(parts -> new Step(Workload.named(parts[0]), Integer.parseInt(parts[1])))
                .toList();
    }
}
