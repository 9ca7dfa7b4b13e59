package io.titankv.client;

import static org.assertj.core.api.Assertions.assertThat;

import io.titankv.client.RetryRule.Course;
import io.titankv.client.RetryRule.Decision;
import io.titankv.client.RetryRule.Repeat;
import io.titankv.model.ErrorReason;
import io.titankv.model.ErrorReason.Retry;
import io.titankv.proto.errors.TitanError;
import java.time.Duration;
import java.util.Optional;
import java.util.Random;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;

class RetryRuleTest {
    private static final RetryPolicy POLICY = RetryPolicy.DEFAULT.withTriesMax(8);

    @Provide
    Arbitrary<TryFailure> failures() {
        Arbitrary<Optional<Duration>> delays =
                Arbitraries.longs().between(0, 5000).map(Duration::ofMillis).optional();
        return Combinators.combine(
                        Arbitraries.of(ErrorReason.class),
                        delays,
                        Arbitraries.of(true, false),
                        Arbitraries.of(true, false),
                        Arbitraries.of(true, false))
                .as((reason, delay, sent, nodeFault, hint) -> {
                    TitanError error = TitanError.of(reason, "x");
                    error = hint ? error.withLeader("n1", "h:1") : error;
                    error = delay.map(error::withRetryDelay).orElse(error);
                    return new TryFailure(error, sent, nodeFault, reason.retry() == Retry.NO);
                });
    }

    @Provide
    Arbitrary<Course> courses() {
        return Combinators.combine(
                        Arbitraries.of(Repeat.class),
                        Arbitraries.integers().between(1, 10),
                        Arbitraries.integers().between(0, RetryRule.IMMEDIATE_MAX),
                        Arbitraries.integers().between(0, 50),
                        Arbitraries.longs().between(-10, 10_000).map(Duration::ofMillis))
                .as(Course::new);
    }

    @Property
    void nothingIsTriedAgainThatMustNotBe(
            @ForAll("courses") Course course, @ForAll("failures") TryFailure failure, @ForAll long seed) {
        if (RetryRule.decide(course, failure, POLICY, new Random(seed)) instanceof Decision.Again) {
            assertThat(failure.lasting()).isFalse();
            assertThat(failure.mayHaveHappened() && course.repeat() == Repeat.HARMFUL)
                    .isFalse();
            assertThat(course.tries()).isLessThan(POLICY.triesMax());
        }
    }

    @Property
    void noPauseEndsAfterTheDeadlineOrBeforeTheAdvice(
            @ForAll("courses") Course course, @ForAll("failures") TryFailure failure, @ForAll long seed) {
        if (RetryRule.decide(course, failure, POLICY, new Random(seed)) instanceof Decision.Again(Duration pause)) {
            assertThat(pause).isLessThan(course.remaining());
            failure.error().retryDelay().ifPresent(advice -> assertThat(pause).isGreaterThanOrEqualTo(advice));
        }
    }

    @Property
    void notMoreThanAFewTriesAreMadeWithoutAPause(
            @ForAll("courses") Course course, @ForAll("failures") TryFailure failure, @ForAll long seed) {
        if (course.immediate() >= RetryRule.IMMEDIATE_MAX
                && failure.error().retryDelay().isEmpty()
                && RetryRule.decide(course, failure, POLICY, new Random(seed))
                        instanceof Decision.Again(Duration pause)) {
            assertThat(pause).isPositive();
        }
    }

    @Property
    void theEndingNeverHidesThatAWriteMayHaveHappened(
            @ForAll Repeat repeat, @ForAll boolean may, @ForAll("failures") TryFailure last) {
        TitanException ending = RetryRule.ending(repeat, may, last, "", null);
        boolean judged = repeat == Repeat.ONCE_BY_ID && last.error().reason() == ErrorReason.VERSION_MISMATCH;
        assertThat(ending.outcomeUndetermined()).isEqualTo(may && !repeat.isRead() && !judged);
    }

    @Test
    void aHintIsFollowedAtOnceAndBusyIsNot() {
        Course course = new Course(Repeat.HARMFUL, 1, 0, 0, Duration.ofSeconds(10));
        TryFailure hinted =
                new TryFailure(TitanError.of(ErrorReason.NOT_LEADER, "x").withLeader("n1", "h:1"), false, false, false);
        assertThat(RetryRule.decide(course, hinted, POLICY, new Random(1)))
                .isEqualTo(new Decision.Again(Duration.ZERO));
        TryFailure busy = new TryFailure(TitanError.of(ErrorReason.BUSY, "x"), false, false, false);
        assertThat(RetryRule.decide(course, busy, POLICY, new Random(1)))
                .isInstanceOfSatisfying(
                        Decision.Again.class, again -> assertThat(again.pause()).isPositive());
    }

    @Test
    void anIdThatWasForgottenIsNotTriedAgain() {
        Course course = new Course(Repeat.ONCE_BY_ID, 1, 0, 0, Duration.ofSeconds(10));
        TryFailure expired = new TryFailure(TitanError.of(ErrorReason.REQUEST_ID_EXPIRED, "x"), true, false, false);
        assertThat(RetryRule.decide(course, expired, POLICY, new Random(1))).isEqualTo(new Decision.GiveUp());
        assertThat(RetryRule.ending(Repeat.ONCE_BY_ID, true, expired, "", null).reason())
                .isEqualTo(ErrorReason.REQUEST_ID_EXPIRED);
    }
}
