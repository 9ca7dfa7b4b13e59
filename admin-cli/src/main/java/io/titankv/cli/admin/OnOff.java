package io.titankv.cli.admin;

import io.titankv.cli.common.Cell;
import io.titankv.cli.common.Style.Tone;
import java.util.Arrays;
import java.util.Iterator;
import java.util.Locale;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** A switch as people type and read it. No boolean: the parser would take yes, 1 and others for one. */
enum OnOff {
    ON,
    OFF;

    static Cell cell(boolean isOn) {
        return new Cell((isOn ? ON : OFF).word(), isOn, isOn ? Tone.GOOD : Tone.WARNING);
    }

    boolean isOn() {
        return this == ON;
    }

    private String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    static final class Converter implements ITypeConverter<OnOff> {
        @Override
        public OnOff convert(String text) {
            for (OnOff some : values()) {
                if (some.word().equals(text)) {
                    return some;
                }
            }
            throw new TypeConversionException("say on or off, not '" + text + "'");
        }
    }

    /** For completion in a shell. */
    static final class Words implements Iterable<String> {
        @Override
        public Iterator<String> iterator() {
            return Arrays.stream(values()).map(OnOff::word).iterator();
        }
    }
}
