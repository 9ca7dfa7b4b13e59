package io.titankv.cli.perf;

/** When operations are started. Immutable. */
sealed interface Pace {
    /** Operations under way at once, at most. */
    int inFlightMax();

    /**
     * When the operation of this number is due, in nanoseconds since the start; not later than {@code nowNanos} when it is due as
     * soon as there is room.
     */
    long dueNanos(long number, long nowNanos);

    /** How many operations are due before this time, in nanoseconds since the start; those that {@code started}, where nothing but room decides. */
    long dueBefore(long nanos, long started);

    /** Closed loop: a new one whenever one has been answered. A cluster that stalls is asked less. */
    record InFlight(int inFlightMax) implements Pace {
        public InFlight {
            requireBound(inFlightMax);
        }

        @Override
        public long dueNanos(long number, long nowNanos) {
            return nowNanos;
        }

        @Override
        public long dueBefore(long nanos, long started) {
            return started;
        }
    }

    /** Open loop: at fixed times, however long answers take, as users do who know nothing of each other. */
    record Rate(double perSecond, int inFlightMax) implements Pace {
        private static final double NANOS_PER_SECOND = 1e9;

        public Rate {
            requireBound(inFlightMax);
            if (!(perSecond > 0 && perSecond <= NANOS_PER_SECOND)) {
                throw new IllegalArgumentException("a rate is above 0 and at most 1e9 a second, not " + perSecond);
            }
        }

        @Override
        public long dueNanos(long number, long nowNanos) {
            return (long) (number * (NANOS_PER_SECOND / perSecond));
        }

        @Override
        public long dueBefore(long nanos, long started) {
            return nanos <= 0 ? 0 : (long) Math.ceil(nanos / (NANOS_PER_SECOND / perSecond));
        }
    }

    private static void requireBound(int inFlightMax) {
        if (inFlightMax < 1) {
            throw new IllegalArgumentException("at least one operation must be under way, not " + inFlightMax);
        }
    }
}
