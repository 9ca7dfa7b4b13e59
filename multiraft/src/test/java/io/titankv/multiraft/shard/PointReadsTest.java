package io.titankv.multiraft.shard;

import static org.assertj.core.api.Assertions.assertThat;

import io.titankv.multiraft.host.Burst;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

final class PointReadsTest {
    /** Threads that were woken and have not begun. */
    private final Queue<Runnable> woken = new ArrayDeque<>();

    private final List<String> done = new ArrayList<>();
    private final PointReads reads = new PointReads(woken::add, 3, 100);

    private void read(int times) {
        for (int i = 0; i < times; i++) {
            assertThat(reads.tryRead(() -> done.add("read"))).isTrue();
        }
    }

    private void runWoken() {
        for (Runnable thread = woken.poll(); thread != null; thread = woken.poll()) {
            thread.run();
        }
    }

    /** Fast ones, until it is known that reads are fast. */
    private void warm() {
        for (int i = 0; i < 100; i++) {
            read(10);
            runWoken();
        }
        done.clear();
    }

    @Test
    void everyReadIsDoneOnce() {
        read(7);
        runWoken();
        read(5);
        runWoken();
        assertThat(done).hasSize(12);
    }

    @Test
    void readsThatMayBeSlowGetAThreadEachUpToAllOfThem() {
        read(2);
        assertThat(woken).hasSize(2);
        read(10);
        assertThat(woken).hasSize(3);
        runWoken();
        assertThat(done).hasSize(12);
    }

    @Test
    void fastReadsOfABurstShareAThreadAndAreAnsweredInOneBurst() {
        warm();
        Burst.run(() -> {
            for (int i = 0; i < 5; i++) {
                Runnable answered = new Runnable() {
                    @Override
                    public void run() {
                        done.add("sent");
                    }
                };
                assertThat(reads.tryRead(() -> {
                            done.add("read");
                            Burst.atEnd(answered);
                        }))
                        .isTrue();
            }
            assertThat(woken).as("woken by the end of the burst").isEmpty();
        });
        assertThat(woken).hasSize(1);
        runWoken();
        assertThat(done.subList(0, 5)).containsOnly("read");
        assertThat(done).hasSize(10);
    }

    @Test
    void aReadThatFindsTooManyBeforeItIsRefusedUntilSomeAreDone() {
        read(100);
        assertThat(reads.tryRead(() -> done.add("too many"))).isFalse();
        runWoken();
        assertThat(done).hasSize(100);
        read(1);
        runWoken();
        assertThat(done).hasSize(101).doesNotContain("too many");
    }

    @Test
    void aReadThatThrowsLosesNoOther() {
        warm();
        Burst.run(() -> {
            assertThat(reads.tryRead(() -> {
                        throw new IllegalStateException("bad");
                    }))
                    .isTrue();
            read(3);
        });
        while (!woken.isEmpty()) {
            try {
                runWoken();
            } catch (IllegalStateException e) {
                assertThat(e).hasMessage("bad");
            }
        }
        assertThat(done).hasSize(3);
    }

    @Test
    void whoReadsWhenTheThreadsAreGoneIsAnsweredAllTheSame() {
        PointReads stopped = new PointReads(
                task -> {
                    throw new RejectedExecutionException("shut down");
                },
                3,
                100);
        assertThat(stopped.tryRead(() -> done.add("read"))).isTrue();
        assertThat(done).containsExactly("read");
    }

    @Test
    void manyThreadsThatReadAtOnceLoseNothing() throws InterruptedException {
        int readers = 4;
        int each = 20_000;
        CountDownLatch left = new CountDownLatch(readers * each);
        try (ExecutorService threads = Executors.newFixedThreadPool(3);
                ExecutorService callers = Executors.newFixedThreadPool(readers)) {
            PointReads many = new PointReads(threads, 3, Integer.MAX_VALUE);
            for (int i = 0; i < readers; i++) {
                callers.execute(() -> {
                    for (int j = 0; j < each; j++) {
                        assertThat(many.tryRead(left::countDown)).isTrue();
                    }
                });
            }
            assertThat(left.await(60, TimeUnit.SECONDS)).isTrue();
        }
    }
}
