package io.titankv.benchmarks.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

class ClusterOptionsTest {
    @Command
    private static final class Program {
        @Mixin
        private ClusterOptions options = new ClusterOptions();
    }

    private static ClusterOptions.Plan plan(String... arguments) {
        Program program = new Program();
        new CommandLine(program).parseArgs(arguments);
        return program.options.plan();
    }

    private static List<String> names(ClusterOptions.Plan plan) {
        return plan.arrangements().stream().map(Arrangement::name).toList();
    }

    @Test
    void everySystemIsMeasuredInTurnAndTheEchoOnlyWithSmallValues() {
        ClusterOptions.Plan plan = plan();
        assertThat(names(plan))
                .containsExactly(
                        "titan-1-100",
                        "titan-12-100",
                        "titan-48-100",
                        "rheakv-1-100",
                        "rheakv-4-100",
                        "etcd-1-100",
                        "echo-100",
                        "titan-1-65536",
                        "titan-12-65536",
                        "titan-48-65536",
                        "rheakv-1-65536",
                        "rheakv-4-65536",
                        "etcd-1-65536");
        assertThat(plan.runs()).isEqualTo(5);
        assertThat(plan.arrangements().getFirst().steps()).hasSize(16);
        assertThat(plan.arrangements().getLast().steps())
                .containsExactly(new Step(Workload.PUT, 256), new Step(Workload.GET, 256));
    }

    @Test
    void aQuickComparisonEndsInTime() {
        ClusterOptions.Plan plan = plan("--quick");
        // What a system takes to start and to be filled.
        Duration start = Duration.ofSeconds(15);
        Duration all = Duration.ZERO;
        for (Arrangement arrangement : plan.arrangements()) {
            long heated =
                    arrangement.steps().stream().map(Step::workload).distinct().count();
            all = all.plus(start)
                    .plus(plan.heat().multipliedBy(heated))
                    .plus(plan.warmUp()
                            .plus(plan.time())
                            .multipliedBy(arrangement.steps().size()));
        }
        assertThat(all.multipliedBy(plan.runs())).isLessThan(ClusterComparison.QUICK_MAX);
        assertThat(names(plan)).contains("titan-1-100", "titan-12-100", "rheakv-4-100", "titan-1-65536");
    }

    @Test
    void whatIsChosenIsDone() {
        ClusterOptions.Plan plan =
                plan("--peers=none", "--shards=3", "--in-flight=7,2", "--workloads=get-unary,put", "--value-bytes=200");
        assertThat(plan.arrangements())
                .containsExactly(new Arrangement(
                        Contender.TITAN,
                        3,
                        200,
                        List.of(
                                new Step(Workload.PUT, 7),
                                new Step(Workload.GET_UNARY, 7),
                                new Step(Workload.PUT, 2),
                                new Step(Workload.GET_UNARY, 2))));
    }

    @Test
    void largeValuesHaveFewerKeys() {
        ClusterOptions.Plan plan = plan();
        assertThat(plan.keysOf(100)).isEqualTo(50_000);
        assertThat(plan.keysOf(65536)).isEqualTo(1024);
    }

    @Test
    void aLoadIsHandedOnAsItIs() {
        ClusterOptions.Plan plan = plan();
        LoadSpec load = plan.load(plan.arrangements().getFirst(), List.of("127.0.0.1:1", "127.0.0.1:2"), 3);
        assertThat(LoadSpec.parse(load.toArguments())).isEqualTo(load);
        assertThat(Step.parse(load.steps()))
                .isEqualTo(plan.arrangements().getFirst().steps());
        assertThat(load.toArguments().stream().filter(String::isEmpty).collect(Collectors.toList()))
                .isEmpty();
    }
}
