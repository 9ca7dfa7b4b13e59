package io.titankv.multiraft.snapshot;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

final class CopyPaceTest {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    /** At one byte a second nobody would see the end of it. */
    private static final long MUCH = 1L << 40;

    private final CopyPace pace = new CopyPace();

    @Test
    void holdsNothingBackUnlessToldTo() {
        pace.came(MUCH);
        pace.limit(1);
        pace.limit(0);
        pace.came(MUCH);
    }

    @Test
    void takesItsTime() {
        pace.limit(1_000);
        long began = System.nanoTime();
        // What was not used of the last second may come at once.
        pace.came(2_000);
        assertThat(Duration.ofNanos(System.nanoTime() - began)).isGreaterThan(Duration.ofMillis(700));
    }

    @Test
    void aChangeIsFeltByWhoWaits() throws InterruptedException {
        endsWaiting(waiting -> pace.limit(0));
    }

    @Test
    void anInterruptionEndsTheWait() throws InterruptedException {
        endsWaiting(Thread::interrupt);
    }

    private void endsWaiting(Consumer<Thread> end) throws InterruptedException {
        pace.limit(16);
        CountDownLatch begun = new CountDownLatch(1);
        Thread waiting = Thread.ofPlatform().daemon().start(() -> {
            begun.countDown();
            pace.came(MUCH);
        });
        begun.await();
        end.accept(waiting);
        assertThat(waiting.join(PATIENCE)).isTrue();
    }
}
