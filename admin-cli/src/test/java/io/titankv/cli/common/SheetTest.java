package io.titankv.cli.common;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class SheetTest {
    private final Sheet sheet = Sheet.of("name", "size>", "what")
            .row(Cell.of("a"), Cell.of(5), Cell.of("short"))
            .row(Cell.of("日本"), Cell.of(12345), Cell.of("a text that is longer than the terminal is wide"));

    @Test
    void columnsAreAlignedByWhatTheyTakeOnATerminal() {
        assertThat(sheet.table(Style.of(false), 200))
                .containsExactly(
                        "NAME   SIZE  WHAT",
                        "a         5  short",
                        "日本  12345  a text that is longer than the terminal is wide");
    }

    @Test
    void theLastColumnIsCutAtTheTerminalsEdge() {
        assertThat(sheet.table(Style.of(false), 30))
                .allSatisfy(line -> assertThat(Sheet.width(line)).isLessThanOrEqualTo(30))
                .last()
                .asString()
                .endsWith("…");
    }

    @Test
    void coloursDoNotShiftColumns() {
        Sheet coloured = Sheet.of("a", "b")
                .row(Cell.of("x").tone(Style.Tone.BAD), Cell.of("1"))
                .row(Cell.of("long"), Cell.of("2"));
        assertThat(coloured.table(Style.of(true), 80).stream().map(line -> line.replaceAll("\u001b\\[[0-9;]*m", "")))
                .containsExactly("A     B", "x     1", "long  2");
    }

    @Test
    void jsonHasTheValuesNotTheirTexts() {
        assertThat(Json.line(Sheet.of("size").row(Cell.bytes(2048)).json())).isEqualTo("[{\"size\": 2048}]");
    }
}
