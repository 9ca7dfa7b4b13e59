package io.titankv.benchmarks.cluster;

import java.time.Duration;
import java.util.List;

/**
 * What the load is to do on a cluster, handed to the program that does it. Immutable.
 *
 * @param endpoints HOST:PORT of each node
 * @param shards as the nodes were told; 0 where nothing is kept
 * @param keys written before anything is measured
 * @param heat how long each workload is done before, for the compilers of all processes
 * @param warmUp the beginning of each step, not measured
 * @param time how long each step is measured
 * @param seed of which keys are read and written; the same for all systems of a run
 */
public record LoadSpec(
        String system,
        List<String> endpoints,
        int shards,
        int valueBytes,
        int keys,
        Duration heat,
        Duration warmUp,
        Duration time,
        long seed,
        String steps) {
    private static final int ARGUMENTS = 10;

    public LoadSpec {
        endpoints = List.copyOf(endpoints);
    }

    List<String> toArguments() {
        return List.of(
                system,
                String.join(",", endpoints),
                Integer.toString(shards),
                Integer.toString(valueBytes),
                Integer.toString(keys),
                heat.toString(),
                warmUp.toString(),
                time.toString(),
                Long.toString(seed),
                steps);
    }

    static LoadSpec parse(List<String> arguments) {
        if (arguments.size() != ARGUMENTS) {
            throw new IllegalArgumentException("a load has " + ARGUMENTS + " arguments: " + arguments);
        }
        return new LoadSpec(
                arguments.get(0),
                List.of(arguments.get(1).split(",", -1)),
                Integer.parseInt(arguments.get(2)),
                Integer.parseInt(arguments.get(3)),
                Integer.parseInt(arguments.get(4)),
                Duration.parse(arguments.get(5)),
                Duration.parse(arguments.get(6)),
                Duration.parse(arguments.get(7)),
                Long.parseLong(arguments.get(8)),
                arguments.get(9));
    }
}
