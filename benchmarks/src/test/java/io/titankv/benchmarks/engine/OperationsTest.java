package io.titankv.benchmarks.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import org.junit.jupiter.api.Test;

class OperationsTest {
    @Test
    void theShareOfWritesIsAsAskedFor() {
        int[] operations = Operations.zipfian(1000, 100_000, 0.05, 1);
        long writes =
                Arrays.stream(operations).filter(operation -> operation < 0).count();
        assertThat(writes / 100_000.0).isCloseTo(0.05, within(0.005));
        assertThat(Operations.writeEach(3)).containsExactly(~0, ~1, ~2);
    }
}
