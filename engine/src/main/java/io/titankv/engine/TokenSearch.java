package io.titankv.engine;

/**
 * Where a token must lie among sorted ones. Tokens are hashes and so spread evenly over any stretch of the ring, which makes the place
 * of one a matter of proportion: an interpolation search (Perl, Itai, Avni, "Interpolation Search: a Log Log N Search", CACM 1978)
 * touches one or two cache lines where a binary one touches five.
 */
final class TokenSearch {
    private TokenSearch() {}

    /**
     * About where the token is.
     *
     * @param low first token of the stretch
     * @param end the token after its last, 0 for 2^64
     * @param count how many tokens are in the stretch, 1 or more
     * @return 0 to count - 1
     */
    static int guess(long token, long low, long end, int count) {
        // Halves, because the numbers are unsigned. An empty stretch, which a torn read may show, gives the last place.
        double share = (double) ((token - low) >>> 1) / (double) ((end - 1 - low) >>> 1);
        return (int) Math.max(0.0, Math.min(share * count, count - 1.0));
    }
}
