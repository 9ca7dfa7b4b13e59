package io.titankv.multiraft.host;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

final class OutboxTest {
    private final List<List<Integer>> batches = new ArrayList<>();
    private final Outbox<Integer> outbox = new Outbox<>(part -> part, batches::add);

    @Test
    void outsideOfABurstAPartLeavesAtOnce() {
        outbox.add(1);
        outbox.add(2);
        assertThat(batches).containsExactly(List.of(1), List.of(2));
    }

    @Test
    void whatABurstAddsLeavesTogetherAtItsEnd() {
        Burst.run(() -> {
            outbox.add(1);
            outbox.add(2);
            assertThat(batches).isEmpty();
        });
        assertThat(batches).containsExactly(List.of(1, 2));
    }

    @Test
    void aBatchHasAtMostAMebibyteButForASinglePart() {
        int half = 1 << 19;
        Burst.run(() -> List.of(half, half, 1, 3 << 20, 2).forEach(outbox::add));
        assertThat(batches).containsExactly(List.of(half, half), List.of(1), List.of(3 << 20), List.of(2));
    }

    /** Each thread's own order holds, and the stream is used by one thread at a time: else the list of batches would be torn. */
    @Test
    void whatManyThreadsAddLeavesOnceAndInOrder() {
        int threads = 4;
        int each = 5_000;
        CountDownLatch begin = new CountDownLatch(threads);
        CompletableFuture.allOf(IntStream.range(0, threads)
                        .mapToObj(thread -> CompletableFuture.runAsync(
                                () -> {
                                    begin.countDown();
                                    for (int i = 0; i < each; i++) {
                                        outbox.add(i * threads + thread);
                                    }
                                },
                                task -> Thread.ofPlatform().start(task)))
                        .toArray(CompletableFuture<?>[]::new))
                .join();

        List<Integer> sent = batches.stream().flatMap(List::stream).toList();
        assertThat(sent).hasSize(threads * each);
        for (int thread = 0; thread < threads; thread++) {
            int of = thread;
            assertThat(sent.stream().filter(part -> part % threads == of))
                    .containsExactlyElementsOf(IntStream.range(0, each)
                            .mapToObj(i -> i * threads + of)
                            .toList());
        }
    }
}
