package io.titankv.model;

/**
 * A half-open arc {@code [startInclusive, endExclusive)} of the ring that does not wrap round. An end of 0 stands for 2^64, so
 * the whole ring is {@code [0, 0)}. Never empty. Immutable.
 *
 * @param startInclusive first token, unsigned
 * @param endExclusive the token after the last, unsigned; 0 stands for 2^64
 */
public record TokenRange(long startInclusive, long endExclusive) implements Comparable<TokenRange> {
    /** All tokens. */
    public static final TokenRange WHOLE = new TokenRange(0, 0);

    public TokenRange {
        if (endExclusive != 0 && Long.compareUnsigned(startInclusive, endExclusive) >= 0) {
            throw new IllegalArgumentException(
                    "range is empty or wraps: [" + new Token(startInclusive) + ", " + new Token(endExclusive) + ")");
        }
    }

    public boolean contains(long token) {
        return Long.compareUnsigned(token, startInclusive) >= 0
                && (endExclusive == 0 || Long.compareUnsigned(token, endExclusive) < 0);
    }

    public boolean contains(Token token) {
        return contains(token.bits());
    }

    /** The last token of this range, unsigned. */
    public long lastInclusive() {
        return endExclusive - 1;
    }

    public boolean overlaps(TokenRange other) {
        return Long.compareUnsigned(startInclusive, other.lastInclusive()) <= 0
                && Long.compareUnsigned(other.startInclusive, lastInclusive()) <= 0;
    }

    public boolean contains(TokenRange other) {
        return contains(other.startInclusive) && contains(other.lastInclusive());
    }

    /** This range's part of all tokens, above 0 and at most 1. */
    public double share() {
        double width = unsignedToDouble(endExclusive - startInclusive);
        return width == 0 ? 1.0 : width / 0x1p64;
    }

    private static double unsignedToDouble(long value) {
        return (value >>> 1) * 2.0 + (value & 1);
    }

    /** Orders by start, then by end. */
    @Override
    public int compareTo(TokenRange other) {
        int byStart = Long.compareUnsigned(startInclusive, other.startInclusive);
        return byStart != 0 ? byStart : Long.compareUnsigned(lastInclusive(), other.lastInclusive());
    }

    @Override
    public String toString() {
        return "[" + new Token(startInclusive) + ", " + (endExclusive == 0 ? "end" : new Token(endExclusive)) + ")";
    }
}
