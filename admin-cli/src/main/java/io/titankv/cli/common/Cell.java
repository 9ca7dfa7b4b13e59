package io.titankv.cli.common;

import io.titankv.cli.common.Style.Tone;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * One field of a result: its text for people, and its value for programs. Immutable.
 *
 * @param text on one line
 * @param json as {@link Json} takes it
 */
public record Cell(String text, @Nullable Object json, Tone tone) {
    public static Cell of(String text) {
        return new Cell(text, text, Tone.PLAIN);
    }

    public static Cell of(long number) {
        return new Cell(Long.toString(number), number, Tone.PLAIN);
    }

    public static Cell of(boolean bool) {
        return new Cell(bool ? "yes" : "no", bool, Tone.PLAIN);
    }

    /** A text that may be empty, which is shown as a dash and is null for programs. */
    public static Cell orDash(String text) {
        return text.isEmpty() ? new Cell("-", null, Tone.FAINT) : of(text);
    }

    /** A number that JavaScript's numbers cannot hold: a string for programs, as protobuf's JSON does it. */
    public static Cell bigNumber(long number) {
        return of(Long.toUnsignedString(number));
    }

    /** Bytes for programs, KiB and so on for people. */
    public static Cell bytes(long bytes) {
        return new Cell(Quantity.bytes(bytes), bytes, Tone.PLAIN);
    }

    /** A part of the whole, 0 to 1. */
    public static Cell share(double share) {
        return new Cell(Quantity.percent(share), share, Tone.PLAIN);
    }

    public static Cell duration(Duration duration) {
        return new Cell(Quantity.duration(duration), duration.toMillis() / 1000.0, Tone.PLAIN);
    }

    public Cell tone(Tone newTone) {
        return new Cell(text, json, newTone);
    }
}
