package io.titankv.benchmarks.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class DurableWritesTest {
    private static final Shape SHAPE = new Shape(1000, 16, 100);

    @TempDir
    private Path directory;

    @ParameterizedTest
    @EnumSource(value = Contender.class, names = "CHRONICLE", mode = EnumSource.Mode.EXCLUDE)
    void everyPutOfEveryWriterIsThereWhenTheStoreIsOpenedAgain(Contender contender) {
        int puts;
        try (Store store = Objects.requireNonNull(contender.openSyncedOrNull(directory, SHAPE))) {
            DurableWrites writes =
                    new DurableWrites(store, SHAPE, Thread.ofVirtual().factory());
            DurableWrites.Outcome one = writes.run(1, Duration.ofMillis(50));
            DurableWrites.Outcome several = writes.run(8, Duration.ofMillis(50));
            puts = writes.puts();
            assertThat(one.latencies().getTotalCount() + several.latencies().getTotalCount())
                    .isEqualTo(puts);
            assertThat(several.rates().get(Measurement.OPS_PER_SECOND)).isPositive();
        }
        try (Opened opened = Opened.open(contender, directory, SHAPE, 0)) {
            int[] operations = Operations.uniform(puts, 2000, 0, 1);
            assertThat(opened.pass().run(operations)).isPositive();
        }
    }

    @ParameterizedTest
    @EnumSource(value = Contender.class, names = "CHRONICLE")
    void whatPromisesNoDurablePutIsNotOpenedForThem(Contender contender) {
        assertThat(contender.openSyncedOrNull(directory, SHAPE)).isNull();
    }
}
