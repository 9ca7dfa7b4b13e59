package io.titankv.benchmarks.growth;

import io.titankv.benchmarks.comparison.Children;
import io.titankv.benchmarks.comparison.JavaProgram;
import io.titankv.benchmarks.comparison.RunFailedException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The processes: nodes on loopback, some of which join later, and the loads on them. For one thread. */
final class GrowingCluster {
    /** Nodes that the cluster is founded with. */
    static final int FOUNDERS = 3;

    /** Nodes that join later. */
    static final int JOINERS = 2;

    private static final int NODES = FOUNDERS + JOINERS;
    private static final String LOOPBACK = "127.0.0.1:";

    private final Children children;
    private final Path directory;
    private final int shards;
    private final List<Integer> ports;

    /** @param directory where nodes keep their data */
    GrowingCluster(Children children, Path directory, int shards) throws IOException {
        this.children = children;
        this.directory = directory;
        this.shards = shards;
        ports = JavaProgram.freePorts(3 * NODES);
    }

    private String gateway(int node) {
        return LOOPBACK + ports.get(node);
    }

    /** HOST:PORT of the founders' gateways. */
    List<String> endpoints() {
        List<String> endpoints = new ArrayList<>();
        for (int node = 0; node < FOUNDERS; node++) {
            endpoints.add(gateway(node));
        }
        return endpoints;
    }

    /** HOST:PORT where each node shows its metrics. */
    List<String> metrics() {
        return ports.subList(2 * NODES, 3 * NODES).stream()
                .map(port -> LOOPBACK + port)
                .toList();
    }

    void found() throws RunFailedException {
        for (int node = 0; node < FOUNDERS; node++) {
            start(node);
        }
    }

    void join() throws RunFailedException {
        for (int node = FOUNDERS; node < NODES; node++) {
            start(node);
        }
    }

    private void start(int node) throws RunFailedException {
        String name = "n" + (node + 1);
        List<String> arguments = new ArrayList<>(List.of(
                "server",
                "--node-id",
                name,
                "--data-dir",
                directory.resolve(name).toString(),
                "--listen",
                gateway(node),
                "--raft-listen",
                LOOPBACK + ports.get(NODES + node),
                "--metrics-listen",
                LOOPBACK + ports.get(2 * NODES + node),
                "--join",
                String.join(",", endpoints())));
        if (node == 0) {
            arguments.addAll(List.of("--bootstrap", "--shards", Integer.toString(shards)));
        }
        children.start(name, JavaProgram.titan(arguments));
    }

    /** Runs a load to its end. */
    void load(String name, List<String> flags) throws RunFailedException {
        children.run(name, perf(flags), line -> {});
    }

    /** Puts a load on the cluster until {@link #endLoad}. */
    void beginLoad(String name, List<String> flags) throws RunFailedException {
        children.begin(name, perf(flags));
    }

    void endLoad(String name) throws RunFailedException {
        children.stop(name);
    }

    private List<String> perf(List<String> flags) {
        List<String> arguments = new ArrayList<>(List.of("perf", "run", "-e", String.join(",", endpoints())));
        arguments.addAll(flags);
        return JavaProgram.titan(arguments);
    }
}
