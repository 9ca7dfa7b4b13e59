package io.titankv.benchmarks.cluster;

import io.titankv.cli.perf.ClosedLoop;
import io.titankv.cli.perf.Kind;
import java.time.Duration;
import java.util.EnumMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The process that puts the load on a cluster: waits until it serves, writes every key, lets all compilers see every workload, then
 * does the steps in turn. Prints JSON lines, and notes for people. Confined to one thread.
 */
public final class LoadProgram {
    /** Begins a line for people. */
    static final String NOTE = "note: ";

    private static final int FILL_IN_FLIGHT = 256;
    /** So many large values at once would be more than any system's buffers. */
    private static final int FILL_BYTES_IN_FLIGHT = 8 << 20;
    /** A cluster that does not serve then never will. */
    private static final Duration SERVING_DEADLINE = Duration.ofMinutes(2);

    private static final Duration BETWEEN_TRIES = Duration.ofMillis(200);
    /** Enough keys that every shard has one, nearly surely. */
    private static final int KEYS_ASKED = 256;

    private static final Duration PATIENCE = Duration.ofSeconds(15);

    /** Opens a way into the cluster of a load. */
    @FunctionalInterface
    public interface Opener {
        /**
         * Does not wait for a connection.
         *
         * @param isUnary by unary gRPC calls, else through the system's own client
         */
        Way open(LoadSpec spec, boolean isUnary);
    }

    private final LoadSpec spec;
    private final List<Step> steps;
    private final Opener opener;
    private final Consumer<String> lines;
    private final Map<Workload, Way> ways = new EnumMap<>(Workload.class);

    private LoadProgram(LoadSpec spec, Opener opener, Consumer<String> lines) {
        this.spec = spec;
        this.steps = Step.parse(spec.steps());
        this.opener = opener;
        this.lines = lines;
    }

    /** The program of the child process: arguments as {@link LoadSpec} has them. */
    public static void main(String[] arguments) throws InterruptedException {
        run(arguments, LoadProgram::open);
    }

    /** The same for a system whose way in is not known here. */
    public static void run(String[] arguments, Opener opener) throws InterruptedException {
        run(LoadSpec.parse(List.of(arguments)), opener, System.out::println);
    }

    static void run(LoadSpec spec, Opener opener, Consumer<String> lines) throws InterruptedException {
        new LoadProgram(spec, opener, lines).run();
    }

    private static Way open(LoadSpec spec, boolean isUnary) {
        return switch (Contender.named(spec.system())) {
            case TITAN -> isUnary ? new TitanUnary(spec.endpoints()) : new TitanLibrary(spec.endpoints());
            case ETCD -> new EtcdUnary(spec.endpoints());
            case ECHO -> isUnary ? new EchoUnary(spec.endpoints()) : new EchoStream(spec.endpoints());
            case RHEAKV -> throw new IllegalArgumentException("rheakv has a program of its own");
        };
    }

    private void run() throws InterruptedException {
        try {
            Set<Workload> workloads = new LinkedHashSet<>();
            steps.forEach(step -> workloads.add(step.workload()));
            boolean fillsUnary = workloads.stream().allMatch(Workload::isUnary);
            Way filling = way(fillsUnary ? Workload.PUT_UNARY : Workload.PUT);
            awaitServing(filling);
            if (spec.shards() > 0) {
                fill(filling);
            }
            int inFlightMost = steps.stream().mapToInt(Step::inFlight).max().orElseThrow();
            for (Workload workload : workloads) {
                loop(new Step(workload, inFlightMost), Duration.ZERO, spec.heat());
            }
            for (Step step : steps) {
                measure(step);
            }
        } finally {
            Set.copyOf(ways.values()).forEach(Way::close);
        }
    }

    /** One way for all workloads of its form. */
    private Way way(Workload workload) {
        Workload form = workload.isUnary() ? Workload.PUT_UNARY : Workload.PUT;
        return ways.computeIfAbsent(form, f -> opener.open(spec, f.isUnary()));
    }

    private LoadTarget target(Way way) {
        return new LoadTarget(way, spec.valueBytes(), spec.shards() > 0);
    }

    private void awaitServing(Way way) throws InterruptedException {
        long deadline = System.nanoTime() + SERVING_DEADLINE.toNanos();
        int served = 0;
        while (served < KEYS_ASKED) {
            Throwable failure = putOrFailure(way, served);
            if (failure == null) {
                served++;
            } else if (System.nanoTime() - deadline > 0) {
                throw new IllegalStateException(
                        spec.system() + " does not serve after " + SERVING_DEADLINE.toSeconds() + " s", failure);
            } else {
                TimeUnit.NANOSECONDS.sleep(BETWEEN_TRIES.toNanos());
            }
        }
    }

    private @Nullable Throwable putOrFailure(Way way, int index) {
        try {
            way.put(LoadTarget.key(index), new byte[spec.valueBytes()]).join();
            return null;
        } catch (CompletionException e) {
            return e;
        }
    }

    private void fill(Way way) {
        int inFlight = Math.clamp(FILL_BYTES_IN_FLIGHT / spec.valueBytes(), 1, FILL_IN_FLIGHT);
        ClosedLoop.Outcome filled = ClosedLoop.fill(target(way), spec.keys(), inFlight);
        if (filled.failed() > 0) {
            throw new IllegalStateException(
                    filled.failed() + " of " + spec.keys() + " keys could not be written: " + filled.failures());
        }
    }

    private ClosedLoop.Outcome loop(Step step, Duration warmUp, Duration time) {
        Kind kind = step.workload().kind();
        return ClosedLoop.run(
                target(way(step.workload())),
                new ClosedLoop.Load(kind, step.inFlight(), spec.keys(), warmUp, time, PATIENCE, spec.seed()));
    }

    private void measure(Step step) {
        ClosedLoop.Outcome outcome = loop(step, spec.warmUp(), spec.time());
        Measurement.Subject subject = new Measurement.Subject(
                spec.system(), step.workload().label(), spec.shards(), step.inFlight(), spec.valueBytes());
        outcome.failures()
                .forEach(failure -> lines.accept(
                        NOTE + step.workload().label() + ", " + step.inFlight() + " in flight: " + failure));
        lines.accept(
                new Measurement(subject, Measurement.rates(outcome.seconds(), outcome.latencies(), outcome.failed()))
                        .toJson());
    }
}
