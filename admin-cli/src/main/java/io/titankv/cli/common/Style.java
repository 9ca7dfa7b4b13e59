package io.titankv.cli.common;

/** Colours on a terminal that wants them; the bare text elsewhere. Immutable. */
public final class Style {
    private static final Style PLAIN = new Style(false);
    private static final Style COLOURED = new Style(true);
    private static final String RESET = "\u001b[0m";

    private final boolean isOn;

    private Style(boolean isOn) {
        this.isOn = isOn;
    }

    static Style of(boolean isOn) {
        return isOn ? COLOURED : PLAIN;
    }

    /** What a text is, which decides its colour. */
    public enum Tone {
        PLAIN(""),
        STRONG("\u001b[1m"),
        FAINT("\u001b[2m"),
        GOOD("\u001b[32m"),
        WARNING("\u001b[33m"),
        BAD("\u001b[31m");

        private final String code;

        Tone(String code) {
            this.code = code;
        }
    }

    public boolean isOn() {
        return isOn;
    }

    public String paint(Tone tone, String text) {
        return isOn && !tone.code.isEmpty() ? tone.code + text + RESET : text;
    }

    /** One of 256 colours, for pictures. */
    public String paint(int colour, String text) {
        return isOn ? "\u001b[38;5;" + colour + "m" + text + RESET : text;
    }
}
