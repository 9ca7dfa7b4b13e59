package io.titankv.multiraft.shard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Test;

class TokenSampleTest {
    @Test
    void fewOperationsAreAllThere() {
        TokenSample sample = new TokenSample();
        for (long token = 1; token <= TokenSample.TOKENS_MAX; token++) {
            sample.note(token);
        }
        assertThat(sample.drain()).hasSize(TokenSample.TOKENS_MAX).doesNotHaveDuplicates();
        assertThat(sample.drain()).isEmpty();
        sample.note(7);
        assertThat(sample.drain()).containsExactly(7);
    }

    /** With 10,000 operations of which the first, the middle and the last tenth are counted: early ones are as likely as late ones. */
    @Test
    void everyOperationIsAsLikelyToBeTaken() {
        Random random = new Random(3);
        TokenSample sample = new TokenSample(random::nextDouble);
        int[] tenths = new int[10];
        int rounds = 2_000;
        for (int round = 0; round < rounds; round++) {
            for (int operation = 0; operation < 10_000; operation++) {
                sample.note(operation);
            }
            for (long token : sample.drain()) {
                tenths[(int) token / 1_000]++;
            }
        }
        double expected = rounds * TokenSample.TOKENS_MAX / 10.0;
        for (int tenth : tenths) {
            // Five standard deviations.
            assertThat((double) tenth).isCloseTo(expected, within(5 * Math.sqrt(expected)));
        }
    }

    @Test
    void whatIsAskedForMoreIsThereMore() {
        Random random = new Random(5);
        TokenSample sample = new TokenSample(random::nextDouble);
        long hot = 0;
        for (int round = 0; round < 500; round++) {
            for (int operation = 0; operation < 1_000; operation++) {
                sample.note(random.nextInt(10) < 3 ? -1 : operation);
            }
            hot += Arrays.stream(sample.drain()).filter(token -> token == -1).count();
        }
        assertThat((double) hot / (500 * TokenSample.TOKENS_MAX)).isCloseTo(0.3, within(0.02));
    }

    @Test
    void threadsNoteAtOnceWhileItIsDrained() throws Exception {
        TokenSample sample = new TokenSample();
        CountDownLatch done = new CountDownLatch(3);
        try (ExecutorService threads = Executors.newFixedThreadPool(3)) {
            for (int thread = 1; thread <= 3; thread++) {
                long token = thread;
                threads.execute(() -> {
                    for (int i = 0; i < 200_000; i++) {
                        sample.note(token);
                    }
                    done.countDown();
                });
            }
            while (done.getCount() > 0) {
                assertThat(Arrays.stream(sample.drain()))
                        .hasSizeLessThanOrEqualTo(TokenSample.TOKENS_MAX)
                        .allMatch(token -> token >= 1 && token <= 3);
            }
        }
    }
}
