package io.titankv.benchmarks.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.titankv.benchmarks.comparison.Records;
import io.titankv.benchmarks.comparison.WrongValueException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What the workloads expect of every system's adapter. */
class StoreTest {
    private static final Shape SHAPE = new Shape(500, 40, 100);

    @TempDir
    private Path directory;

    @ParameterizedTest
    @EnumSource(Contender.class)
    void returnsTheLastValueAndNothingForAbsentKeys(Contender contender) {
        Records records = new Records(SHAPE.valueBytes());
        byte[] key = new byte[SHAPE.keyBytes()];
        byte[] value = new byte[SHAPE.valueBytes()];
        try (Store store = contender.open(directory, SHAPE);
                Session session = store.session()) {
            for (int version = 0; version < 2; version++) {
                for (int index = 0; index < SHAPE.keys(); index++) {
                    Records.key(index, key);
                    records.value(index, version, value);
                    session.put(key, value);
                }
            }
            for (int index = 0; index < SHAPE.keys(); index++) {
                Records.key(index, key);
                records.value(index, 1, value);
                assertThat(session.getOrNull(key)).isEqualTo(value);
                Records.key(index + SHAPE.keys(), key);
                assertThat(session.getOrNull(key)).isNull();
            }
        }
    }

    @ParameterizedTest
    @EnumSource(Contender.class)
    void keepsItsValuesWhenItIsOpenedAgainAndLetsSeveralThreadsRead(Contender contender) {
        try (Store store = contender.open(directory, SHAPE);
                Session session = store.session()) {
            new Pass(session, SHAPE, 0).run(Operations.writeEach(SHAPE.keys()));
        }
        try (Store store = contender.open(directory, SHAPE)) {
            int[] operations = Operations.uniform(SHAPE.keys(), 2000, 0, 1);
            ParallelGets.Outcome outcome = new ParallelGets(store, SHAPE).run(List.of(operations, operations));
            assertThat(outcome.operations()).isEqualTo(4000);
            assertThat(outcome.latencies().getTotalCount()).isEqualTo(4000 / 16);
        }
    }

    @ParameterizedTest
    @EnumSource(Contender.class)
    void aWrongValueFailsThePass(Contender contender) {
        byte[] key = new byte[SHAPE.keyBytes()];
        try (Store store = contender.open(directory, SHAPE);
                Session session = store.session()) {
            Pass pass = new Pass(session, SHAPE, 0);
            pass.run(Operations.writeEach(SHAPE.keys()));
            Records.key(7, key);
            session.put(key, new byte[SHAPE.valueBytes()]);
            int[] always = new int[16];
            Arrays.fill(always, 7);
            assertThatThrownBy(() -> pass.run(always)).isInstanceOf(WrongValueException.class);
        }
    }
}
