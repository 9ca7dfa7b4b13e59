package io.titankv.client;

import io.titankv.model.ErrorReason;
import io.titankv.model.Version;
import io.titankv.proto.errors.TitanError;
import java.time.Duration;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** Whether, and when, an operation whose try failed is tried again; and how it ends when not. Pure functions. */
final class RetryRule {
    /** After a hint or a lost connection the next try is made at once; this many in a row, lest two nodes play ping-pong. */
    static final int IMMEDIATE_MAX = 2;

    private RetryRule() {}

    /** What doing it twice would mean. */
    enum Repeat {
        /** A read. */
        HARMLESS,
        /** A write with a request id: the shard does it once. */
        ONCE_BY_ID,
        /** A write that the caller calls idempotent. */
        BY_CALLERS_WORD,
        /** Another write: twice is wrong. */
        HARMFUL;

        boolean isRead() {
            return this == HARMLESS;
        }
    }

    /**
     * An operation's course up to now.
     *
     * @param tries made, 1 or more
     * @param immediate of these the last ones in a row that were made at once after a failure
     * @param pauses taken between them
     * @param remaining time up to the deadline
     */
    record Course(Repeat repeat, int tries, int immediate, int pauses, Duration remaining) {}

    /** What to do next. */
    sealed interface Decision {
        /** Try again after this pause. */
        record Again(Duration pause) implements Decision {}

        /** It is over. */
        record GiveUp() implements Decision {}
    }

    static Decision decide(Course course, TryFailure failure, RetryPolicy policy, RandomGenerator random) {
        if (failure.lasting()
                || course.tries() >= policy.triesMax()
                // The same id will be as old the next time.
                || failure.error().reason() == ErrorReason.REQUEST_ID_EXPIRED
                || (failure.mayHaveHappened() && course.repeat() == Repeat.HARMFUL)) {
            return new Decision.GiveUp();
        }
        Duration pause = pause(course, failure, policy, random);
        return pause.compareTo(course.remaining()) < 0 ? new Decision.Again(pause) : new Decision.GiveUp();
    }

    private static Duration pause(Course course, TryFailure failure, RetryPolicy policy, RandomGenerator random) {
        if (failure.error().retryDelay().isPresent()) {
            Duration advice = failure.error().retryDelay().get();
            // Up to a quarter more, so that those who were sent away together do not return together.
            return advice.plusNanos(random.nextLong(advice.toNanos() / 4 + 1));
        }
        return mayBeImmediate(failure) && course.immediate() < IMMEDIATE_MAX
                ? Duration.ZERO
                : policy.backoff().after(course.pauses() + 1, random);
    }

    private static boolean mayBeImmediate(TryFailure failure) {
        return switch (failure.error().reason()) {
            case ROUTE_STALE -> true;
            case NOT_LEADER ->
                failure.error().leaderAddress().isPresent()
                        || failure.error().leaderNodeId().isPresent();
            case BUSY -> false;
            default -> failure.nodeFault();
        };
    }

    /**
     * How an operation ends for its caller.
     *
     * @param mayHaveHappened true when any of its tries may have been done
     */
    static TitanException ending(
            Repeat repeat, boolean mayHaveHappened, TryFailure last, String circumstances, @Nullable Throwable cause) {
        TitanError error = last.error();
        String message = error.message() + " (" + circumstances + ")";
        if (!repeat.isRead() && mayHaveHappened && !isVerdict(repeat, error)) {
            ErrorReason reason = error.reason() == ErrorReason.REQUEST_ID_EXPIRED
                    ? ErrorReason.REQUEST_ID_EXPIRED
                    : ErrorReason.OUTCOME_UNDETERMINED;
            return new TitanException.OutcomeUndetermined(
                    reason, "the write may have happened; last: " + error.reason() + ": " + message, cause);
        }
        if (error.reason() == ErrorReason.VERSION_MISMATCH) {
            return new TitanException.ConditionFailed(
                    message, error.currentVersion().orElse(Version.ABSENT), cause);
        }
        return last.lasting()
                ? new TitanException.Refused(error.reason(), message, cause)
                : new TitanException.Unavailable(
                        error.reason(), message, error.retryDelay().orElse(null), cause);
    }

    /**
     * A condition judged under the write's own id is the outcome of that write, whichever try it was. Anything else that a later
     * try is told says nothing of an earlier one.
     */
    private static boolean isVerdict(Repeat repeat, TitanError error) {
        return repeat == Repeat.ONCE_BY_ID && error.reason() == ErrorReason.VERSION_MISMATCH;
    }
}
