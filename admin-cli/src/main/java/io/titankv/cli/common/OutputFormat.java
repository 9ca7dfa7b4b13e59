package io.titankv.cli.common;

/** How a command writes what it found. */
public enum OutputFormat {
    /** Aligned columns with a heading. The default on a terminal. */
    TABLE,
    /** Tab-separated, without a heading. The default in a pipe. */
    PLAIN,
    /** One JSON value, indented. */
    JSON,
    /** One JSON object a line. */
    JSONL,
    /** The bytes themselves. */
    RAW;

    static OutputFormat parse(String text) {
        return switch (text) {
            case "table" -> TABLE;
            case "plain" -> PLAIN;
            case "json" -> JSON;
            case "jsonl" -> JSONL;
            case "raw" -> RAW;
            default ->
                throw new IllegalArgumentException("choose table, plain, json, jsonl or raw, not '" + text + "'");
        };
    }
}
