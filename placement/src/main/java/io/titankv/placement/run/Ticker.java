package io.titankv.placement.run;

/** Elapsed time. Thread-safe. */
@FunctionalInterface
public interface Ticker {
    /** The machine's own. */
    Ticker SYSTEM = System::nanoTime;

    /** Nanoseconds since some fixed moment; may be negative. */
    long nanos();
}
