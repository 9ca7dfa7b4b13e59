package io.titankv.gateway;

import java.util.concurrent.atomic.AtomicInteger;

/**
 * How large a value from another node is likely to be: twice a moving mean of those that came. A wrong guess costs a second request, or
 * room for nothing. Thread-safe; an update that is lost to another does no harm.
 */
final class ExpectedBytes {
    private static final int WEIGHT = 16;

    private final AtomicInteger mean = new AtomicInteger();

    int bytes() {
        return (int) Math.min(Integer.MAX_VALUE, 2L * mean.getPlain());
    }

    void add(int bytes) {
        int before = mean.getPlain();
        int change = (bytes - before) / WEIGHT;
        // The last steps are too small to divide.
        int after = change == 0 ? before + Integer.signum(bytes - before) : before + change;
        if (after != before) {
            mean.setPlain(after);
        }
    }
}
