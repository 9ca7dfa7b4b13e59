package io.titankv.cli.admin;

import io.titankv.model.Token;
import io.titankv.model.TokenRange;
import java.math.BigInteger;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Arcs of the ring as people type them. Sixteen hexadecimal digits are what all commands print; other numbers without a letter are
 * decimal, as programs that read the API write them. Pure functions.
 */
final class ArcText {
    static final String TOKEN_FORMS = "16 hexadecimal digits, 0x and up to 16, or decimal";

    private static final int TOKEN_DIGITS = 16;
    private static final BigInteger RING = BigInteger.ONE.shiftLeft(Long.SIZE);
    private static final Pattern ARC = Pattern.compile("\\[?\\s*([0-9a-zA-Z]+)\\s*,\\s*([0-9a-zA-Z]+)\\s*\\)?");
    private static final String RING_END = "end";

    private ArcText() {}

    /**
     * Reads {@code [START, END)}, the brackets left out or not.
     *
     * @throws IllegalArgumentException when it is none
     */
    static TokenRange parse(String text) {
        Matcher matcher = ARC.matcher(text.strip());
        if (!matcher.matches()) {
            throw new IllegalArgumentException("write an arc as '[TOKEN, TOKEN)' or TOKEN,TOKEN, not '" + text + "'");
        }
        return parse(matcher.group(1), matcher.group(2));
    }

    /**
     * @param end exclusive; {@code end}, 0 and 2^64 are the ring's end
     * @throws IllegalArgumentException when one is no token, or the arc would be empty or wrap
     */
    static TokenRange parse(String start, String end) {
        if (start.equals(RING_END)) {
            throw new IllegalArgumentException("the ring's end is no start of an arc: write 0 for its first token");
        }
        BigInteger first = number(start);
        BigInteger stop = end.equals(RING_END) ? RING : number(end);
        if (first.compareTo(RING) >= 0) {
            throw new IllegalArgumentException("token " + start + " is past the ring's last, " + Token.LAST + ": "
                    + RING.subtract(BigInteger.ONE));
        }
        if (stop.compareTo(RING) > 0) {
            throw new IllegalArgumentException("token " + end + " is past the ring's end, " + RING);
        }
        if (stop.signum() != 0 && first.compareTo(stop) >= 0) {
            throw new IllegalArgumentException("the arc's start " + start + " is not before its end " + end
                    + ": an arc that passes token 0 is two, one up to 'end' and one from 0");
        }
        return new TokenRange(first.longValue(), stop.longValue());
    }

    private static BigInteger number(String text) {
        String digits = text.toLowerCase(Locale.ROOT);
        if (digits.startsWith("0x")) {
            return hexadecimal(digits.substring(2), text);
        }
        boolean isDecimal = digits.length() != TOKEN_DIGITS && digits.matches("[0-9]+");
        return isDecimal ? new BigInteger(digits) : hexadecimal(digits, text);
    }

    private static BigInteger hexadecimal(String digits, String text) {
        if (!digits.matches("[0-9a-f]{1," + TOKEN_DIGITS + "}")) {
            throw new IllegalArgumentException("'" + text + "' is no token: write " + TOKEN_FORMS);
        }
        return new BigInteger(digits, 16);
    }
}
