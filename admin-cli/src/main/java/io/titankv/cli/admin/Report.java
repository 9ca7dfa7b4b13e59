package io.titankv.cli.admin;

import io.titankv.cli.common.Console;
import io.titankv.cli.common.Fields;
import io.titankv.cli.common.Json;
import io.titankv.cli.common.OutputFormat;
import io.titankv.cli.common.Sheet;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One thing in full: its properties, then lines and tables about it. For people one after the other, what is empty left out; for
 * programs one JSON object, with empty lists for what is empty. Confined to one thread.
 */
final class Report {
    private final Fields head;
    private final List<Part> parts = new ArrayList<>();

    private sealed interface Part {
        /** In JSON. */
        String name();
    }

    private record Lines(String name, String heading, List<String> lines) implements Part {}

    private record Table(String name, Sheet rows) implements Part {}

    Report(Fields head) {
        this.head = head;
    }

    /** @param heading what each line begins with, for people */
    Report lines(String name, String heading, List<String> lines) {
        parts.add(new Lines(name, heading, List.copyOf(lines)));
        return this;
    }

    Report table(String name, Sheet rows) {
        parts.add(new Table(name, rows));
        return this;
    }

    void print(Console console, OutputFormat format) {
        switch (format) {
            case TABLE, PLAIN, RAW -> {
                head.print(console, format);
                parts(console, format);
            }
            case JSON -> console.println(Json.indented(json()));
            case JSONL -> console.println(Json.line(json()));
        }
    }

    private void parts(Console console, OutputFormat format) {
        boolean isAfterTable = false;
        for (Part part : parts) {
            switch (part) {
                case Lines some when some.lines.isEmpty() -> {}
                case Lines some -> {
                    if (isAfterTable) {
                        console.println("");
                    }
                    some.lines.forEach(line -> console.println(some.heading + "\t" + line));
                    isAfterTable = false;
                }
                case Table table when table.rows.isEmpty() -> {}
                case Table table -> {
                    console.println("");
                    table.rows.print(console, format);
                    isAfterTable = true;
                }
            }
        }
    }

    private Map<String, @Nullable Object> json() {
        Map<String, @Nullable Object> all = new LinkedHashMap<>(head.json());
        for (Part part : parts) {
            all.put(
                    part.name(),
                    switch (part) {
                        case Lines some -> some.lines;
                        case Table table -> table.rows.json();
                    });
        }
        return all;
    }
}
