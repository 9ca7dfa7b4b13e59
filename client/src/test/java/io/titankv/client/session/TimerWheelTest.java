package io.titankv.client.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.common.base.Ticker;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

class TimerWheelTest {
    private static final class ManualTicker extends Ticker {
        private final AtomicLong nanos = new AtomicLong(1_000_000_007L);

        @Override
        public long read() {
            return nanos.get();
        }
    }

    @Property(tries = 50)
    void everyTaskRunsOnceNeverEarlyAndAtMostTwoTicksLate(@ForAll long seed) {
        Random random = new Random(seed);
        ManualTicker ticker = new ManualTicker();
        TimerWheel wheel = TimerWheel.manual(ticker);
        List<long[]> due = new ArrayList<>();
        int[] runs = new int[400];
        boolean[] cancelled = new boolean[400];
        List<TimerWheel.Timeout> timeouts = new ArrayList<>();
        for (int step = 0; step < 400; step++) {
            int task = step;
            // Up to three turns of the wheel.
            long delay = random.nextLong(TimerWheel.TICK_NANOS * 3000);
            due.add(new long[] {ticker.read() + delay});
            timeouts.add(wheel.schedule(Duration.ofNanos(delay), () -> runs[task]++));
            if (random.nextInt(4) == 0) {
                int victim = random.nextInt(timeouts.size());
                timeouts.get(victim).cancel();
                cancelled[victim] |= runs[victim] == 0;
            }
            long before = ticker.read();
            long stride = random.nextInt(50) == 0 ? TimerWheel.TICK_NANOS * 2000 : TimerWheel.TICK_NANOS * 2;
            ticker.nanos.addAndGet(random.nextLong(stride));
            wheel.advance();
            for (int i = 0; i < due.size(); i++) {
                if (runs[i] > 0) {
                    assertThat(runs[i]).isEqualTo(1);
                    assertThat(cancelled[i]).isFalse();
                    assertThat(due.get(i)[0]).isLessThanOrEqualTo(ticker.read());
                } else if (!cancelled[i]) {
                    assertThat(due.get(i)[0]).isGreaterThan(ticker.read() - 2 * TimerWheel.TICK_NANOS);
                }
            }
            assertThat(before).isLessThanOrEqualTo(ticker.read());
        }
        ticker.nanos.addAndGet(TimerWheel.TICK_NANOS * 10_000);
        wheel.advance();
        for (int i = 0; i < 400; i++) {
            assertThat(runs[i]).isEqualTo(cancelled[i] ? 0 : 1);
        }
        assertThat(wheel.waiting()).isZero();
    }

    @Test
    void tasksSetByManyThreadsAllRun() {
        try (TimerWheel wheel = TimerWheel.start("test-wheel")) {
            AtomicInteger ran = new AtomicInteger();
            for (int i = 0; i < 20; i++) {
                Thread.startVirtualThread(() -> {
                    for (int n = 0; n < 500; n++) {
                        wheel.schedule(Duration.ofMillis(n % 40), ran::incrementAndGet);
                    }
                });
            }
            await().atMost(Duration.ofSeconds(60)).until(() -> ran.get() == 10_000);
            assertThat(wheel.waiting()).isZero();
        }
    }
}
