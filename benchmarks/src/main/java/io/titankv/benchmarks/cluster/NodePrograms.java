package io.titankv.benchmarks.cluster;

import io.titankv.benchmarks.comparison.JavaProgram;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** What is run for each system: three processes of a cluster on loopback, and the one that puts the load on them. Immutable. */
final class NodePrograms {
    static final int NODES = 3;
    /** A system property: the class path of RheaKV, from the profile of that name; without it RheaKV cannot run. */
    static final String RHEAKV_CLASSPATH_PROPERTY = "titan.benchmarks.rheakv.classpath";

    private static final String LOOPBACK = "127.0.0.1";
    /** What RheaKV's serializer reaches into; it is of a time before modules. */
    private static final List<String> RHEAKV_FLAGS = List.of(
            "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn",
            "--add-opens=java.base/java.lang=ALL-UNNAMED",
            "--add-opens=java.base/java.util=ALL-UNNAMED",
            "--add-opens=java.base/java.util.concurrent=ALL-UNNAMED",
            "--add-opens=java.base/java.nio=ALL-UNNAMED",
            "--add-opens=java.base/sun.nio.ch=ALL-UNNAMED");

    private static final String RHEAKV_PACKAGE = "io.titankv.benchmarks.rheakv.";
    /** More than any run writes: at its default of 2 GiB etcd refuses writes. */
    private static final String ETCD_BYTES_MAX = Long.toString(8L << 30);

    private final Arrangement arrangement;
    private final Path directory;
    private final List<Integer> ports;
    private final List<Integer> raftPorts;

    private NodePrograms(Arrangement arrangement, Path directory, List<Integer> ports, List<Integer> raftPorts) {
        this.arrangement = arrangement;
        this.directory = directory;
        this.ports = ports;
        this.raftPorts = raftPorts;
    }

    /** @param directory where nodes keep their data */
    static NodePrograms of(Arrangement arrangement, Path directory) throws IOException {
        List<Integer> ports = JavaProgram.freePorts(2 * NODES);
        return new NodePrograms(arrangement, directory, ports.subList(0, NODES), ports.subList(NODES, 2 * NODES));
    }

    /** Why a system cannot run here, or null. */
    static @Nullable String missingOrNull(Contender contender) {
        return switch (contender) {
            case TITAN, ECHO -> null;
            case ETCD ->
                etcd().isPresent()
                        ? null
                        : "etcd is left out: there is no etcd on the PATH. On Debian or Ubuntu: apt-get install"
                                + " etcd-server";
            case RHEAKV ->
                rheakvClasspath().isEmpty()
                        ? "rheakv is left out: it could not be fetched and compiled, see"
                                + " benchmarks/rheakv/target/build.log"
                        : null;
        };
    }

    private static Optional<Path> etcd() {
        return Stream.of(System.getenv().getOrDefault("PATH", "").split(":", -1))
                .filter(place -> !place.isEmpty())
                .map(place -> Path.of(place, "etcd"))
                .filter(Files::isExecutable)
                .findFirst();
    }

    private static String rheakvClasspath() {
        return System.getProperty(RHEAKV_CLASSPATH_PROPERTY, "");
    }

    /** HOST:PORT where each node serves. */
    List<String> endpoints() {
        return addresses(ports);
    }

    private static List<String> addresses(List<Integer> ports) {
        return ports.stream().map(port -> LOOPBACK + ":" + port).toList();
    }

    /** One command a node. */
    List<List<String>> nodes() {
        return IntStream.range(0, NODES).mapToObj(this::node).toList();
    }

    private List<String> node(int index) {
        return switch (arrangement.contender()) {
            case TITAN -> titan(index);
            case RHEAKV -> rheakv(index);
            case ETCD -> etcd(index);
            case ECHO ->
                java(
                        EchoNode.class.getName(),
                        Integer.toString(ports.get(index)),
                        Integer.toString(arrangement.valueBytes()));
        };
    }

    private static String name(int index) {
        return "n" + (index + 1);
    }

    private String dataDirectory(int index) {
        return directory.resolve(name(index)).toString();
    }

    private List<String> titan(int index) {
        List<String> arguments = new ArrayList<>(List.of(
                "server",
                "--node-id",
                name(index),
                "--data-dir",
                dataDirectory(index),
                "--listen",
                addresses(ports).get(index),
                "--raft-listen",
                addresses(raftPorts).get(index),
                "--metrics-listen",
                "off",
                "--join",
                String.join(",", addresses(ports))));
        if (index == 0) {
            arguments.addAll(List.of("--bootstrap", "--shards", Integer.toString(arrangement.shards())));
        }
        return JavaProgram.titan(arguments);
    }

    private List<String> etcd(int index) {
        List<String> cluster = IntStream.range(0, NODES)
                .mapToObj(node -> name(node) + "=http://" + addresses(raftPorts).get(node))
                .toList();
        String clients = "http://" + addresses(ports).get(index);
        String peers = "http://" + addresses(raftPorts).get(index);
        return List.of(
                etcd().orElseThrow().toString(),
                "--name",
                name(index),
                "--data-dir",
                dataDirectory(index),
                "--listen-client-urls",
                clients,
                "--advertise-client-urls",
                clients,
                "--listen-peer-urls",
                peers,
                "--initial-advertise-peer-urls",
                peers,
                "--initial-cluster",
                String.join(",", cluster),
                "--initial-cluster-state",
                "new",
                "--quota-backend-bytes",
                ETCD_BYTES_MAX,
                "--log-level",
                "warn");
    }

    private List<String> rheakv(int index) {
        return javaOfRheakv(
                "RheaNode",
                List.of(
                        Integer.toString(index),
                        String.join(",", endpoints()),
                        Integer.toString(arrangement.shards()),
                        dataDirectory(index)));
    }

    /** The program that does this. */
    List<String> load(LoadSpec spec) {
        List<String> arguments = spec.toArguments();
        return arrangement.contender() == Contender.RHEAKV
                ? javaOfRheakv("RheaLoad", arguments)
                : java(LoadProgram.class.getName(), arguments.toArray(String[]::new));
    }

    private static List<String> java(String program, String... arguments) {
        return JavaProgram.command(program, List.of(arguments));
    }

    /** RheaKV's own old libraries first: they win over ours of the same names. */
    private static List<String> javaOfRheakv(String program, List<String> arguments) {
        String classpath = rheakvClasspath() + ":" + System.getProperty("java.class.path");
        return JavaProgram.command(RHEAKV_FLAGS, classpath, RHEAKV_PACKAGE + program, arguments);
    }
}
