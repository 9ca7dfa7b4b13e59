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
            expected.remove(Workload.MEMORY);
        }
        assertThat(results)
                .extracting(Measurement::workload)
                .containsOnly(expected.stream().map(Workload::label).toArray(String[]::new));
        assertThat(results)
                .filteredOn(result -> result.workload().equals("get"))
                .extracting(Measurement::threads)
                .containsExactly(1, 2);
        assertThat(results)
                .allSatisfy(result -> assertThat(result.figures().values()).allMatch(figure -> figure > 0));
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
        OneRun.run(spec(contender, workloads), 100, results::add);
        return results;
    }

    private RunSpec spec(Contender contender, Set<Workload> workloads) {
        return new RunSpec(
                contender, directory, new Shape(1000, 100), List.of(1, 2), workloads, 2000, Duration.ofMillis(200), 1);
    }
}
