package io.titankv.multiraft.shard;

import com.google.common.base.Ticker;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Elapsed time and timers, moved by hand. */
final class ManualTime extends Ticker implements Timers {
    private record Timer(long atNanos, Runnable task) {}

    private final List<Timer> timers = new ArrayList<>();
    private long nowNanos = Long.MAX_VALUE - 1000;

    @Override
    public long read() {
        return nowNanos;
    }

    @Override
    public void after(Duration delay, Runnable task) {
        timers.add(new Timer(nowNanos + delay.toNanos(), task));
    }

    int timersSet() {
        return timers.size();
    }

    void advance(Duration by) {
        nowNanos += by.toNanos();
        List<Timer> due =
                timers.stream().filter(timer -> timer.atNanos - nowNanos <= 0).toList();
        timers.removeAll(due);
        due.forEach(timer -> timer.task.run());
    }
}
