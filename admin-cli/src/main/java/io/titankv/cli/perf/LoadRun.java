package io.titankv.cli.perf;

import java.time.Duration;
import java.time.Instant;
import java.util.SplittableRandom;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One load from its warm-up to its last answer. {@link #run} is for one thread, which starts the operations; a second one cuts
 * the run into seconds; {@link #stop} is for any.
 */
final class LoadRun {
    /** Draws the same operations in every run, so that two runs differ by what is measured and not by luck. */
    private static final long SEED = 1;

    private static final long SECOND_NANOS = Duration.ofSeconds(1).toNanos();
    /** How long one who interrupted waits for the last answers. */
    private static final long PATIENCE_NANOS = Duration.ofSeconds(2).toNanos();

    private final RunSettings settings;
    private final long loadFailed;
    private final Timing timing;
    private final Instant startedAt;
    private final long startNanos;
    private final long fromNanos;
    private final long endNanos;
    private final Recording recording;
    private final Generator generator;
    private volatile boolean isOver;

    /** To be made by the thread that runs it, which is when its time begins. */
    LoadRun(RunSettings settings, Target target, Instant now, long loadFailed) {
        this.settings = settings;
        this.loadFailed = loadFailed;
        this.timing = new Timing.OfThread();
        this.startedAt = now;
        this.startNanos = timing.nanoTime();
        this.fromNanos = startNanos + settings.warmUp().toNanos();
        this.endNanos = fromNanos + settings.time().toNanos();
        this.recording = new Recording(fromNanos);
        SplittableRandom random = new SplittableRandom(SEED);
        this.generator = new Generator(
                target,
                settings.pace(),
                settings.mix(),
                settings.distribution().over(settings.keys(), random.split()),
                random,
                timing,
                recording);
    }

    /** @param afterSecond called with each second of what is measured, and with null for those of the warm-up, by another thread */
    RunMeasurement run(Consumer<@Nullable Second> afterSecond) {
        Thread seconds = Thread.ofPlatform().daemon().name("titan-load-seconds").start(() -> cutSeconds(afterSecond));
        long end;
        try {
            end = generator.run(startNanos, endNanos);
        } finally {
            isOver = true;
            LockSupport.unpark(seconds);
            joinUninterruptibly(seconds);
        }
        Second last = end - fromNanos > 0 ? recording.cut(end) : null;
        if (last != null) {
            afterSecond.accept(last);
        }
        long patience = generator.isStopped()
                ? PATIENCE_NANOS
                : settings.timeout().toNanos() + Duration.ofSeconds(5).toNanos();
        long unanswered = generator.drain(timing.nanoTime() + patience);
        recording.cutRest();
        return new RunMeasurement(
                settings,
                startedAt,
                Math.max(0, end - fromNanos) / 1e9,
                generator.isStopped(),
                recording.total(Kind.READ),
                recording.total(Kind.WRITE),
                recording.absent(),
                generator.late(),
                generator.unstarted(),
                unanswered,
                loadFailed,
                recording.errors().list(),
                recording.series());
    }

    /** Ends it before its time: what was measured until now is the result. */
    void stop() {
        generator.stop();
    }

    private void cutSeconds(Consumer<@Nullable Second> afterSecond) {
        long next = startNanos + settings.warmUp().toNanos() % SECOND_NANOS;
        while (!isOver) {
            next += SECOND_NANOS;
            while (!isOver && next - System.nanoTime() > 0) {
                LockSupport.parkNanos(next - System.nanoTime());
            }
            // The last second is cut by who started its operations, at their end.
            if (isOver || next - endNanos >= 0) {
                return;
            }
            afterSecond.accept(next - fromNanos > 0 ? recording.cut(System.nanoTime()) : null);
        }
    }

    private static void joinUninterruptibly(Thread thread) {
        boolean isInterrupted = false;
        while (true) {
            try {
                thread.join();
                break;
            } catch (InterruptedException e) {
                isInterrupted = true;
            }
        }
        if (isInterrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
