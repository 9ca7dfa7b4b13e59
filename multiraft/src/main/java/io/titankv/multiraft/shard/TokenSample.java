package io.titankv.multiraft.shard;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.Arrays;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.DoubleSupplier;

/**
 * Tokens of a few of the operations since it was drained last, each operation as likely to be among them as any other, so that placement
 * learns where in its ranges a shard's load is. A reservoir (algorithm L of Li, "Reservoir-sampling algorithms of time complexity
 * O(n(1 + log(N/n)))", 1994). Thread-safe; operations noted at the same instant may be counted as one.
 */
final class TokenSample {
    /** So few that a heartbeat of many shards stays small: half a minute of them tells ranges apart that a plan would move. */
    static final int TOKENS_MAX = 32;

    private final DoubleSupplier random;

    /** Operations to pass over before the next one is taken. Lost decrements are harmless, so it is not shared safely on the hot path. */
    private final AtomicInteger skip = new AtomicInteger();

    @GuardedBy("this")
    private final long[] tokens = new long[TOKENS_MAX];

    @GuardedBy("this")
    private int size;

    /** The largest of so many random numbers as there are tokens would be smaller than this: Li's W. */
    @GuardedBy("this")
    private double weight = 1;

    TokenSample() {
        this(() -> ThreadLocalRandom.current().nextDouble());
    }

    /** @param random numbers from 0 up to 1 */
    TokenSample(DoubleSupplier random) {
        this.random = random;
    }

    /** An operation on a key with this token. */
    void note(long token) {
        int left = skip.getPlain();
        if (left > 0) {
            skip.setPlain(left - 1);
        } else {
            take(token);
        }
    }

    private synchronized void take(long token) {
        if (size < TOKENS_MAX) {
            tokens[size] = token;
            size++;
            if (size < TOKENS_MAX) {
                return;
            }
        } else {
            tokens[(int) (random.getAsDouble() * TOKENS_MAX)] = token;
        }
        weight *= Math.exp(Math.log(positive()) / TOKENS_MAX);
        double passedOver = Math.floor(Math.log(positive()) / Math.log1p(-weight));
        skip.setPlain((int) Math.min(passedOver, Integer.MAX_VALUE));
    }

    private double positive() {
        return 1 - random.getAsDouble();
    }

    /** What was sampled since the last call, at most {@link #TOKENS_MAX}; begins anew. */
    synchronized long[] drain() {
        long[] drained = Arrays.copyOf(tokens, size);
        size = 0;
        weight = 1;
        skip.setPlain(0);
        return drained;
    }
}
