package io.titankv.model;

/**
 * A place on the ring: the unsigned 64-bit XXH3 hash of a key, or of its routing tag. Immutable.
 *
 * @param bits the token as an unsigned 64-bit number
 */
public record Token(long bits) implements Comparable<Token> {
    /** The first token of the ring. */
    public static final Token FIRST = new Token(0);

    /** The last token of the ring, 2^64-1. */
    public static final Token LAST = new Token(-1L);

    @Override
    public int compareTo(Token other) {
        return Long.compareUnsigned(bits, other.bits);
    }

    /** Sixteen hexadecimal digits. */
    @Override
    public String toString() {
        return String.format("%016x", bits);
    }

    /**
     * Reads what {@link #toString} wrote.
     *
     * @throws IllegalArgumentException when {@code text} is not 1 to 16 hexadecimal digits
     */
    public static Token parse(String text) {
        if (text.isEmpty() || text.length() > 16) {
            throw new IllegalArgumentException("token must be 1 to 16 hexadecimal digits: " + text);
        }
        try {
            return new Token(Long.parseUnsignedLong(text, 16));
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("token must be 1 to 16 hexadecimal digits: " + text, e);
        }
    }
}
