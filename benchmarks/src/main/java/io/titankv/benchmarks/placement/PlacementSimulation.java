package io.titankv.benchmarks.placement;

import io.titankv.placement.plan.ClusterModel;
import io.titankv.placement.plan.PlanPolicy;
import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The program behind {@code benchmarks/placement}: drives the planners through simulated clusters and prints what came of it. */
@Command(
        name = "benchmarks/placement",
        description = {
            "Drives the planners of placement through clusters on paper: nodes join, die and are taken away, load"
                    + " becomes uneven.",
            "Prints a line for each of these: how even the cluster is then, what moved beside the least that had to,",
            "and how long the planners took. Every plan is carried out action by action, and checked after each round."
        },
        sortOptions = false,
        usageHelpWidth = 120)
public final class PlacementSimulation implements Callable<Integer> {
    private static final String HEAD = """
        nodes what happens                           steps    moved    least ratio   disks       leaders         load        group bytes group ops   decisions: median, most
        """;

    @Option(
            names = "--nodes",
            split = ",",
            paramLabel = "N",
            defaultValue = "10,100,1000",
            description = "Nodes of the clusters, one after the other. Default ${DEFAULT-VALUE}.")
    private List<Integer> nodes = List.of();

    @Option(
            names = "--groups-per-node",
            paramLabel = "N",
            defaultValue = "10",
            description = "Groups for each node, of three replicas. Default ${DEFAULT-VALUE}.")
    private int groupsPerNode;

    @Option(
            names = "--ranges",
            paramLabel = "N",
            defaultValue = "100000",
            description = "Ranges of the first ring. Default ${DEFAULT-VALUE}.")
    private int ranges;

    @Option(
            names = "--seed",
            paramLabel = "N",
            defaultValue = "1",
            description = "Of all chance. Default ${DEFAULT-VALUE}.")
    private long seed;

    @Option(
            names = "--cold",
            description =
                    "Begins at once; otherwise a smaller cluster is simulated first and not shown, as a JVM is slow at"
                            + " first.")
    private boolean cold;

    @SuppressWarnings("UnusedVariable") // picocli looks at it
    @Option(names = "--help", usageHelp = true, description = "Prints this.")
    private boolean help;

    @Spec
    private CommandSpec commandSpec = CommandSpec.create();

    /** Simulates, and ends the process: 0 done, 2 wrong options. */
    public static void main(String[] arguments) {
        System.exit(commandLine().execute(arguments));
    }

    static CommandLine commandLine() {
        return new CommandLine(new PlacementSimulation());
    }

    @Override
    public Integer call() {
        List<Founding> foundings;
        try {
            foundings = nodes.stream()
                    .map(count -> new Founding(count, groupsPerNode, Math.max(ranges, count * groupsPerNode), seed))
                    .toList();
        } catch (IllegalArgumentException e) {
            throw new ParameterException(commandSpec.commandLine(), e.getMessage(), e);
        }
        if (!cold) {
            simulate(new Founding(100, groupsPerNode, Math.max(10_000, 100 * groupsPerNode), seed), line -> {});
        }
        PrintWriter out = commandSpec.commandLine().getOut();
        out.print(HEAD);
        foundings.forEach(founding -> simulate(founding, line -> {
            out.println(line);
            out.flush();
        }));
        return 0;
    }

    private interface Lines {
        void add(String line);
    }

    private static void simulate(Founding founding, Lines lines) {
        Timings timings = new Timings();
        SimulatedCluster cluster = new SimulatedCluster(founding.cluster(), PlanPolicy.DEFAULT, timings);
        for (Scenario scenario : Scenario.values()) {
            double least = scenario.run(cluster, founding);
            lines.add(line(founding, scenario, cluster, least, timings.decisions()));
        }
        Timings.Figures looks = timings.looks();
        lines.add(String.format(
                Locale.ROOT,
                "%5d %-36s %,6d looks: median %.2f ms, most %.2f ms",
                founding.nodes(),
                "what of a plan is next",
                looks.count(),
                looks.medianMillis(),
                looks.mostMillis()));
    }

    private static String line(
            Founding founding, Scenario scenario, SimulatedCluster cluster, double least, Timings.Figures decisions) {
        ClusterModel model = cluster.model();
        SimulatedCluster.Work work = cluster.workDone();
        return String.format(
                Locale.ROOT,
                "%5d %-36s %,6d %8s %8s %5s   %s %s %s %s %s %4d: %.1f ms, %.1f ms",
                founding.nodes(),
                scenario.what,
                work.steps(),
                bytes((double) work.bytes()),
                least < 0 ? "" : bytes(least),
                least <= 0 ? "" : String.format(Locale.ROOT, "%.2f", (double) work.bytes() / least),
                percents(Spread.ofDisks(model)),
                leaders(model),
                percents(Spread.ofLeaderLoad(model)),
                percents(Spread.ofGroupBytes(model)),
                percents(Spread.ofGroupOps(model)),
                decisions.count(),
                decisions.medianMillis(),
                decisions.mostMillis());
    }

    /** The least and the most, above and below even. */
    private static String percents(Spread spread) {
        return String.format(
                Locale.ROOT,
                "%-11s",
                String.format(Locale.ROOT, "%+.1f%+.1f", (spread.least() - 1) * 100, (spread.most() - 1) * 100));
    }

    /** The fewest and the most that a node of the usual size leads, and what is even. */
    private static String leaders(ClusterModel model) {
        Spread spread = Spread.ofLeaders(model);
        double even = Spread.leadersPerCore(model) * Founding.CORES;
        return String.format(
                Locale.ROOT,
                "%-15s",
                String.format(Locale.ROOT, "%.1f-%.1f of %.1f", spread.least() * even, spread.most() * even, even));
    }

    private static String bytes(double bytes) {
        double tebi = bytes / (1L << 40);
        return tebi >= 0.1
                ? String.format(Locale.ROOT, "%.1f TiB", tebi)
                : String.format(Locale.ROOT, "%.1f GiB", bytes / (1L << 30));
    }
}
