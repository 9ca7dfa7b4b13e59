package io.titankv.client;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;

class InFlightLimitTest {
    @Test
    void countsOperationsAndBytes() throws InterruptedException {
        InFlightLimit limit = new InFlightLimit(3, 100);
        assertThat(limit.tryAcquire(1, 60, 0)).isTrue();
        assertThat(limit.tryAcquire(1, 60, 0)).isFalse();
        assertThat(limit.tryAcquire(2, 40, 0)).isTrue();
        assertThat(limit.tryAcquire(1, 0, 0)).isFalse();
        limit.release(1, 60);
        assertThat(limit.tryAcquire(1, 60, 0)).isTrue();
        assertThat(limit.operations()).isEqualTo(3);
    }

    @Test
    void whatIsLargerThanEverythingIsLetInAlone() throws InterruptedException {
        InFlightLimit limit = new InFlightLimit(1, 10);
        assertThat(limit.tryAcquire(5, 1000, 0)).isTrue();
        assertThat(limit.tryAcquire(1, 1, 0)).isFalse();
        limit.release(5, 1000);
        assertThat(limit.tryAcquire(1, 1, 0)).isTrue();
    }

    @Test
    void whoWaitsIsWokenAndTheBoundHolds() throws InterruptedException {
        InFlightLimit limit = new InFlightLimit(4, 1000);
        AtomicInteger inside = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();
        AtomicInteger refused = new AtomicInteger();
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < 64; i++) {
            threads.add(Thread.startVirtualThread(() -> {
                try {
                    for (int round = 0; round < 50; round++) {
                        if (!limit.tryAcquire(1, 10, TimeUnit.SECONDS.toNanos(120))) {
                            refused.incrementAndGet();
                            continue;
                        }
                        most.accumulateAndGet(inside.incrementAndGet(), Math::max);
                        LockSupport.parkNanos(1_000);
                        inside.decrementAndGet();
                        limit.release(1, 10);
                    }
                } catch (InterruptedException e) {
                    refused.incrementAndGet();
                }
            }));
        }
        for (Thread thread : threads) {
            thread.join();
        }
        assertThat(refused).hasValue(0);
        assertThat(most.get()).isBetween(1, 4);
        assertThat(limit.operations()).isZero();
    }
}
