package io.titankv.benchmarks.engine;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/**
 * One run of one system, handed from the program to the JVM that does it. Immutable.
 *
 * @param directory existing and empty; the run's to fill
 * @param threads numbers of threads that reads are measured with
 * @param operations operations of each pass but the fill
 * @param mergeTime how long merging is watched
 * @param durableTime how long durable puts are made, for each number of writers
 * @param seed of which keys are read and written; the same for all systems of a run
 */
record RunSpec(
        Contender contender,
        Path directory,
        Shape shape,
        List<Integer> threads,
        Set<Workload> workloads,
        int operations,
        Duration mergeTime,
        Duration durableTime,
        long seed) {
    private static final int ARGUMENTS = 11;

    RunSpec {
        threads = List.copyOf(threads);
        workloads = Set.copyOf(workloads);
    }

    /** The same to warm up with: fewer keys, and shorter where time is the measure. */
    RunSpec warm(Path newDirectory, Shape newShape, int newOperations, Duration newTime) {
        return new RunSpec(
                contender, newDirectory, newShape, threads, workloads, newOperations, newTime, newTime, seed);
    }

    /** The same elsewhere. */
    RunSpec in(Path newDirectory) {
        return new RunSpec(
                contender, newDirectory, shape, threads, workloads, operations, mergeTime, durableTime, seed);
    }

    List<String> toArguments() {
        List<String> arguments = new ArrayList<>();
        arguments.add(contender.label());
        arguments.add(directory.toString());
        arguments.add(Integer.toString(shape.keys()));
        arguments.add(Integer.toString(shape.keyBytes()));
        arguments.add(Integer.toString(shape.valueBytes()));
        arguments.add(String.join(",", threads.stream().map(String::valueOf).toList()));
        arguments.add(String.join(",", workloads.stream().map(Workload::label).toList()));
        arguments.add(Integer.toString(operations));
        arguments.add(mergeTime.toString());
        arguments.add(durableTime.toString());
        arguments.add(Long.toString(seed));
        return arguments;
    }

    static RunSpec parse(List<String> arguments) {
        if (arguments.size() != ARGUMENTS) {
            throw new IllegalArgumentException("a run has " + ARGUMENTS + " arguments: " + arguments);
        }
        EnumSet<Workload> workloads = EnumSet.noneOf(Workload.class);
        Stream.of(arguments.get(6).split(",", -1)).map(Workload::named).forEach(workloads::add);
        return new RunSpec(
                Contender.named(arguments.get(0)),
                Path.of(arguments.get(1)),
                new Shape(
                        Integer.parseInt(arguments.get(2)),
                        Integer.parseInt(arguments.get(3)),
                        Integer.parseInt(arguments.get(4))),
                Stream.of(arguments.get(5).split(",", -1)).map(Integer::valueOf).toList(),
                workloads,
                Integer.parseInt(arguments.get(7)),
                Duration.parse(arguments.get(8)),
                Duration.parse(arguments.get(9)),
                Long.parseLong(arguments.get(10)));
    }
}
