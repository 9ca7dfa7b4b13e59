package io.titankv.benchmarks.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.titankv.benchmarks.comparison.WrongValueException;
import io.titankv.cli.perf.ClosedLoop;
import io.titankv.cli.perf.Kind;
import io.titankv.cli.perf.Target;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class LoadTargetTest {
    private static final int KEYS = 50;

    /** Answers at once. */
    private static final class MapWay implements Way {
        final Map<String, byte[]> values = new HashMap<>();

        private static String text(byte[] key) {
            return HexFormat.of().formatHex(key);
        }

        @Override
        public CompletableFuture<?> put(byte[] key, byte[] value) {
            values.put(text(key), value);
            return CompletableFuture.completedFuture(value);
        }

        @Override
        public CompletableFuture<@Nullable ByteBuffer> get(byte[] key) {
            byte[] value = values.get(text(key));
            return CompletableFuture.completedFuture(value == null ? null : ByteBuffer.wrap(value));
        }

        @Override
        public void close() {}
    }

    private final MapWay way = new MapWay();
    private final LoadTarget target = new LoadTarget(way, 100, true);

    /** The failure of each of so many reads of a key; those that succeeded have none. */
    private List<Throwable> failuresOfReads(int index, int reads) {
        ClosedLoop.fill(target, KEYS, 1);
        List<Throwable> failures = new ArrayList<>();
        for (int i = 0; i < reads; i++) {
            target.begin(Kind.READ, index, new Target.Completion() {
                @Override
                public void done(boolean found) {
                    assertThat(found).isTrue();
                }

                @Override
                public void failed(Throwable failure) {
                    failures.add(failure);
                }
            });
        }
        return failures;
    }

    @Test
    void whatWasPutIsFound() {
        assertThat(failuresOfReads(3, 1000)).isEmpty();
        assertThat(way.values).hasSize(KEYS);
    }

    @Test
    void everySixteenthValueIsComparedAndAWrongOneIsAFailure() {
        Way wrong = new Way() {
            @Override
            public CompletableFuture<?> put(byte[] key, byte[] value) {
                return CompletableFuture.completedFuture(key);
            }

            @Override
            public CompletableFuture<@Nullable ByteBuffer> get(byte[] key) {
                byte[] value = new byte[100];
                Arrays.fill(value, (byte) 1);
                return CompletableFuture.completedFuture(ByteBuffer.wrap(value));
            }

            @Override
            public void close() {}
        };
        ClosedLoop.Outcome outcome = ClosedLoop.run(
                new LoadTarget(wrong, 100, true),
                new ClosedLoop.Load(
                        Kind.READ, 1, KEYS, Duration.ZERO, Duration.ofMillis(50), Duration.ofSeconds(1), 1));
        long reads = outcome.failed() + outcome.latencies().getTotalCount();
        assertThat(outcome.failed()).isEqualTo(reads / LoadTarget.CHECKED_EVERY).isPositive();
        assertThat(outcome.failures()).singleElement().asString().contains("WrongValueException");
    }

    @Test
    void aKeyWithoutItsValueOrOfAnotherLengthIsAlwaysAFailure() {
        ClosedLoop.fill(target, KEYS, 1);
        String key = HexFormat.of().formatHex(LoadTarget.key(7));
        MapWay other = new MapWay();
        LoadTarget empty = new LoadTarget(other, 100, true);
        List<Throwable> failures = new ArrayList<>();
        Target.Completion completion = new Target.Completion() {
            @Override
            public void done(boolean found) {}

            @Override
            public void failed(Throwable failure) {
                failures.add(failure);
            }
        };
        empty.begin(Kind.READ, 7, completion);
        other.values.put(key, new byte[99]);
        empty.begin(Kind.READ, 7, completion);
        assertThat(failures)
                .hasSize(2)
                .allSatisfy(failure -> assertThat(failure).isInstanceOf(WrongValueException.class));
    }
}
