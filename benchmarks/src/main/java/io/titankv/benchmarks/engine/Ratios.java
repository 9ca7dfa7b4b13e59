package io.titankv.benchmarks.engine;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What figures come to beside each other: one line more for each that an aim is set for, with the engine's aim. Pure. */
final class Ratios {
    static final String RATIO = "ratio";
    static final String AT_LEAST = "aim_at_least";
    static final String AT_MOST = "aim_at_most";

    private Ratios() {}

    /** The aim of the engine; peers have none. */
    private record Aim(String name, double figure) {}

    private static final Aim DURABLE = new Aim(AT_LEAST, 20);
    private static final Aim TWO_READERS = new Aim(AT_LEAST, 1.7);
    private static final Aim MERGING_P99 = new Aim(AT_MOST, 2);
    private static final Aim MERGING_SPACE = new Aim(AT_MOST, 1.6);

    /** The measurements and, after them, their ratios. */
    static List<Measurement> appended(List<Measurement> measurements) {
        List<Measurement> all = new ArrayList<>(measurements);
        for (Measurement measurement : measurements) {
            all.addAll(ratiosOf(measurement, measurements));
        }
        return all;
    }

    private static List<Measurement> ratiosOf(Measurement measurement, List<Measurement> others) {
        List<Measurement> ratios = new ArrayList<>();
        switch (Workload.named(measurement.workload())) {
            case GET ->
                add(ratios, measurement, "get-threads", byThreads(measurement, others), aimOfReaders(measurement));
            case DURABLE, DURABLE_VIRTUAL ->
                add(ratios, measurement, measurement.workload() + "-threads", byThreads(measurement, others), DURABLE);
            case GET_BESIDE_PUT -> {
                add(ratios, measurement, "get-beside-put-p50", toQuiet(measurement, Measurement.P50_US), null);
                add(ratios, measurement, "get-beside-put-p99", toQuiet(measurement, Measurement.P99_US), null);
            }
            case MERGE -> {
                add(ratios, measurement, "merge-get-p99", toQuiet(measurement, Measurement.GET_P99_US), MERGING_P99);
                add(ratios, measurement, "merge-put-p99", toQuiet(measurement, Measurement.PUT_P99_US), MERGING_P99);
                Double space = measurement.figures().get(Measurement.SPACE_AMPLIFICATION);
                add(ratios, measurement, "merge-space", space, MERGING_SPACE);
            }
            case FILL,
                    SPACE,
                    MEMORY,
                    GET_ABSENT,
                    YCSB_C,
                    YCSB_B,
                    YCSB_A,
                    OVERWRITE,
                    OPEN,
                    KILL_OPEN,
                    COLD_GET,
                    COLD_ABSENT,
                    COLD_OVERWRITE,
                    RANGE_DROP -> {}
        }
        return ratios;
    }

    /** The aim is for two threads. */
    private static @Nullable Aim aimOfReaders(Measurement measurement) {
        return measurement.threads() == 2 ? TWO_READERS : null;
    }

    private static void add(
            List<Measurement> ratios, Measurement of, String name, @Nullable Double ratio, @Nullable Aim aim) {
        if (ratio == null) {
            return;
        }
        Map<String, Double> figures = new LinkedHashMap<>();
        figures.put(RATIO, ratio);
        if (aim != null && of.system().equals(Contender.TITAN.label())) {
            figures.put(aim.name(), aim.figure());
        }
        ratios.add(new Measurement(of.system(), name, of.threads(), of.shape(), figures));
    }

    /** The rate by that of one thread, or null when this is one thread or there is none to compare with. */
    private static @Nullable Double byThreads(Measurement several, List<Measurement> others) {
        if (several.threads() == 1) {
            return null;
        }
        Measurement.Subject one = new Measurement.Subject(several.system(), several.workload(), 1, several.shape());
        return others.stream()
                .filter(other -> other.subject().equals(one))
                .findFirst()
                .map(other -> ratio(several, other))
                .orElse(null);
    }

    private static @Nullable Double ratio(Measurement over, Measurement under) {
        Double high = over.figures().get(Measurement.OPS_PER_SECOND);
        Double low = under.figures().get(Measurement.OPS_PER_SECOND);
        return high == null || low == null ? null : high / low;
    }

    private static @Nullable Double toQuiet(Measurement measurement, String name) {
        Double quiet = measurement.figures().get(Measurement.QUIET + name);
        Double busy = measurement.figures().get(name);
        return quiet == null || busy == null ? null : busy / quiet;
    }
}
