package io.titankv.benchmarks.placement;

import static org.assertj.core.api.Assertions.assertThat;

import io.titankv.placement.plan.PlanPolicy;
import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

/** What the simulator promises of small clusters; {@code benchmarks/placement} shows it for large ones. */
final class PlacementSimulationTest {
    private static final double EVEN_ENOUGH = 0.10;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    private int run(String... arguments) {
        CommandLine commandLine = PlacementSimulation.commandLine();
        commandLine.setOut(new PrintWriter(out));
        commandLine.setErr(new PrintWriter(err));
        return commandLine.execute(arguments);
    }

    private static SimulatedCluster founded(Founding founding) {
        SimulatedCluster cluster = new SimulatedCluster(founding.cluster(), PlanPolicy.DEFAULT, new Timings());
        Scenario.FOUNDED.run(cluster, founding);
        cluster.workDone();
        return cluster;
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void nodesThatJoinGetTheirShareAndLittleMoreMovesThanMust(long seed) {
        Founding founding = new Founding(20, 10, 2_000, seed);
        SimulatedCluster cluster = founded(founding);
        for (Scenario joining : new Scenario[] {Scenario.JOIN, Scenario.JOIN_LARGE}) {
            double least = joining.run(cluster, founding);
            assertThat((double) cluster.workDone().bytes()).isBetween(least, 1.15 * least);
            assertThat(Spread.ofDisks(cluster.model()).imbalance()).isLessThan(EVEN_ENOUGH);
            // A leader is whole.
            double leader = 1 / (Spread.leadersPerCore(cluster.model()) * Founding.CORES);
            assertThat(Spread.ofLeaders(cluster.model()).imbalance()).isLessThanOrEqualTo(Math.max(0.1, leader));
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void whatStoodOnNodesThatDiedIsMadeAgainElsewhere(long seed) {
        Founding founding = new Founding(40, 10, 4_000, seed);
        SimulatedCluster cluster = founded(founding);
        double least = Scenario.DEATH.run(cluster, founding);
        assertThat((double) cluster.workDone().bytes()).isBetween(least, 1.25 * least);
        assertThat(cluster.model().groups().values())
                .allMatch(group -> group.healthyVoters() == Founding.REPLICAS && group.voters() == Founding.REPLICAS);
    }

    @Test
    void zipfianOperationsAreSpreadAndNoiseMovesNothing() {
        Founding founding = new Founding(20, 10, 20_000, 1);
        SimulatedCluster cluster = founded(founding);
        Scenario.SKEW.run(cluster, founding);
        assertThat(Spread.ofGroupOps(cluster.model()).most()).isLessThan(1.15);
        assertThat(Spread.ofGroupBytes(cluster.model()).imbalance()).isLessThan(EVEN_ENOUGH);
        cluster.workDone();
        Scenario.NOISE.run(cluster, founding);
        assertThat(cluster.workDone().steps()).isZero();
    }

    @Test
    void everyScenarioIsALineWithItsFigures() {
        assertThat(run("--nodes", "10", "--groups-per-node", "4", "--ranges", "400", "--cold"))
                .isZero();
        assertThat(out.toString().lines())
                .hasSize(2 + Scenario.values().length)
                .anyMatch(line -> line.contains("a tenth more nodes join"));
        assertThat(err.toString()).isEmpty();
    }

    @Test
    void aClusterWithoutANodeForEachZoneIsRefused() {
        assertThat(run("--nodes", "3")).isEqualTo(CommandLine.ExitCode.USAGE);
        assertThat(err.toString()).contains("a simulated cluster has at least 5 nodes");
    }
}
