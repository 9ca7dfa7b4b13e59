package io.titankv.cli.common;

import io.titankv.client.tls.TlsException;
import io.titankv.client.tls.TlsFiles;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.TypeConversionException;

/** The options that stand before or after any verb. Filled in by the parser, read-only afterwards. */
public final class GlobalOptions {
    /** Where a cluster listens unless told otherwise. */
    public static final String ENDPOINT_DEFAULT = "127.0.0.1:7400";

    private static final Duration TIMEOUT_DEFAULT = Duration.ofSeconds(10);

    @Option(
            names = {"-e", "--endpoints"},
            paramLabel = "HOST:PORT",
            description = "Nodes to ask, separated by commas. Default: " + ENDPOINT_DEFAULT,
            converter = EndpointsConverter.class,
            scope = ScopeType.INHERIT)
    private @Nullable List<String> endpoints;

    @Option(
            names = "--timeout",
            paramLabel = "TIME",
            description =
                    "How long to try, e.g. 500ms, 10s, 2m. Default: 10s; 60s a record for import and a page for scans",
            converter = DurationConverter.class,
            scope = ScopeType.INHERIT)
    private @Nullable Duration timeout;

    @Option(
            names = {"-v", "--verbose"},
            description = "Say more: the causes of an error, and what is tried again",
            scope = ScopeType.INHERIT)
    private boolean isVerbose;

    @Option(
            names = {"-o", "--output"},
            paramLabel = "FORMAT",
            description =
                    "table, plain (tab-separated), json, jsonl or raw. Default: table on a terminal, plain in a pipe",
            converter = OutputFormatConverter.class,
            scope = ScopeType.INHERIT)
    private @Nullable OutputFormat output;

    @Option(
            names = "--tls",
            description = "Speak TLS; the JDK's authorities are trusted unless there is --tls-ca",
            scope = ScopeType.INHERIT)
    private boolean isTls;

    @Option(
            names = "--tls-ca",
            paramLabel = "FILE",
            description = "Speak TLS, and trust nodes whose certificates these authorities (PEM) signed",
            scope = ScopeType.INHERIT)
    private @Nullable Path tlsCa;

    @Option(
            names = "--tls-cert",
            paramLabel = "FILE",
            description = "The certificate to show (PEM): a client's, or with server and up a node's",
            scope = ScopeType.INHERIT)
    private @Nullable Path tlsCertificate;

    @Option(
            names = "--tls-key",
            paramLabel = "FILE",
            description = "The private key of --tls-cert (PEM, PKCS#8)",
            scope = ScopeType.INHERIT)
    private @Nullable Path tlsKey;

    public List<String> endpoints() {
        return endpoints == null ? List.of(ENDPOINT_DEFAULT) : endpoints;
    }

    public Duration timeout() {
        return timeout == null ? TIMEOUT_DEFAULT : timeout;
    }

    /** The time given on the command line, or this one. */
    public Duration timeoutOr(Duration otherwise) {
        return timeout == null ? otherwise : timeout;
    }

    /**
     * The files for TLS; empty: plain text.
     *
     * @throws TlsException when there is a certificate without a key, or the other way round
     */
    public Optional<TlsFiles> tls() {
        return isTls || tlsCa != null || tlsCertificate != null || tlsKey != null
                ? Optional.of(new TlsFiles(tlsCa, tlsCertificate, tlsKey, null))
                : Optional.empty();
    }

    /** The file of one of the options for TLS; null: not given. Whoever starts nodes has a say in which they need. */
    public @Nullable Path tlsCa() {
        return tlsCa;
    }

    public @Nullable Path tlsCertificate() {
        return tlsCertificate;
    }

    public @Nullable Path tlsKey() {
        return tlsKey;
    }

    public boolean isTls() {
        return isTls;
    }

    public boolean isVerbose() {
        return isVerbose;
    }

    /** The format asked for, or the one that suits the stream. */
    public OutputFormat format(Console console) {
        return formatAsked().orElse(console.terminal().out() ? OutputFormat.TABLE : OutputFormat.PLAIN);
    }

    public Optional<OutputFormat> formatAsked() {
        return Optional.ofNullable(output);
    }

    /** The same options as variables of the environment, for commands that start from them. */
    public Map<String, String> asVariables() {
        Map<String, String> variables = new HashMap<>();
        variables.put("TITAN_ENDPOINTS", String.join(",", endpoints()));
        if (timeout != null) {
            variables.put("TITAN_TIMEOUT", timeout.toMillis() + "ms");
        }
        if (isTls) {
            variables.put("TITAN_TLS", "true");
        }
        putFile(variables, "TITAN_TLS_CA", tlsCa);
        putFile(variables, "TITAN_TLS_CERT", tlsCertificate);
        putFile(variables, "TITAN_TLS_KEY", tlsKey);
        if (isVerbose) {
            variables.put("TITAN_VERBOSE", "true");
        }
        if (output != null) {
            variables.put("TITAN_OUTPUT", output.name().toLowerCase(Locale.ROOT));
        }
        return variables;
    }

    private static void putFile(Map<String, String> variables, String name, @Nullable Path file) {
        if (file != null) {
            variables.put(name, file.toString());
        }
    }

    private static final class EndpointsConverter implements ITypeConverter<List<String>> {
        @Override
        public List<String> convert(String text) {
            List<String> endpoints = new ArrayList<>();
            for (String endpoint : text.split(",", -1)) {
                try {
                    endpoints.add(Endpoint.parse(endpoint.strip()).toString());
                } catch (IllegalArgumentException e) {
                    throw new TypeConversionException(e.getMessage());
                }
            }
            return List.copyOf(endpoints);
        }
    }

    /** Reads a {@link Duration}; for any option that takes one. */
    public static final class DurationConverter implements ITypeConverter<Duration> {
        @Override
        public Duration convert(String text) {
            try {
                return Quantity.parseDuration(text);
            } catch (IllegalArgumentException e) {
                throw new TypeConversionException(e.getMessage());
            }
        }
    }

    private static final class OutputFormatConverter implements ITypeConverter<OutputFormat> {
        @Override
        public OutputFormat convert(String text) {
            try {
                return OutputFormat.parse(text);
            } catch (IllegalArgumentException e) {
                throw new TypeConversionException(e.getMessage());
            }
        }
    }
}
