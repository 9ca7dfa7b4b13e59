package io.titankv.cli.run;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import io.titankv.cli.common.CliException;
import io.titankv.cli.common.ExitCode;
import io.titankv.cli.common.Failures;
import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import java.util.TreeSet;

/**
 * The settings of a node from a file: the options of {@code titan server} by their names, as properties ({@code node-id = n1}) or,
 * when the name ends with .json, as one JSON object. Labels are {@code label.zone = a}, or an object {@code "label"}. Immutable.
 */
final class ServerSettings {
    static final ServerSettings NONE = new ServerSettings(Map.of());

    private static final String LABEL_PREFIX = "label.";
    private static final Set<String> KNOWN = Set.of(
            "node-id",
            "data-dir",
            "listen",
            "raft-listen",
            "metrics-listen",
            "advertise-host",
            "heal-after",
            "join",
            "bootstrap",
            "shards",
            "replicas",
            "value-bytes-max",
            "tls-ca",
            "tls-cert",
            "tls-key",
            "tls-client-ca",
            "tls-client-auth");

    private final Map<String, String> values;

    private ServerSettings(Map<String, String> values) {
        this.values = Map.copyOf(values);
    }

    /**
     * Reads a file.
     *
     * @throws CliException when it cannot be read, or has a setting that there is not
     */
    static ServerSettings read(Path file) {
        Map<String, String> values;
        try {
            values = file.toString().endsWith(".json") ? json(file) : properties(file);
        } catch (JsonProcessingException e) {
            throw CliException.usage(
                    file + ", line " + e.getLocation().getLineNr() + ": not JSON: " + e.getOriginalMessage());
        } catch (IOException e) {
            throw new CliException(ExitCode.USAGE, "cannot read " + file + ": " + Failures.explainFile(e), e);
        } catch (IllegalArgumentException e) {
            throw CliException.usage(file + ": " + e.getMessage());
        }
        for (String name : values.keySet()) {
            if (!KNOWN.contains(name) && !name.startsWith(LABEL_PREFIX)) {
                throw CliException.usage(file + ": there is no setting '" + name + "'; there are "
                        + String.join(", ", new TreeSet<>(KNOWN)) + " and label.NAME");
            }
        }
        return new ServerSettings(values);
    }

    private static Map<String, String> properties(Path file) throws IOException {
        Properties properties = new Properties();
        try (Reader reader = Files.newBufferedReader(file)) {
            properties.load(reader);
        }
        Map<String, String> values = new LinkedHashMap<>();
        properties
                .stringPropertyNames()
                .forEach(name -> values.put(name, properties.getProperty(name).strip()));
        return values;
    }

    private static Map<String, String> json(Path file) throws IOException {
        Map<String, String> values = new LinkedHashMap<>();
        try (Reader reader = Files.newBufferedReader(file);
                JsonParser json = new JsonFactory().createParser(reader)) {
            if (json.nextToken() != JsonToken.START_OBJECT) {
                throw new IllegalArgumentException("not a JSON object");
            }
            object(json, "", values);
        }
        return values;
    }

    private static void object(JsonParser json, String prefix, Map<String, String> values) throws IOException {
        while (json.nextToken() == JsonToken.FIELD_NAME) {
            String name = prefix + json.currentName();
            JsonToken token = json.nextToken();
            if (token == JsonToken.START_OBJECT && prefix.isEmpty()) {
                object(json, name + ".", values);
            } else if (token == JsonToken.START_ARRAY) {
                List<String> elements = new ArrayList<>();
                while (json.nextToken() != JsonToken.END_ARRAY) {
                    elements.add(scalar(json, name));
                }
                values.put(name, String.join(",", elements));
            } else {
                values.put(name, scalar(json, name));
            }
        }
    }

    private static String scalar(JsonParser json, String name) throws IOException {
        if (json.currentToken() == null
                || !json.currentToken().isScalarValue()
                || json.currentToken() == JsonToken.VALUE_NULL) {
            throw new IllegalArgumentException("'" + name + "' must be a text, a number, true or false");
        }
        return json.getText();
    }

    Optional<String> get(String name) {
        return Optional.ofNullable(values.get(name));
    }

    /** The labels, by name. */
    Map<String, String> labels() {
        Map<String, String> labels = new LinkedHashMap<>();
        values.forEach((name, value) -> {
            if (name.startsWith(LABEL_PREFIX)) {
                labels.put(name.substring(LABEL_PREFIX.length()), value);
            }
        });
        return labels;
    }
}
