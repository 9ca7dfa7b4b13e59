package io.titankv.benchmarks.growth;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.titankv.benchmarks.comparison.Children;
import io.titankv.benchmarks.comparison.DiskUse;
import io.titankv.benchmarks.comparison.RunFailedException;
import io.titankv.proto.admin.v1.NodeInfo;
import io.titankv.proto.admin.v1.OperationInfo;
import io.titankv.proto.admin.v1.ShardInfo;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/**
 * The program behind {@code benchmarks/growth}: founds a cluster of three processes, fills it, puts an open-loop load on it, has two
 * nodes join, splits shards, and prints what came of it as JSON lines.
 */
@Command(
        name = "benchmarks/growth",
        description = {
            "Measures a cluster of three processes that two more join while it serves, and whose shards are split"
                    + " then,",
            "on this machine, on loopback, with fsync on. Standard output has one JSON line a phase. Progress is on",
            "standard error."
        },
        sortOptions = false,
        usageHelpWidth = 120)
public final class GrowthBenchmark implements Callable<Integer> {
    private static final int RUN_FAILED = 1;
    private static final Duration PATIENCE = Duration.ofMinutes(15);

    private static final ObjectMapper JSON = new ObjectMapper();

    @Option(names = "--keys", paramLabel = "N", defaultValue = "1000000", description = "Records. Default: 1000000")
    private int keys;

    @Option(names = "--value-bytes", paramLabel = "N", defaultValue = "100", description = "Of a value. Default: 100")
    private int valueBytes;

    @Option(names = "--shards", paramLabel = "N", defaultValue = "12", description = "Default: 12")
    private int shards;

    @Option(
            names = "--rate",
            paramLabel = "N",
            defaultValue = "200",
            description = "Operations a second, half of them reads. Default: 200")
    private int rate;

    @Option(
            names = "--seconds",
            paramLabel = "N",
            defaultValue = "60",
            description = "Of the load before nodes join; as long again goes before it. Default: 60")
    private int seconds;

    @Option(names = "--splits", paramLabel = "N", defaultValue = "6", description = "Shards to be split. Default: 6")
    private int splits;

    @Option(
            names = "--calm",
            paramLabel = "N",
            defaultValue = "20",
            description = "Seconds in which nothing more is begun when the cluster is even. Default: 20")
    private int calmSeconds;

    @Option(names = "--dir", paramLabel = "DIR", description = "Where data goes. Default: a temporary directory")
    private @Nullable Path directory;

    @SuppressWarnings("UnusedVariable") // picocli looks at it
    @Option(names = "--help", usageHelp = true, description = "Prints this.")
    private boolean help;

    @Spec
    private @Nullable CommandSpec commandSpec;

    /** Measures, and ends the process: 0 done, 1 the run failed, 2 wrong options. */
    public static void main(String[] arguments) {
        System.exit(new CommandLine(new GrowthBenchmark()).execute(arguments));
    }

    @Override
    public Integer call() throws IOException {
        Path base = directory == null ? Files.createTempDirectory("titan-growth-") : directory;
        Files.createDirectories(base);
        Path scratch = Files.createTempDirectory(base, "run-");
        Path temporary = directory == null ? base : scratch;
        try (Children children = Children.in(scratch, () -> DiskUse.delete(temporary))) {
            measure(new GrowingCluster(children, scratch, shards), scratch);
            return 0;
        } catch (RunFailedException e) {
            say(e.getMessage() + "\n" + e.log());
            return RUN_FAILED;
        } finally {
            DiskUse.delete(temporary);
        }
    }

    private void measure(GrowingCluster cluster, Path scratch) throws RunFailedException, IOException {
        cluster.found();
        try (ClusterWatch watch = new ClusterWatch(cluster.endpoints().getFirst())) {
            var _ = watch.answered(
                    "leader of every shard", watch::shards, this::isServed, PATIENCE, Function.identity());
            say("writing " + keys + " records");
            cluster.load("fill", load("--load", "--warm-up", "0s", "--for", "1s", "--in-flight", "256"));
            say("a load of " + rate + "/s");
            cluster.load("warm", rated("--for", seconds + "s"));
            Path before = scratch.resolve("before.json");
            cluster.load("before", rated("--for", seconds + "s", "--out", before.toString()));
            print("before", LoadFigures.read(before));

            say("two nodes join");
            Map<String, Object> joined = underLoad(cluster, scratch, "joining", () -> {
                cluster.join();
                return awaitEven(watch);
            });
            joined.putAll(evenness(watch.nodes(), watch.operations()));
            print("joined", joined);

            say(splits + " shards are split");
            print("splitting", underLoad(cluster, scratch, "splitting", () -> {
                for (int shard = 1; shard <= Math.min(splits, shards); shard++) {
                    watch.split("s" + shard, PATIENCE);
                }
                return Map.of("splits", Math.min(splits, shards));
            }));
            print("frozen", frozen(cluster.metrics()));
        }
    }

    /** Something that is done while a load is on the cluster. */
    private interface Doing {
        Map<String, Object> run() throws RunFailedException;
    }

    private Map<String, Object> underLoad(GrowingCluster cluster, Path scratch, String name, Doing doing)
            throws RunFailedException {
        Path out = scratch.resolve(name + ".json");
        cluster.beginLoad(name, rated("--warm-up", "5s", "--for", PATIENCE.toSeconds() + "s", "--out", out.toString()));
        Map<String, Object> done = doing.run();
        cluster.endLoad(name);
        Map<String, Object> figures = new LinkedHashMap<>(done);
        figures.putAll(LoadFigures.read(out));
        return figures;
    }

    private boolean isServed(List<ShardInfo> found) {
        return found.size() == shards
                && found.stream().noneMatch(shard -> shard.getLeaderNodeId().isEmpty());
    }

    /** Waits until every node has its share and nothing more is begun. */
    private Map<String, Object> awaitEven(ClusterWatch watch) throws RunFailedException {
        long began = System.nanoTime();
        long[] calmSince = {began};
        return watch.answered(
                "rest after two nodes joined",
                () -> isAtRest(watch),
                atRest -> {
                    long now = System.nanoTime();
                    calmSince[0] = atRest ? calmSince[0] : now;
                    return now - calmSince[0] > TimeUnit.SECONDS.toNanos(calmSeconds);
                },
                PATIENCE,
                atRest -> Map.of("seconds_until_even", TimeUnit.NANOSECONDS.toSeconds(calmSince[0] - began)));
    }

    private static boolean isAtRest(ClusterWatch watch) {
        List<NodeInfo> nodes = watch.nodes();
        return nodes.size() == GrowingCluster.FOUNDERS + GrowingCluster.JOINERS
                && nodes.stream().allMatch(node -> node.getReplicas() > 0 && node.getLearners() == 0)
                && watch.operations().stream().allMatch(OperationInfo::hasEndedAt);
    }

    private Map<String, Object> evenness(List<NodeInfo> nodes, List<OperationInfo> operations) {
        int replicas = nodes.stream().mapToInt(NodeInfo::getReplicas).sum();
        Map<String, Object> figures = new LinkedHashMap<>();
        figures.put("replicas", nodes.stream().map(NodeInfo::getReplicas).toList());
        figures.put("leaders", nodes.stream().map(NodeInfo::getLeaders).toList());
        figures.put("live_bytes", nodes.stream().map(NodeInfo::getLiveBytes).toList());
        figures.put(
                "replicas_moved",
                operations.stream()
                        .filter(operation -> operation.getKind().equals("replica balance"))
                        .mapToInt(OperationInfo::getStepsDone)
                        .sum());
        figures.put("replicas_least", GrowingCluster.JOINERS * (replicas / nodes.size()));
        return figures;
    }

    private static Map<String, Object> frozen(List<String> metrics) throws RunFailedException, IOException {
        FrozenTimes times = new FrozenTimes();
        try (HttpClient http = HttpClient.newHttpClient()) {
            for (String node : metrics) {
                times.add(http.send(
                                HttpRequest.newBuilder(URI.create("http://" + node + "/metrics"))
                                        .build(),
                                HttpResponse.BodyHandlers.ofString())
                        .body());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new RunFailedException("interrupted", "");
        }
        return times.figures();
    }

    /** At the rate that is measured. */
    private List<String> rated(String... flags) {
        List<String> all = load("--rate", Integer.toString(rate), "--in-flight", "1024", "--mix", "50:50");
        all.addAll(List.of(flags));
        return all;
    }

    private List<String> load(String... flags) {
        List<String> all = new ArrayList<>(List.of(
                "--keys", Integer.toString(keys), "--value-size", Integer.toString(valueBytes), "--dist", "uniform"));
        all.addAll(List.of(flags));
        return all;
    }

    private void print(String phase, Map<String, Object> figures) throws JsonProcessingException {
        Map<String, Object> line = new LinkedHashMap<>();
        line.put("phase", phase);
        line.put("rate", rate);
        line.put("keys", keys);
        line.putAll(figures);
        spec().commandLine().getOut().println(JSON.writeValueAsString(line));
        spec().commandLine().getOut().flush();
    }

    private void say(String line) {
        spec().commandLine().getErr().println(line);
        spec().commandLine().getErr().flush();
    }

    private CommandSpec spec() {
        if (commandSpec == null) {
            throw new IllegalStateException("not run by its command line");
        }
        return commandSpec;
    }
}
