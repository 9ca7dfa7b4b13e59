package io.titankv.cli.run;

import io.titankv.cli.common.CliException;
import io.titankv.cli.common.Context;
import io.titankv.cli.common.ExitCode;
import io.titankv.cli.common.Quantity;
import io.titankv.cli.common.TitanCommand;
import io.titankv.model.Limits;
import io.titankv.model.NodeId;
import io.titankv.server.HostPort;
import io.titankv.server.ServerOptions;
import io.titankv.server.ServerStartException;
import io.titankv.server.TitanServer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
        name = "server",
        description = {
            "Run one node in this process until SIGTERM or Ctrl-C. Settings come from the options, then TITAN_"
                    + " variables, then the",
            "file of --config. The heap is TITAN_HEAP (512m)."
        })
public final class ServerCommand extends TitanCommand {
    /** Two leaders for each core of the cluster. */
    private static final int SHARDS_BY_CORES = 0;

    private static final int REPLICAS_DEFAULT = 3;

    @Option(
            names = "--config",
            paramLabel = "FILE",
            description = "Settings by the names of these options: properties, or JSON when the name ends with .json")
    private @Nullable Path config;

    @Option(
            names = "--node-id",
            paramLabel = "NAME",
            description = "The node's name, for the life of its data directory")
    private @Nullable String nodeId;

    @Option(names = "--data-dir", paramLabel = "DIR", description = "Where the node keeps everything")
    private @Nullable String dataDir;

    @Option(
            names = "--listen",
            paramLabel = "HOST:PORT",
            description = "For clients and nodes. Default: 127.0.0.1:7400")
    private @Nullable String listen;

    @Option(names = "--raft-listen", paramLabel = "HOST:PORT", description = "For Raft. Default: 127.0.0.1:7500")
    private @Nullable String raftListen;

    @Option(
            names = "--metrics-listen",
            paramLabel = "HOST:PORT",
            description = "For Prometheus, or off. Default: 127.0.0.1, the port 200 above that of --listen")
    private @Nullable String metricsListen;

    @Option(
            names = "--advertise-host",
            paramLabel = "HOST",
            description = "The host by which others reach this node, when it is not the one that it listens on")
    private @Nullable String advertiseHost;

    @Option(
            names = "--join",
            paramLabel = "HOST:PORT,...",
            description = "The cluster's first nodes, by their --listen")
    private @Nullable String join;

    @Option(names = "--bootstrap", description = "Form a new cluster; on exactly one of its first nodes")
    private boolean isBootstrap;

    @Option(
            names = "--shards",
            paramLabel = "N",
            description = "Shards of the new cluster. Default: two leaders a core")
    private @Nullable String shards;

    @Option(
            names = "--replicas",
            paramLabel = "N",
            description = "Replicas of each shard of the new cluster. Default: 3")
    private @Nullable String replicas;

    @Option(
            names = "--value-bytes-max",
            paramLabel = "BYTES",
            description = "Largest value of the new cluster. Default: 1 MiB, at most 16 MiB")
    private @Nullable String valueBytesMax;

    @Option(
            names = "--label",
            paramLabel = "NAME=VALUE",
            description =
                    "Where the node stands, e.g. zone=a; may be given again. Replicas are spread over zone, then rack")
    private Map<String, String> labels = new LinkedHashMap<>();

    @Option(
            names = "--heal-after",
            paramLabel = "TIME",
            description = "How long a node may be silent before its replicas go to others. Default: 5m;"
                    + " the same on all nodes")
    private @Nullable String healAfter;

    @Mixin
    private NodeTlsFlags tls = new NodeTlsFlags();

    public ServerCommand(Context context) {
        super(context);
    }

    @Override
    protected int run() {
        ServerSettings settings = config == null ? ServerSettings.NONE : ServerSettings.read(config);
        Path directory = Path.of(required("data-dir", dataDir, settings))
                .toAbsolutePath()
                .normalize();
        ServerOptions options = options(settings, directory);
        ServerLog.to(directory);
        TitanServer server;
        try {
            server = TitanServer.start(options);
        } catch (ServerStartException e) {
            throw new CliException(ExitCode.REFUSED, String.valueOf(e.getMessage()), e);
        }
        Service service = Service.of(server, () -> {}, console());
        console()
                .println("node " + options.nodeId() + " listens on " + server.address() + ", Raft on "
                        + server.raftAddress() + ", metrics "
                        + server.metricsAddress()
                                .map(address -> "on " + address)
                                .orElse("off") + ", data in " + directory + ", log in " + ServerLog.file(directory));
        console().flush();
        service.runUntilStopped();
        return ExitCode.OK;
    }

    /** What the node is started with. */
    ServerOptions options(ServerSettings settings, Path directory) {
        try {
            Map<String, String> allLabels = new LinkedHashMap<>(settings.labels());
            allLabels.putAll(labels);
            ServerOptions.Builder builder = ServerOptions.builder(
                            new NodeId(required("node-id", nodeId, settings)), directory)
                    .join(addresses(optional("join", join, settings).orElse("")))
                    .bootstrap(isBootstrap || isTrue(settings))
                    .labels(allLabels)
                    .formation(
                            number("shards", shards, settings, SHARDS_BY_CORES),
                            number("replicas", replicas, settings, REPLICAS_DEFAULT),
                            number("value-bytes-max", valueBytesMax, settings, Limits.VALUE_BYTES_DEFAULT_MAX));
            optional("listen", listen, settings).map(HostPort::parse).ifPresent(builder::listen);
            optional("raft-listen", raftListen, settings).map(HostPort::parse).ifPresent(builder::raftListen);
            optional("metrics-listen", metricsListen, settings).ifPresent(where -> metrics(where, builder));
            optional("advertise-host", advertiseHost, settings).ifPresent(builder::advertiseHost);
            optional("heal-after", healAfter, settings)
                    .map(ServerCommand::healAfter)
                    .ifPresent(builder::healAfter);
            tls.read(global(), settings).ifPresent(builder::tls);
            return builder.build();
        } catch (IllegalArgumentException e) {
            throw usageError(String.valueOf(e.getMessage()));
        }
    }

    private static void metrics(String where, ServerOptions.Builder builder) {
        if (where.equals("off")) {
            builder.withoutMetrics();
        } else {
            builder.metricsListen(HostPort.parse(where));
        }
    }

    private static Duration healAfter(String text) {
        try {
            return Quantity.parseDuration(text);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(
                    "heal-after is '" + text + "': write a time above 0 as 30s, 5m or 1h", e);
        }
    }

    private static boolean isTrue(ServerSettings settings) {
        String text = settings.get("bootstrap").orElse("false");
        if (!text.equals("true") && !text.equals("false")) {
            throw new IllegalArgumentException("bootstrap must be true or false, not '" + text + "'");
        }
        return text.equals("true");
    }

    private static List<HostPort> addresses(String text) {
        return text.isBlank()
                ? List.of()
                : Arrays.stream(text.split(",", -1))
                        .map(String::strip)
                        .map(HostPort::parse)
                        .toList();
    }

    private static Optional<String> optional(String name, @Nullable String given, ServerSettings settings) {
        return given == null ? settings.get(name) : Optional.of(given);
    }

    private String required(String name, @Nullable String given, ServerSettings settings) {
        return optional(name, given, settings)
                .orElseThrow(() -> usageError("--" + name + " is missing (or " + name + " in the file of --config)"));
    }

    private static int number(String name, @Nullable String given, ServerSettings settings, int otherwise) {
        Optional<String> text = optional(name, given, settings);
        if (text.isEmpty()) {
            return otherwise;
        }
        try {
            return Integer.parseInt(text.get());
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException(name + " must be a number, not '" + text.get() + "'", e);
        }
    }
}
