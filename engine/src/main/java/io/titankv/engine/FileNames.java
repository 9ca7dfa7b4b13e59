package io.titankv.engine;

import java.util.OptionalLong;

/** Makes and parses the names of an engine's files. No other class does. */
final class FileNames {
    static final String MANIFEST = "MANIFEST";
    static final String MANIFEST_NEW = "MANIFEST.new";
    static final String SYNC_MARK = "SYNCED";
    static final String LOCK = "LOCK";

    private static final String DATA = ".data";
    private static final String HINT = ".hint";
    private static final String HINT_NEW = ".hint.new";
    private static final int ID_DIGITS_MIN = 6;

    private FileNames() {}

    static String data(long fileId) {
        return digits(fileId) + DATA;
    }

    static String hint(long fileId) {
        return digits(fileId) + HINT;
    }

    /** A hint file that is being rebuilt. */
    static String newHint(long fileId) {
        return digits(fileId) + HINT_NEW;
    }

    /** What a repair sets aside for a person to look at; nothing of ours reads it. */
    static String setAside(String name, int number) {
        return name + ".damaged-" + number;
    }

    static OptionalLong dataFileId(String name) {
        return id(name, DATA);
    }

    static OptionalLong hintFileId(String name) {
        return id(name, HINT);
    }

    static OptionalLong newHintFileId(String name) {
        return id(name, HINT_NEW);
    }

    private static String digits(long fileId) {
        String digits = Long.toString(fileId);
        return "0".repeat(Math.max(0, ID_DIGITS_MIN - digits.length())) + digits;
    }

    private static OptionalLong id(String name, String suffix) {
        if (!name.endsWith(suffix)) {
            return OptionalLong.empty();
        }
        String digits = name.substring(0, name.length() - suffix.length());
        // Ten digits hold every u32.
        if (digits.isEmpty() || digits.length() > 10 || !digits.chars().allMatch(c -> c >= '0' && c <= '9')) {
            return OptionalLong.empty();
        }
        long fileId = Long.parseLong(digits);
        return digits(fileId).equals(digits) ? OptionalLong.of(fileId) : OptionalLong.empty();
    }
}
