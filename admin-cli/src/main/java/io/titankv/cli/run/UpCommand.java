package io.titankv.cli.run;

import io.titankv.cli.common.CliException;
import io.titankv.cli.common.Context;
import io.titankv.cli.common.ExitCode;
import io.titankv.cli.common.Failures;
import io.titankv.cli.common.Quantity;
import io.titankv.cli.common.Style.Tone;
import io.titankv.cli.common.TitanCommand;
import io.titankv.client.ScanQuery;
import io.titankv.client.TitanClient;
import io.titankv.client.TitanClientBuilder;
import io.titankv.client.TitanException;
import io.titankv.client.tls.TlsFiles;
import io.titankv.model.Limits;
import io.titankv.server.LocalCluster;
import io.titankv.server.LocalClusterOptions;
import io.titankv.server.NodeTls;
import io.titankv.server.ServerOptions;
import io.titankv.server.ServerStartException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
        name = "up",
        description = {
            "Start a whole cluster in this process, on 127.0.0.1, and run until Ctrl-C. The data is kept and served"
                    + " again by the",
            "next start. The heap is TITAN_HEAP (512m)."
        })
public final class UpCommand extends TitanCommand {
    private static final Duration READY_TIMEOUT = Duration.ofMinutes(2);
    private static final Duration COUNT_TIMEOUT = Duration.ofSeconds(30);

    @Option(names = "--nodes", paramLabel = "N", defaultValue = "3", description = "Nodes, 1 to 9. Default: 3")
    private int nodes;

    @Option(
            names = "--shards",
            paramLabel = "N",
            defaultValue = "12",
            description = "Shards of a new cluster. Default: 12")
    private int shards;

    @Option(
            names = "--replicas",
            paramLabel = "N",
            description = "Replicas of each shard of a new cluster. Default: 3, or as many as there are nodes")
    private @Nullable Integer replicas;

    @Option(
            names = "--data-dir",
            paramLabel = "DIR",
            defaultValue = "./titan-data",
            description = "Where the data is kept. Default: ./titan-data")
    private Path dataDir = Path.of("titan-data");

    @Option(
            names = "--port",
            paramLabel = "PORT",
            defaultValue = "7400",
            description =
                    "Port of the first node; the others follow. Raft takes those 100 higher, metrics those 200 higher."
                            + " 0: any. Default: 7400")
    private int port;

    @Option(
            names = "--value-bytes-max",
            paramLabel = "BYTES",
            description = "Largest value of a new cluster. Default: 1 MiB, at most 16 MiB")
    private @Nullable Integer valueBytesMax;

    @Option(names = "--ephemeral", description = "Keep the data in a temporary directory and delete it at the end")
    private boolean isEphemeral;

    @Option(names = "--no-metrics", description = "Do not show metrics")
    private boolean isWithoutMetrics;

    @Mixin
    private NodeTlsFlags tlsFlags = new NodeTlsFlags();

    public UpCommand(Context context) {
        super(context);
    }

    @Override
    protected int run() {
        Path directory = isEphemeral ? temporary() : dataDir.toAbsolutePath().normalize();
        ServerLog.to(directory);
        LocalClusterOptions options = options(directory);
        console().errorLine("starting " + Quantity.of(nodes, "node") + " with data in " + directory);
        return serve(options, directory);
    }

    private void deleteIfEphemeral(Path directory) {
        if (isEphemeral) {
            Directories.delete(directory);
        }
    }

    private static Path temporary() {
        try {
            return Files.createTempDirectory("titan-");
        } catch (IOException e) {
            throw new CliException(
                    ExitCode.REFUSED, "cannot make a temporary directory: " + Failures.explainFile(e), e);
        }
    }

    private LocalClusterOptions options(Path directory) {
        try {
            return new LocalClusterOptions(
                    nodes,
                    shards,
                    replicas == null ? Math.min(3, nodes) : replicas,
                    directory,
                    port,
                    !isWithoutMetrics,
                    valueBytesMax == null ? Limits.VALUE_BYTES_DEFAULT_MAX : valueBytesMax,
                    ServerOptions.ELECTION_TIMEOUT_DEFAULT,
                    tlsFlags.read(global(), ServerSettings.NONE).orElse(null));
        } catch (IllegalArgumentException e) {
            throw usageError(String.valueOf(e.getMessage()));
        }
    }

    private int serve(LocalClusterOptions options, Path directory) {
        LocalCluster cluster;
        try {
            cluster = LocalCluster.start(options);
        } catch (ServerStartException e) {
            deleteIfEphemeral(directory);
            throw new CliException(ExitCode.REFUSED, String.valueOf(e.getMessage()), e);
        }
        Service service = Service.of(cluster, () -> deleteIfEphemeral(directory), console());
        try {
            cluster.awaitReady(READY_TIMEOUT);
        } catch (ServerStartException e) {
            service.stop();
            throw new CliException(ExitCode.UNAVAILABLE, String.valueOf(e.getMessage()), e);
        }
        announce(cluster, directory, options.tls());
        service.runUntilStopped();
        return ExitCode.OK;
    }

    private void announce(LocalCluster cluster, Path directory, @Nullable NodeTls tls) {
        List<String> addresses = cluster.addresses();
        String first = addresses.getFirst();
        boolean isDefault = first.equals("127.0.0.1:7400");
        String titan = "./titan" + (isDefault ? "" : " -e " + first) + (tls == null ? "" : flags(tls.files()));
        console()
                .println(console().style().paint(Tone.GOOD, "the cluster is up") + ": "
                        + Quantity.of(addresses.size(), "node") + " at " + String.join(", ", addresses));
        console().println(kept(cluster, directory, first, tls));
        console().println("");
        console().println("try, in another terminal:");
        for (String command : List.of(
                "data put hello world",
                "data get hello",
                "data explain get hello",
                "cluster status",
                "cluster ring",
                "shell")) {
            console().println("  " + console().style().paint(Tone.STRONG, titan + " " + command));
        }
        console().println("");
        if (!cluster.metricsAddresses().isEmpty()) {
            console().println("metrics for Prometheus: /metrics at " + String.join(", ", cluster.metricsAddresses()));
        }
        console().println("log: " + ServerLog.file(directory) + ". Ctrl-C stops the cluster.");
        console().flush();
    }

    /** As a client of one's own nodes one may show their certificate. */
    private static String flags(TlsFiles files) {
        return " --tls-ca " + files.ca() + " --tls-cert " + files.certificate() + " --tls-key " + files.key();
    }

    private String kept(LocalCluster cluster, Path directory, String endpoint, @Nullable NodeTls tls) {
        if (isEphemeral) {
            return "data is in " + directory + " and is deleted at the end";
        }
        if (!cluster.foundData()) {
            return "data is kept in " + directory;
        }
        OptionalLong keys = count(endpoint, tls);
        return "data is kept in " + directory + "; "
                + (keys.isPresent()
                        ? "found " + Quantity.of(keys.getAsLong(), "key") + " from before"
                        : "found data from before");
    }

    /** The keys of an earlier run; empty when they cannot be counted in the time that a person waits. */
    private static OptionalLong count(String endpoint, @Nullable NodeTls tls) {
        TitanClientBuilder builder = TitanClient.builder(endpoint).timeout(COUNT_TIMEOUT);
        if (tls != null) {
            builder.tls(tls.files());
        }
        try (TitanClient client = builder.build()) {
            return OptionalLong.of(client.blocking()
                    .count(ScanQuery.ALL.withPageSize(Limits.PAGE_RECORDS_MAX).withKeysOnly(true)));
        } catch (TitanException e) {
            return OptionalLong.empty();
        }
    }
}
