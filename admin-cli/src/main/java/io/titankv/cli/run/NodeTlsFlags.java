package io.titankv.cli.run;

import io.titankv.cli.common.GlobalOptions;
import io.titankv.client.tls.TlsFiles;
import io.titankv.server.NodeTls;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** How a node that is started here speaks TLS: its own options, and those for TLS that stand before any verb. */
final class NodeTlsFlags {
    private static final String CLIENT_AUTH = "tls-client-auth";

    @Option(
            names = "--tls-client-ca",
            paramLabel = "FILE",
            description = "More authorities (PEM) that sign certificates of clients, but not of nodes")
    private @Nullable String clientCa;

    @Option(
            names = "--" + CLIENT_AUTH,
            paramLabel = "MODE",
            description =
                    "required: clients show a certificate; none: they need not. Nodes always do. Default: required")
    private @Nullable String clientAuth;

    /**
     * What a node is started with; empty: plain text.
     *
     * @throws IllegalArgumentException when a setting makes no sense
     */
    Optional<NodeTls> read(GlobalOptions global, ServerSettings settings) {
        Path ca = file("tls-ca", global.tlsCa(), settings);
        Path certificate = file("tls-cert", global.tlsCertificate(), settings);
        Path key = file("tls-key", global.tlsKey(), settings);
        Path clients = file("tls-client-ca", clientCa == null ? null : Path.of(clientCa), settings);
        Optional<String> auth = clientAuth == null ? settings.get(CLIENT_AUTH) : Optional.of(clientAuth);
        boolean isTls = global.isTls() || ca != null || certificate != null || key != null;
        if (!isTls) {
            if (clients != null || auth.isPresent()) {
                throw new IllegalArgumentException((clients != null ? "tls-client-ca" : CLIENT_AUTH)
                        + " is set, but TLS is not: it needs tls-cert, tls-key and tls-ca");
            }
            return Optional.empty();
        }
        return Optional.of(new NodeTls(new TlsFiles(ca, certificate, key, clients), isRequired(auth)));
    }

    private static boolean isRequired(Optional<String> auth) {
        return switch (auth.orElse("required")) {
            case "required" -> true;
            case "none" -> false;
            default ->
                throw new IllegalArgumentException(
                        CLIENT_AUTH + " must be required or none, not '" + auth.orElseThrow() + "'");
        };
    }

    private static @Nullable Path file(String name, @Nullable Path given, ServerSettings settings) {
        return given != null ? given : settings.get(name).map(Path::of).orElse(null);
    }
}
