package io.titankv.client;

import io.titankv.client.RetryRule.Course;
import io.titankv.client.RetryRule.Decision;
import io.titankv.client.RetryRule.Repeat;
import io.titankv.client.session.TimerWheel;
import io.titankv.model.ErrorReason;
import io.titankv.model.Token;
import io.titankv.proto.errors.TitanError;
import java.time.Duration;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * One operation from its first try to its end: sends it where it belongs, learns from refusals, and asks {@link RetryRule} what
 * to do next. One try is under way at a time, so its fields need no lock: each try begins after the last one ended.
 */
final class RetryLoop<T> {
    /** Fresh routes are waited for this long at most before the next try goes by the old ones. */
    private static final Duration REFRESH_MAX = Duration.ofMillis(250);

    /** Sends the operation once. */
    @FunctionalInterface
    interface Try<T> {
        /**
         * One try.
         *
         * @param timeout after which the future must have ended
         */
        CompletableFuture<T> send(Connections.Connection connection, Duration timeout);
    }

    /**
     * What is to be done.
     *
     * @param token decides the node
     * @param anyReplica any replica may answer
     * @param timeout all tries together
     * @param oneTryMayTakeAll a try is given all the time that is left, though it could be repeated
     * @param mayHaveHappened the same write was tried before, and may have been done
     */
    record Job<T>(
            Token token,
            boolean anyReplica,
            Repeat repeat,
            Duration timeout,
            boolean oneTryMayTakeAll,
            boolean mayHaveHappened,
            Try<T> attempt) {}

    private final Requests requests;
    private final Job<T> job;
    private final Duration tryTimeout;
    private final TimerWheel timer;
    private final long startNanos;
    private final CompletableFuture<T> result = new CompletableFuture<>();
    private final Set<String> tried = new HashSet<>();
    /** Who leads, as the last answer said. */
    private Optional<String> hinted = Optional.empty();

    /** What the last try failed of; null: none did. */
    private @Nullable String last;

    private boolean mayHaveHappened;
    private int tries;
    private int immediate;
    private int pauses;

    /** @param bytes that a try sends */
    RetryLoop(Requests requests, Job<T> job, long bytes) {
        this.requests = requests;
        this.job = job;
        this.tryTimeout = requests.policy().tryTimeout(bytes);
        this.timer = requests.timer();
        this.startNanos = timer.nanoTime();
        this.mayHaveHappened = job.mayHaveHappened();
    }

    /** Begins. The future fails with nothing but a {@link TitanException}. */
    CompletableFuture<T> start() {
        next();
        return result;
    }

    private Duration remaining() {
        return job.timeout().minusNanos(timer.nanoTime() - startNanos);
    }

    private void next() {
        if (result.isDone()) {
            return;
        }
        if (requests.isClosed()) {
            giveUp(unsent(ErrorReason.NOT_READY, "the client is closed"), null);
            return;
        }
        Duration left = remaining();
        if (left.isNegative() || left.isZero()) {
            String before = last == null ? "" : ", after: " + last;
            giveUp(unsent(ErrorReason.TIMED_OUT, "no time left for another try" + before), null);
            return;
        }
        String address = requests.choose(job.token(), job.anyReplica(), tried, hinted);
        tries++;
        CompletableFuture<T> answer;
        try {
            answer = job.attempt().send(requests.connections().to(address), timeoutOfTry(left));
        } catch (IllegalStateException e) {
            // The node left the routes, or the client was closed, between the choice and now.
            onFailure(address, unsent(ErrorReason.NOT_READY, "connection is closed"), e);
            return;
        }
        var _ = answer.whenComplete((value, thrown) -> {
            if (thrown == null) {
                result.complete(value);
            } else {
                onFailure(address, TryFailure.of(thrown), thrown);
            }
        });
    }

    private Duration timeoutOfTry(Duration left) {
        boolean repeatable = job.repeat() != Repeat.HARMFUL && requests.policy().triesMax() > tries;
        return !repeatable || job.oneTryMayTakeAll() || left.compareTo(tryTimeout) < 0 ? left : tryTimeout;
    }

    private static TryFailure unsent(ErrorReason reason, String message) {
        return new TryFailure(TitanError.of(reason, message), false, true, false);
    }

    private void onFailure(String address, TryFailure failure, Throwable thrown) {
        mayHaveHappened |= failure.mayHaveHappened();
        last = failure.error().message();
        hinted = requests.routing() && failure.error().reason() == ErrorReason.NOT_LEADER
                ? failure.error().leaderAddress()
                : Optional.empty();
        requests.routes().learn(job.token(), failure.error());
        if (failure.nodeFault()) {
            requests.routes().forget(job.token(), address);
        }
        Course course = new Course(job.repeat(), tries, immediate, pauses, remaining());
        switch (RetryRule.decide(course, failure, requests.policy(), ThreadLocalRandom.current())) {
            case Decision.GiveUp() -> giveUp(failure, thrown);
            case Decision.Again(Duration pause) -> {
                if (pause.isZero()) {
                    immediate++;
                } else {
                    // By then a node that failed may be back.
                    tried.clear();
                    immediate = 0;
                    pauses++;
                }
                if (failure.nodeFault() || failure.error().reason() == ErrorReason.NOT_LEADER) {
                    tried.add(address);
                }
                // Whoever is said to lead gets another chance, even if a stream to it broke a moment ago.
                hinted.ifPresent(tried::remove);
                again(address, failure, pause);
            }
        }
    }

    private void again(String address, TryFailure failure, Duration pause) {
        if (requests.routing() && wantsFreshRoutes(failure)) {
            AtomicBoolean gone = new AtomicBoolean();
            Runnable once = () -> {
                if (gone.compareAndSet(false, true)) {
                    after(pause);
                }
            };
            Duration left = remaining();
            Duration wait = left.compareTo(REFRESH_MAX) < 0 ? left : REFRESH_MAX;
            TimerWheel.Timeout limit = timer.schedule(wait, () -> Thread.startVirtualThread(once));
            var _ = requests.routes().refresh(address).whenComplete((nothing, never) -> {
                limit.cancel();
                once.run();
            });
        } else {
            after(pause);
        }
    }

    private static boolean wantsFreshRoutes(TryFailure failure) {
        return switch (failure.error().reason()) {
            case ROUTE_STALE -> true;
            case NOT_LEADER -> failure.error().leaderAddress().isEmpty();
            default -> false;
        };
    }

    private void after(Duration pause) {
        if (pause.isZero()) {
            next();
        } else {
            timer.schedule(pause, () -> Thread.startVirtualThread(this::next));
        }
    }

    private void giveUp(TryFailure failure, @Nullable Throwable thrown) {
        Duration took = job.timeout().minus(remaining());
        String circumstances = tries + (tries == 1 ? " try, " : " tries, ") + took.toMillis() + " ms of "
                + job.timeout().toMillis();
        result.completeExceptionally(RetryRule.ending(job.repeat(), mayHaveHappened, failure, circumstances, thrown));
    }
}
