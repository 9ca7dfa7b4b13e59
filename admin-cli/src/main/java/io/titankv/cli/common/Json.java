package io.titankv.cli.common;

import java.util.Iterator;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Writes JSON: maps, lists, strings, numbers, booleans and null. A line has a space after each comma and colon, and characters
 * above ASCII stand as themselves in UTF-8. Pure functions.
 */
public final class Json {
    private static final String INDENT = "  ";

    private Json() {}

    /** On one line. */
    public static String line(@Nullable Object value) {
        StringBuilder json = new StringBuilder();
        append(json, value);
        return json.toString();
    }

    /** Indented, for people. */
    public static String indented(@Nullable Object value) {
        StringBuilder json = new StringBuilder();
        appendIndented(json, value, "");
        return json.toString();
    }

    private static void append(StringBuilder json, @Nullable Object value) {
        switch (value) {
            case Map<?, ?> map -> {
                json.append('{');
                String separator = "";
                for (Map.Entry<?, ?> entry : map.entrySet()) {
                    json.append(separator);
                    quote(json, String.valueOf(entry.getKey()));
                    json.append(": ");
                    append(json, entry.getValue());
                    separator = ", ";
                }
                json.append('}');
            }
            case List<?> list -> {
                json.append('[');
                String separator = "";
                for (Object element : list) {
                    json.append(separator);
                    append(json, element);
                    separator = ", ";
                }
                json.append(']');
            }
            case null, default -> appendScalar(json, value);
        }
    }

    private static void appendIndented(StringBuilder json, @Nullable Object value, String indent) {
        String deeper = indent + INDENT;
        switch (value) {
            case Map<?, ?> map
            when !map.isEmpty() -> {
                json.append("{\n");
                Iterator<? extends Map.Entry<?, ?>> entries = map.entrySet().iterator();
                while (entries.hasNext()) {
                    Map.Entry<?, ?> entry = entries.next();
                    json.append(deeper);
                    quote(json, String.valueOf(entry.getKey()));
                    json.append(": ");
                    appendIndented(json, entry.getValue(), deeper);
                    json.append(entries.hasNext() ? ",\n" : "\n");
                }
                json.append(indent).append('}');
            }
            case List<?> list
            when !list.isEmpty() -> {
                json.append("[\n");
                Iterator<?> elements = list.iterator();
                while (elements.hasNext()) {
                    json.append(deeper);
                    appendIndented(json, elements.next(), deeper);
                    json.append(elements.hasNext() ? ",\n" : "\n");
                }
                json.append(indent).append(']');
            }
            case null, default -> append(json, value);
        }
    }

    private static void appendScalar(StringBuilder json, @Nullable Object value) {
        switch (value) {
            case null -> json.append("null");
            case String text -> quote(json, text);
            case Double number when number.isNaN() || number.isInfinite() -> json.append("null");
            case Number number -> json.append(number);
            case Boolean bool -> json.append(bool);
            default -> throw new IllegalArgumentException("JSON has no form for " + value.getClass());
        }
    }

    /** A JSON string. Escapes what must be escaped, in the short form where there is one, and nothing else. */
    public static void quote(StringBuilder json, String text) {
        json.append('"');
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            switch (c) {
                case '"' -> json.append("\\\"");
                case '\\' -> json.append("\\\\");
                case '\n' -> json.append("\\n");
                case '\r' -> json.append("\\r");
                case '\t' -> json.append("\\t");
                case '\b' -> json.append("\\b");
                case '\f' -> json.append("\\f");
                default -> {
                    if (c < ' ') {
                        json.append(String.format("\\u%04x", (int) c));
                    } else {
                        json.append(c);
                    }
                }
            }
        }
        json.append('"');
    }
}
