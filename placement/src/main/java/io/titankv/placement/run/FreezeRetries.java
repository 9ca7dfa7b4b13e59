package io.titankv.placement.run;

import java.time.Duration;

/**
 * How often ranges are frozen anew whose freeze was given up, and after what rest. Each freeze is a pause for clients and each time all
 * is copied again, so a transfer that cannot end is not tried for ever. Pure functions; all values are guesses.
 */
final class FreezeRetries {
    /** So many freezes that are given up in a row end the operation. */
    static final int FREEZES_MAX = 6;

    private static final Duration REST_MIN = Duration.ofSeconds(5);

    private FreezeRetries() {}

    /**
     * For how long the groups of a transfer that was given up rest before the next one: twice as long with each freeze.
     *
     * @param freezes given up in a row, this one, if it was frozen, too; from 0
     * @return 5 to 160 s
     */
    static Duration restAfter(int freezes) {
        return REST_MIN.multipliedBy(1L << Math.clamp(freezes - 1L, 0, FREEZES_MAX - 1));
    }
}
