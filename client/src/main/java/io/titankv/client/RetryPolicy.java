package io.titankv.client;

import io.titankv.client.session.Backoff;
import java.time.Duration;

/**
 * How long and how often the client tries. What may be tried again at all is not a setting: only what is known not to have
 * happened, or may happen twice. Immutable.
 *
 * @param triesMax 1 or more
 * @param backoff pauses between tries where the server gives no advice
 * @param tryTimeout a try that may be repeated is given up after this long, so that a node that does not answer costs no more; one that
 *     sends much is given a second more for each MiB
 */
public record RetryPolicy(int triesMax, Backoff backoff, Duration tryTimeout) {
    /** As many tries as fit into the timeout; pauses of 10 ms to 500 ms; 3 s a try. Guesses, to outlast an election. */
    public static final RetryPolicy DEFAULT = new RetryPolicy(
            Integer.MAX_VALUE, new Backoff(Duration.ofMillis(10), Duration.ofMillis(500)), Duration.ofSeconds(3));

    /** Slower than any network that is worth the name; the nodes have to send on and store what comes, too. */
    private static final long BYTES_A_SECOND = 1 << 20;

    public RetryPolicy {
        Timeouts.requirePositive(tryTimeout);
        if (triesMax < 1) {
            throw new IllegalArgumentException("there must be at least one try: " + triesMax);
        }
    }

    /** One try only. */
    public static RetryPolicy none() {
        return DEFAULT.withTriesMax(1);
    }

    public RetryPolicy withTriesMax(int max) {
        return new RetryPolicy(max, backoff, tryTimeout);
    }

    public RetryPolicy withTryTimeout(Duration timeout) {
        return new RetryPolicy(triesMax, backoff, timeout);
    }

    /** For a try that sends so many bytes. */
    Duration tryTimeout(long bytes) {
        long moreMillis = bytes * 1000 / BYTES_A_SECOND;
        return moreMillis == 0 ? tryTimeout : tryTimeout.plusMillis(moreMillis);
    }
}
