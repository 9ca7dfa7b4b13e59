package io.titankv.benchmarks.growth;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.titankv.benchmarks.comparison.RunFailedException;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LoadFiguresTest {
    @TempDir
    private Path directory;

    @Test
    void errorsAreAddedUpAndFiguresRounded() throws Exception {
        Path file = Files.writeString(directory.resolve("run.json"), """
            {"seconds": 60.0, "operations_per_second": 199.98765,
             "reads": {"p50_us": 1446.911, "p99_us": 6520.831, "p999_us": 11460.6, "max_us": 20135.9},
             "writes": {"p50_us": 2779.1, "p99_us": 9879.5, "p999_us": 15343.6, "max_us": 20774.9},
             "unstarted": 4, "errors": [{"code": "BUSY", "count": 2}, {"code": "TIMEOUT", "count": 3}]}
            """);
        assertThat(LoadFigures.read(file))
                .containsEntry("ops_per_second", new BigDecimal("199.99"))
                .containsEntry("reads_p99_us", new BigDecimal("6520.8"))
                .containsEntry("writes_p50_us", new BigDecimal("2779.1"))
                .containsEntry("errors", 5L)
                .containsEntry("unstarted", 4L);
    }

    @Test
    void aLoadThatLeftNothingIsNamed() {
        assertThatThrownBy(() -> LoadFigures.read(directory.resolve("joining.json")))
                .isInstanceOf(RunFailedException.class)
                .hasMessageContaining("joining.json");
    }
}
