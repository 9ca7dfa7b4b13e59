package io.titankv.cli.common;

import io.titankv.cli.common.Style.Tone;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.StringJoiner;
import org.jline.utils.WCWidth;
import org.jspecify.annotations.Nullable;

/**
 * Rows of one kind, written in whatever format is asked for. Grows without bound: for results whose size is that of a cluster, not
 * of its data. Confined to one thread.
 */
public final class Sheet {
    private static final String GAP = "  ";

    /** Where a column's text stands. */
    public enum Align {
        LEFT,
        RIGHT
    }

    /**
     * A column.
     *
     * @param name its heading in lower case with underscores, which is its name in JSON
     */
    public record Column(String name, Align align) {
        String heading() {
            return name.replace('_', ' ').toUpperCase(java.util.Locale.ROOT);
        }
    }

    private final List<Column> columns;
    private final List<List<Cell>> rows = new ArrayList<>();

    private Sheet(List<Column> columns) {
        this.columns = List.copyOf(columns);
    }

    /** Columns by name; one that ends with {@code >} is aligned to the right. */
    public static Sheet of(String... names) {
        List<Column> columns = new ArrayList<>();
        for (String name : names) {
            columns.add(
                    name.endsWith(">")
                            ? new Column(name.substring(0, name.length() - 1), Align.RIGHT)
                            : new Column(name, Align.LEFT));
        }
        return new Sheet(columns);
    }

    public Sheet row(Cell... cells) {
        if (cells.length != columns.size()) {
            throw new IllegalArgumentException(cells.length + " cells for " + columns.size() + " columns");
        }
        rows.add(List.of(cells));
        return this;
    }

    public boolean isEmpty() {
        return rows.isEmpty();
    }

    public void print(Console console, OutputFormat format) {
        switch (format) {
            case TABLE ->
                table(
                                console.style(),
                                console.terminal().out() ? console.terminal().columns() : Integer.MAX_VALUE)
                        .forEach(console::println);
            case PLAIN, RAW -> rows.forEach(row -> console.println(plain(row)));
            case JSON -> console.println(Json.indented(json()));
            case JSONL -> json().forEach(row -> console.println(Json.line(row)));
        }
    }

    /** The rows as JSON objects. */
    public List<Map<String, @Nullable Object>> json() {
        List<Map<String, @Nullable Object>> objects = new ArrayList<>();
        for (List<Cell> row : rows) {
            Map<String, @Nullable Object> object = new LinkedHashMap<>();
            for (int i = 0; i < row.size(); i++) {
                object.put(columns.get(i).name(), row.get(i).json());
            }
            objects.add(object);
        }
        return objects;
    }

    private static String plain(List<Cell> row) {
        StringJoiner line = new StringJoiner("\t");
        row.forEach(cell -> line.add(cell.text()));
        return line.toString();
    }

    /** The lines of a table. The last column is cut where it would pass {@code columnsMax}. */
    public List<String> table(Style style, int columnsMax) {
        int[] widths = new int[columns.size()];
        for (int i = 0; i < widths.length; i++) {
            widths[i] = width(columns.get(i).heading());
            for (List<Cell> row : rows) {
                widths[i] = Math.max(widths[i], width(row.get(i).text()));
            }
        }
        int before = 0;
        for (int i = 0; i < widths.length - 1; i++) {
            before += widths[i] + GAP.length();
        }
        int lastMax = Math.max(8, columnsMax - before);
        int last = widths.length - 1;
        widths[last] = Math.min(widths[last], lastMax);

        List<String> lines = new ArrayList<>();
        List<Cell> headings = columns.stream()
                .map(column -> Cell.of(column.heading()).tone(Tone.STRONG))
                .toList();
        lines.add(line(headings, widths, style));
        rows.forEach(row -> lines.add(line(row, widths, style)));
        return lines;
    }

    private String line(List<Cell> row, int[] widths, Style style) {
        StringBuilder line = new StringBuilder();
        for (int i = 0; i < widths.length; i++) {
            Cell cell = row.get(i);
            String text = cut(cell.text(), widths[i]);
            String padding = " ".repeat(widths[i] - width(text));
            String painted = style.paint(cell.tone(), text);
            boolean isLast = i == widths.length - 1;
            if (columns.get(i).align() == Align.RIGHT) {
                line.append(padding).append(painted);
            } else {
                line.append(painted).append(isLast ? "" : padding);
            }
            line.append(isLast ? "" : GAP);
        }
        return line.toString();
    }

    /** The text, or as much of it as fits with an ellipsis. */
    public static String cut(String text, int columnsMax) {
        if (width(text) <= columnsMax) {
            return text;
        }
        StringBuilder fitting = new StringBuilder();
        int used = 1;
        for (int i = 0; i < text.length(); i += Character.charCount(text.codePointAt(i))) {
            int codePoint = text.codePointAt(i);
            used += Math.max(0, WCWidth.wcwidth(codePoint));
            if (used > columnsMax) {
                break;
            }
            fitting.appendCodePoint(codePoint);
        }
        return fitting.append('…').toString();
    }

    /** Columns that the text takes on a terminal. */
    public static int width(String text) {
        return text.codePoints().map(c -> Math.max(0, WCWidth.wcwidth(c))).sum();
    }
}
