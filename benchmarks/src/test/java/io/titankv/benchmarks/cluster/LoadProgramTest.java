package io.titankv.benchmarks.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class LoadProgramTest {
    private static final int KEYS = 300;

    /** Answers at once; refuses the first puts, as a cluster does that has no leader yet. */
    private final class Cluster implements Way {
        @Override
        public CompletableFuture<?> put(byte[] key, byte[] value) {
            if (refusals-- > 0 || (isFull && value[0] != 0)) {
                return CompletableFuture.failedFuture(new IllegalStateException("no leader"));
            }
            values.put(ByteBuffer.wrap(key), value);
            return CompletableFuture.completedFuture(key);
        }

        @Override
        public CompletableFuture<@Nullable ByteBuffer> get(byte[] key) {
            byte[] value = values.get(ByteBuffer.wrap(key));
            return CompletableFuture.completedFuture(value == null ? null : ByteBuffer.wrap(value));
        }

        @Override
        public void close() {
            closed++;
        }
    }

    private final Map<ByteBuffer, byte[]> values = new ConcurrentHashMap<>();
    private final List<String> lines = new ArrayList<>();
    private final List<Boolean> opened = new ArrayList<>();
    private int refusals;
    private boolean isFull;
    private int closed;

    private void run(String steps) throws InterruptedException {
        LoadSpec spec = new LoadSpec(
                "titan",
                List.of("127.0.0.1:1"),
                1,
                100,
                KEYS,
                Duration.ofMillis(1),
                Duration.ofMillis(1),
                Duration.ofMillis(20),
                1,
                steps);
        LoadProgram.run(
                spec,
                (given, isUnary) -> {
                    opened.add(isUnary);
                    return new Cluster();
                },
                lines::add);
    }

    @Test
    void everyKeyIsWrittenAndEveryStepMeasuredInTurn() throws Exception {
        refusals = 2;
        run("put:4,get:4,get-unary:4,get:1");
        assertThat(values).hasSize(KEYS);
        assertThat(lines.stream().map(Measurement::parse).map(Measurement::subject))
                .containsExactly(
                        new Measurement.Subject("titan", "put", 1, 4, 100),
                        new Measurement.Subject("titan", "get", 1, 4, 100),
                        new Measurement.Subject("titan", "get-unary", 1, 4, 100),
                        new Measurement.Subject("titan", "get", 1, 1, 100));
        assertThat(lines)
                .allSatisfy(line -> assertThat(Measurement.parse(line).figures())
                        .containsEntry(Measurement.ERRORS, 0.0)
                        .hasEntrySatisfying(
                                Measurement.OPS_PER_SECOND,
                                rate -> assertThat(rate).isPositive()));
        assertThat(opened).containsExactly(false, true);
        assertThat(closed).isEqualTo(2);
    }

    @Test
    void withoutAllItsKeysNothingIsMeasured() {
        isFull = true;
        assertThatThrownBy(() -> run("put:4")).hasMessageContaining("of 300 keys could not be written");
        assertThat(lines).isEmpty();
        assertThat(closed).isEqualTo(1);
    }
}
