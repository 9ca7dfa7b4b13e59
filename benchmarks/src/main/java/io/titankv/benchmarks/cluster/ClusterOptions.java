package io.titankv.benchmarks.cluster;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** What can be chosen of a comparison, and what it comes to. Filled by picocli. */
final class ClusterOptions {
    private static final int RUNS = 5;
    private static final int QUICK_RUNS = 1;
    private static final int KEYS = 50_000;
    private static final int QUICK_KEYS = 10_000;
    /** Of all values together: a fill should not last longer than what is measured. */
    private static final long FILLED_BYTES_MAX = 64 << 20;

    private static final int SECONDS = 5;
    private static final int QUICK_SECONDS = 2;
    /** The compilers of three new JVMs on two cores need about a minute, over all workloads. */
    private static final int HEAT_SECONDS = 15;

    private static final int SHARDS_MAX = 1024;
    private static final int IN_FLIGHT_MAX = 4096;
    private static final int VALUE_BYTES_MIN = 16;
    /** What Titan-KV takes unless it is told otherwise. */
    private static final int VALUE_BYTES_MAX = 1 << 20;
    /** Larger values measure the disk: only puts and gets through the client, with as many under way as there may be. */
    private static final int SMALL_VALUE_BYTES_MAX = 4096;
    /** In a quick comparison more shards than those are measured with the most in flight alone. */
    private static final int QUICK_SHARDS_MAX = 12;

    @Option(
            names = "--quick",
            description = "Rough, in less than 8 minutes: " + QUICK_KEYS + " keys, " + QUICK_RUNS + " run, "
                    + QUICK_SECONDS + " s a measurement.")
    private boolean quick;

    @Option(
            names = "--peers",
            split = ",",
            paramLabel = "NAME",
            defaultValue = "rheakv,etcd,echo",
            description = "Which systems beside titan: ${DEFAULT-VALUE}; or none.")
    private List<String> peers = List.of();

    @Option(
            names = "--shards",
            split = ",",
            paramLabel = "N",
            defaultValue = "1,12,48",
            description = "Shards of titan; several are measured one after the other. Default ${DEFAULT-VALUE}.")
    private List<Integer> shards = List.of();

    @Option(
            names = "--regions",
            split = ",",
            paramLabel = "N",
            defaultValue = "1,4",
            description = "Regions of rheakv, which are its shards. Default ${DEFAULT-VALUE}.")
    private List<Integer> regions = List.of();

    @Option(
            names = "--in-flight",
            split = ",",
            paramLabel = "N",
            defaultValue = "256,64,16,1",
            description = "Operations under way at once. Default ${DEFAULT-VALUE}.")
    private List<Integer> inFlight = List.of();

    @Option(
            names = "--value-bytes",
            split = ",",
            paramLabel = "N",
            defaultValue = "100,65536",
            description = "Bytes of a value. Those of more than " + SMALL_VALUE_BYTES_MAX
                    + " are put and got with the most in flight alone, beside what the disk takes. Default"
                    + " ${DEFAULT-VALUE}.")
    private List<Integer> valueBytes = List.of();

    @Option(
            names = "--workloads",
            split = ",",
            paramLabel = "NAME",
            defaultValue = "put,get,get-unary,put-unary",
            description = "Default ${DEFAULT-VALUE}.")
    private List<String> workloads = List.of();

    @Option(names = "--keys", paramLabel = "N", description = "Keys; default " + KEYS + ".")
    private @Nullable Integer keys;

    @Option(names = "--runs", paramLabel = "N", description = "Runs of each system, in turn; default " + RUNS + ".")
    private @Nullable Integer runs;

    @Option(
            names = "--seconds",
            paramLabel = "N",
            description = "How long each measurement lasts; default " + SECONDS + ".")
    private @Nullable Integer seconds;

    @Option(
            names = "--heat-seconds",
            paramLabel = "N",
            description =
                    "How long each workload is done before anything is measured, while the JVMs compile it; default "
                            + HEAT_SECONDS + ", with --quick a second more than a measurement.")
    private @Nullable Integer heatSeconds;

    @Option(
            names = "--dir",
            paramLabel = "DIR",
            description =
                    "Where data and logs are kept while a run lasts. Default a new directory for temporary files.")
    private @Nullable Path directory;

    @Option(names = "--plot", paramLabel = "DIR", description = "Draws the medians, too.")
    private @Nullable Path pictures;

    /** What is to be done. */
    record Plan(
            List<Arrangement> arrangements,
            List<Integer> largeValueBytes,
            int inFlightMost,
            int keys,
            int runs,
            Duration heat,
            Duration warmUp,
            Duration time) {
        /** So many keys that a fill ends. */
        int keysOf(int valueBytes) {
            return Math.clamp(FILLED_BYTES_MAX / valueBytes, 1, keys);
        }

        LoadSpec load(Arrangement arrangement, List<String> endpoints, int run) {
            return new LoadSpec(
                    arrangement.contender().label(),
                    endpoints,
                    arrangement.shards(),
                    arrangement.valueBytes(),
                    keysOf(arrangement.valueBytes()),
                    heat,
                    warmUp,
                    time,
                    run,
                    Step.toArgument(arrangement.steps()));
        }
    }

    boolean quick() {
        return quick;
    }

    /** Where data is kept, or null. */
    @Nullable
    Path directory() {
        return directory;
    }

    /** Where pictures go, or null. */
    @Nullable
    Path pictures() {
        return pictures;
    }

    /** @throws IllegalArgumentException when something cannot be meant */
    Plan plan() {
        shards.forEach(count -> requireWithin("shards", count, 1, SHARDS_MAX));
        regions.forEach(count -> requireWithin("regions", count, 1, SHARDS_MAX));
        inFlight.forEach(count -> requireWithin("in flight", count, 1, IN_FLIGHT_MAX));
        valueBytes.forEach(bytes -> requireWithin("value bytes", bytes, VALUE_BYTES_MIN, VALUE_BYTES_MAX));
        Set<Contender> contenders = contenders();
        Set<Workload> chosen = EnumSet.noneOf(Workload.class);
        workloads.forEach(name -> chosen.add(Workload.named(name)));
        List<Arrangement> arrangements = new ArrayList<>();
        for (int bytes : valueBytes) {
            for (Contender contender : contenders) {
                for (int count : shardsOf(contender)) {
                    arrangements.add(new Arrangement(contender, count, bytes, steps(contender, count, bytes, chosen)));
                }
            }
        }
        arrangements.removeIf(arrangement -> arrangement.steps().isEmpty());
        int time = requireWithin("seconds", orElse(seconds, quick ? QUICK_SECONDS : SECONDS), 1, 3600);
        return new Plan(
                arrangements,
                chosen.contains(Workload.PUT)
                        ? valueBytes.stream().filter(ClusterOptions::isLarge).toList()
                        : List.of(),
                inFlightMost(),
                requireWithin("keys", orElse(keys, quick ? QUICK_KEYS : KEYS), 1, 100_000_000),
                requireWithin("runs", orElse(runs, quick ? QUICK_RUNS : RUNS), 1, 1000),
                Duration.ofSeconds(
                        requireWithin("heat seconds", orElse(heatSeconds, quick ? time + 1 : HEAT_SECONDS), 0, 3600)),
                quick ? Duration.ofMillis(500) : Duration.ofSeconds(1),
                Duration.ofSeconds(time));
    }

    private static int orElse(@Nullable Integer given, int otherwise) {
        return given == null ? otherwise : given;
    }

    private static int requireWithin(String what, int value, int least, int most) {
        if (value < least || value > most) {
            throw new IllegalArgumentException(what + " must be " + least + " to " + most + ": " + value);
        }
        return value;
    }

    private Set<Contender> contenders() {
        Set<Contender> contenders = EnumSet.of(Contender.TITAN);
        if (!peers.equals(List.of("none"))) {
            peers.forEach(peer -> contenders.add(Contender.named(peer)));
        }
        return contenders;
    }

    private List<Integer> shardsOf(Contender contender) {
        return switch (contender) {
            case TITAN -> shards;
            case RHEAKV -> regions;
            case ETCD -> List.of(1);
            case ECHO -> List.of(0);
        };
    }

    /** The most in flight first, while every system is fresh; of one number in flight all workloads. */
    private List<Step> steps(Contender contender, int count, int bytes, Collection<Workload> chosen) {
        boolean isLarge = isLarge(bytes);
        if (isLarge && (contender == Contender.ECHO || (quick && !isFirstOfTitan(contender, count)))) {
            return List.of();
        }
        boolean isShort = isLarge || (quick && count > QUICK_SHARDS_MAX);
        List<Step> steps = new ArrayList<>();
        for (int together : isShort ? List.of(inFlightMost()) : inFlight) {
            contender.workloads().stream()
                    .filter(workload -> chosen.contains(workload) && !(isShort && workload.isUnary()))
                    .forEach(workload -> steps.add(new Step(workload, together)));
        }
        return steps;
    }

    private static boolean isLarge(int bytes) {
        return bytes > SMALL_VALUE_BYTES_MAX;
    }

    private int inFlightMost() {
        return inFlight.stream().max(Integer::compare).orElseThrow();
    }

    private boolean isFirstOfTitan(Contender contender, int count) {
        return contender == Contender.TITAN && count == shards.getFirst();
    }
}
