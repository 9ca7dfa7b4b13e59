package io.titankv.cli.common;

import io.titankv.cli.common.Style.Tone;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** One thing and its properties: a line each for people, one JSON object for programs. Confined to one thread. */
public final class Fields {
    private final Map<String, Cell> fields = new LinkedHashMap<>();

    public Fields add(String name, Cell cell) {
        fields.put(name, cell);
        return this;
    }

    public Fields add(String name, String text) {
        return add(name, Cell.of(text));
    }

    public Fields add(String name, long number) {
        return add(name, Cell.of(number));
    }

    public void print(Console console, OutputFormat format) {
        switch (format) {
            case TABLE -> {
                int width =
                        fields.keySet().stream().mapToInt(String::length).max().orElse(0);
                fields.forEach((name, cell) -> console.println(console.style().paint(Tone.FAINT, name.replace('_', ' '))
                        + " ".repeat(width - name.length() + 2)
                        + console.style().paint(cell.tone(), cell.text())));
            }
            case PLAIN, RAW -> fields.forEach((name, cell) -> console.println(name + "\t" + cell.text()));
            case JSON -> console.println(Json.indented(json()));
            case JSONL -> console.println(Json.line(json()));
        }
    }

    public Map<String, @Nullable Object> json() {
        Map<String, @Nullable Object> object = new LinkedHashMap<>();
        fields.forEach((name, cell) -> object.put(name, cell.json()));
        return object;
    }
}
