package io.titankv.cli.perf;

/**
 * What was answered in one second of a run. Immutable.
 *
 * @param endSeconds when it ended, from the start of what was measured
 * @param seconds how long it was: 1, or as much more as the machine was late
 */
record Second(double endSeconds, double seconds, Latencies reads, Latencies writes, long errors) {
    /** Operations that succeeded. */
    long operations() {
        return reads.count() + writes.count();
    }

    Latencies of(Kind kind) {
        return switch (kind) {
            case READ -> reads;
            case WRITE -> writes;
        };
    }

    double rate() {
        return operations() / seconds;
    }

    double rate(Kind kind) {
        return of(kind).count() / seconds;
    }
}
