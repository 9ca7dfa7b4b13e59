package io.titankv.cli.common;

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
        if (isVerbose) {
            variables.put("TITAN_VERBOSE", "true");
        }
        if (output != null) {
            variables.put("TITAN_OUTPUT", output.name().toLowerCase(Locale.ROOT));
        }
        return variables;
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
