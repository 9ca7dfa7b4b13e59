package io.titankv.cli.perf;

import java.util.SplittableRandom;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Parts of reads and of writes. Immutable.
 *
 * @param reads 0 or more; not both are 0
 */
record Mix(int reads, int writes) {
    private static final Pattern FORM = Pattern.compile("([0-9]{1,6}):([0-9]{1,6})");

    Mix {
        if (reads < 0 || writes < 0 || reads + writes == 0) {
            throw new IllegalArgumentException("a mix of no reads and no writes is no load: " + reads + ":" + writes);
        }
    }

    /**
     * Reads READS:WRITES.
     *
     * @throws IllegalArgumentException with a line for people
     */
    static Mix parse(String text) {
        Matcher matcher = FORM.matcher(text);
        if (!matcher.matches()) {
            throw new IllegalArgumentException("write READS:WRITES, e.g. 50:50 or 95:5, not '" + text + "'");
        }
        return new Mix(Integer.parseInt(matcher.group(1)), Integer.parseInt(matcher.group(2)));
    }

    Kind next(SplittableRandom random) {
        return random.nextInt(reads + writes) < reads ? Kind.READ : Kind.WRITE;
    }

    @Override
    public String toString() {
        return reads + ":" + writes;
    }
}
