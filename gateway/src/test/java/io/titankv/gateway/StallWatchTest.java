package io.titankv.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class StallWatchTest {
    private final AtomicLong nanos = new AtomicLong();
    private final AtomicInteger looks = new AtomicInteger();
    private final ScheduledThreadPoolExecutor timer = new ScheduledThreadPoolExecutor(1);
    private final StallWatch watch = new StallWatch(Duration.ofHours(1), nanos::get, timer, looks::incrementAndGet);

    @AfterEach
    void close() {
        timer.shutdownNow();
    }

    private void pass(Duration time) {
        nanos.addAndGet(time.toNanos());
    }

    @Test
    void endsThePatienceWithOneThatTakesNothing() {
        assertThat(watch.onWaiting(false)).isFalse();
        pass(Duration.ofMinutes(59));
        assertThat(watch.onWaiting(false)).isFalse();
        pass(Duration.ofMinutes(1));
        assertThat(watch.onWaiting(false)).isTrue();
    }

    @Test
    void beginsAnewWhenSomethingIsTakenOrNothingWaits() {
        assertThat(watch.onWaiting(false)).isFalse();
        pass(Duration.ofMinutes(59));
        assertThat(watch.onWaiting(true)).isFalse();
        pass(Duration.ofMinutes(59));
        watch.onEmpty();
        assertThat(watch.onWaiting(false)).isFalse();
        pass(Duration.ofMinutes(59));
        assertThat(watch.onWaiting(false)).isFalse();
    }

    @Test
    void setsOneAlarmHoweverOftenItIsAsked() {
        for (int i = 0; i < 100; i++) {
            assertThat(watch.onWaiting(true)).isFalse();
        }
        assertThat(timer.getQueue()).hasSize(1);
        assertThat(looks).hasValue(0);
    }

    @Test
    void looksAgainWhenTheTimeIsOver() {
        StallWatch impatient = new StallWatch(Duration.ofMillis(1), nanos::get, timer, looks::incrementAndGet);
        assertThat(impatient.onWaiting(false)).isFalse();
        Awaitility.await().until(() -> looks.get() == 1);
    }

    @Test
    void doesWithoutAnAlarmWhenTheGatewayCloses() {
        timer.shutdownNow();
        assertThat(watch.onWaiting(false)).isFalse();
        pass(Duration.ofHours(1));
        assertThat(watch.onWaiting(false)).isTrue();
    }
}
