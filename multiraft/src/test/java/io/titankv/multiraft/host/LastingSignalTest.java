package io.titankv.multiraft.host;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class LastingSignalTest {
    private static final int ROUNDS = 100_000;

    private final LastingSignal signal = new LastingSignal();

    @Test
    void aSignalBeforeTheWaitEndsIt() throws InterruptedException {
        signal.signal();
        signal.signal();

        assertThat(signal.await(1, TimeUnit.MINUTES)).isTrue();
        assertThat(signal.await(0, TimeUnit.MILLISECONDS)).isFalse();
    }

    @Test
    void withoutOneTheWaitEndsWithItsTime() throws InterruptedException {
        assertThat(signal.await(1, TimeUnit.MILLISECONDS)).isFalse();
        assertThat(signal.await(-1, TimeUnit.MILLISECONDS)).isFalse();
    }

    /** Each round is announced right when the other looks whether there is one: none may wait for its time to pass. */
    @Test
    void noneIsLostBetweenTheLookAndTheWait() throws InterruptedException {
        AtomicInteger announced = new AtomicInteger();
        AtomicInteger seen = new AtomicInteger();
        Thread announcer = Thread.ofPlatform().daemon().start(() -> {
            while (announced.get() < ROUNDS) {
                if (seen.get() == announced.get()) {
                    announced.incrementAndGet();
                    signal.signal();
                } else {
                    Thread.onSpinWait();
                }
            }
        });

        while (seen.get() < ROUNDS) {
            while (announced.get() == seen.get()) {
                assertThat(signal.await(1, TimeUnit.MINUTES))
                        .as("round %d", seen.get())
                        .isTrue();
            }
            seen.incrementAndGet();
        }
        announcer.join();
    }
}
