package io.titankv.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EngineExampleTest {
    @Test
    void theExampleOfTheDocumentationRuns(@TempDir Path directory) {
        assertThat(EngineExample.run(directory)).isEqualTo("Bern");
        assertThat(EngineExample.run(directory)).isEqualTo("Bern");
    }
}
