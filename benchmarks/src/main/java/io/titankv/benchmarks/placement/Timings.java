package io.titankv.benchmarks.placement;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.Supplier;

/**
 * How long planners took, each from the model to its answer: processor time of the thread, so that what else runs on the machine does
 * not count. Used by one thread.
 */
final class Timings {
    private final ThreadMXBean threads = ManagementFactory.getThreadMXBean();
    private final List<Double> decisionMillis = new ArrayList<>();
    private final List<Double> lookMillis = new ArrayList<>();

    /** Median and most. */
    record Figures(int count, double medianMillis, double mostMillis) {}

    <T> T decision(Supplier<T> planner) {
        return timed(planner, decisionMillis);
    }

    <T> T look(Supplier<T> frontier) {
        return timed(frontier, lookMillis);
    }

    private <T> T timed(Supplier<T> work, List<Double> millis) {
        long began = threads.getCurrentThreadCpuTime();
        T answer = work.get();
        millis.add((threads.getCurrentThreadCpuTime() - began) / 1e6);
        return answer;
    }

    /** Of the decisions since the last call. */
    Figures decisions() {
        return taken(decisionMillis);
    }

    /** Of the looks at how far a plan is, since the last call. */
    Figures looks() {
        return taken(lookMillis);
    }

    private static Figures taken(List<Double> millis) {
        Collections.sort(millis);
        Figures figures = millis.isEmpty()
                ? new Figures(0, 0, 0)
                : new Figures(millis.size(), millis.get(millis.size() / 2), millis.getLast());
        millis.clear();
        return figures;
    }
}
