package io.titankv.placement.plan;

import java.time.Duration;
import java.util.Locale;

/** How messages of plans write numbers. */
final class Amounts {
    private static final String[] UNITS = {"B", "KiB", "MiB", "GiB", "TiB", "PiB"};

    private Amounts() {}

    static String bytes(long bytes) {
        double amount = bytes;
        int unit = 0;
        while (amount >= 1024 && unit < UNITS.length - 1) {
            amount /= 1024;
            unit++;
        }
        return unit == 0 ? bytes + " B" : String.format(Locale.ROOT, "%.1f %s", amount, UNITS[unit]);
    }

    static String percent(double share) {
        long tenths = Math.round(share * 1000);
        return tenths / 10 + "." + Math.abs(tenths % 10) + " %"; // thousands of these stand in one plan
    }

    static String rate(double opsPerSecond) {
        return String.format(Locale.ROOT, "%.0f ops/s", opsPerSecond);
    }

    static String time(Duration time) {
        return time.toMinutes() >= 2 ? time.toMinutes() + " min" : time.toSeconds() + " s";
    }

    static String words(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT).replace('_', ' ');
    }
}
