package io.titankv.cli.perf;

/** The mixing function of SplitMix64 (Steele, Lea, Flood 2014): one number in, one that looks like chance out. Pure. */
public final class SplitMix64 {
    /** The odd number nearest to 2^64 divided by the golden ratio. */
    public static final long GOLDEN = 0x9E37_79B9_7F4A_7C15L;

    private SplitMix64() {}

    /** Different seeds have different results. */
    public static long mix(long seed) {
        long z = seed + GOLDEN;
        z = (z ^ (z >>> 30)) * 0xBF58_476D_1CE4_E5B9L;
        z = (z ^ (z >>> 27)) * 0x94D0_49BB_1331_11EBL;
        return z ^ (z >>> 31);
    }
}
