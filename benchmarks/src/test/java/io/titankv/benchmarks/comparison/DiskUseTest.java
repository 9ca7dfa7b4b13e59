package io.titankv.benchmarks.comparison;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DiskUseTest {
    @TempDir
    private Path directory;

    @Test
    void allFilesBelowCountAndGo() throws Exception {
        Path below = Files.createDirectories(directory.resolve("a/b"));
        Files.write(below.resolve("file"), new byte[10]);
        Files.write(directory.resolve("a/file"), new byte[5]);
        assertThat(DiskUse.bytes(directory)).isEqualTo(15);
        DiskUse.sync(directory);
        DiskUse.delete(directory.resolve("a"));
        assertThat(directory).isEmptyDirectory();
    }
}
