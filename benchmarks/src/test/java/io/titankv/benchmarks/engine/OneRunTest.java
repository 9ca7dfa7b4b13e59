package io.titankv.benchmarks.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class OneRunTest {
    @TempDir
    private Path directory;

    @ParameterizedTest
    @EnumSource(Contender.class)
    void everyWorkloadOfEverySystemIsMeasured(Contender contender) {
        List<Measurement> results = run(contender, EnumSet.allOf(Workload.class));
        Set<Workload> expected = EnumSet.allOf(Workload.class);
        if (contender != Contender.TITAN) {
            expected.removeAll(EnumSet.of(Workload.MEMORY, Workload.RANGE_DROP));
        }
        if (contender == Contender.CHRONICLE) {
            expected.removeAll(EnumSet.of(Workload.DURABLE, Workload.DURABLE_VIRTUAL));
        }
        assertThat(results)
                .extracting(Measurement::workload)
                .containsOnly(expected.stream().map(Workload::label).toArray(String[]::new));
        assertThat(results)
                .filteredOn(result -> result.workload().equals("get"))
                .extracting(Measurement::threads)
                .containsExactly(1, 2);
        assertThat(results)
                .filteredOn(result -> result.workload().equals("durable"))
                .extracting(Measurement::threads)
                .isSubsetOf(DurableWrites.WRITERS);
        assertThat(results)
                .filteredOn(result -> !result.workload().startsWith("cold-"))
                .allSatisfy(result -> assertThat(result.figures().values()).allMatch(figure -> figure > 0));
        // What is in the page cache still, as in this test, is not read from the disk.
        assertThat(results)
                .filteredOn(result -> result.workload().startsWith("cold-"))
                .hasSize(3)
                .allSatisfy(result -> assertThat(result.figures())
                        .containsKeys(Measurement.OPS_PER_SECOND, Measurement.READ_BYTES_PER_OPERATION)
                        .containsEntry("operations", 16.0));
    }

    @Test
    void aPageCacheThatCannotBeDroppedIsSaidAndNothingElseIsLeftOut() {
        List<String> notes = new ArrayList<>();
        List<Measurement> results = new ArrayList<>();
        RunSpec spec = spec(Contender.TITAN, EnumSet.of(Workload.GET_ABSENT, Workload.COLD_GET, Workload.RANGE_DROP));
        OneRun.run(spec, 0, untouched -> "no permission", listener(results, notes));
        assertThat(results).extracting(Measurement::workload).containsExactly("get-absent", "range-drop");
        assertThat(notes).containsExactly("cold-get is left out: no permission");
    }

    @Test
    void aSixteenthOfTheTokensHasASixteenthOfTheKeys() {
        List<Measurement> results = run(Contender.TITAN, EnumSet.of(Workload.RANGE_DROP));
        assertThat(results.getFirst().figures().get("keys_dropped")).isBetween(20.0, 120.0);
    }

    @Test
    void onlyTheWorkloadsAskedForAreReported() {
        List<Measurement> results = run(Contender.TITAN, EnumSet.of(Workload.GET_ABSENT));
        assertThat(results).extracting(Measurement::workload).containsExactly("get-absent");
    }

    @Test
    void aRunIsHandedOverAsArguments() {
        RunSpec spec = spec(Contender.LMDB, EnumSet.of(Workload.FILL, Workload.YCSB_A));
        assertThat(RunSpec.parse(spec.toArguments())).isEqualTo(spec);
    }

    private List<Measurement> run(Contender contender, Set<Workload> workloads) {
        List<Measurement> results = new ArrayList<>();
        OneRun.run(spec(contender, workloads), 100, untouched -> null, listener(results, new ArrayList<>()));
        return results;
    }

    private static RunListener listener(List<Measurement> results, List<String> notes) {
        return new RunListener() {
            @Override
            public void measured(Measurement measurement) {
                results.add(measurement);
            }

            @Override
            public void noted(String note) {
                notes.add(note);
            }
        };
    }

    private RunSpec spec(Contender contender, Set<Workload> workloads) {
        return new RunSpec(
                contender,
                directory,
                new Shape(1000, 24, 100),
                List.of(1, 2),
                workloads,
                2000,
                Duration.ofMillis(200),
                Duration.ofMillis(50),
                1);
    }
}
