package io.titankv.benchmarks.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KilledFillTest {
    private static final Shape SHAPE = new Shape(1000, 16, 100);

    @TempDir
    private Path directory;

    private RunSpec spec(Path store) {
        Duration unused = Duration.ofSeconds(1);
        return new RunSpec(Contender.TITAN, store, SHAPE, List.of(1), Set.of(Workload.KILL_OPEN), 1, unused, unused, 1);
    }

    @Test
    void leavesAStoreThatIsWholeThoughNobodyClosedIt() throws IOException {
        Path store = Files.createDirectory(directory.resolve("store"));
        KilledFill.run(spec(store));
        try (Opened opened = Opened.open(Contender.TITAN, store, SHAPE, 0)) {
            assertThat(opened.pass().run(Operations.uniform(SHAPE.keys(), 5000, 0, 1)))
                    .isPositive();
        }
    }

    @Test
    void anotherEndThanTheOneMeantIsSaid() throws IOException {
        Path file = Files.createFile(directory.resolve("file"));
        assertThatThrownBy(() -> KilledFill.run(spec(file)))
                .isInstanceOf(StoreException.class)
                .hasMessageContaining("exit code 1");
    }
}
