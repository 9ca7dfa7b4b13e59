package io.titankv.multiraft.snapshot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class GenerationDirectoryTest {
    private static final class Crash extends RuntimeException {
        private static final long serialVersionUID = 1L;
    }

    @TempDir
    private Path directory;

    private GenerationDirectory generations() {
        return new GenerationDirectory(directory.resolve("s1"), "engine");
    }

    private static void fill(Path generation, String text) throws IOException {
        Files.createDirectories(generation);
        Files.writeString(generation.resolve("state"), text);
    }

    private static String state(Path generation) throws IOException {
        return Files.readString(generation.resolve("state"));
    }

    private List<String> children() throws IOException {
        try (Stream<Path> children = Files.list(directory.resolve("s1"))) {
            return children.map(child -> child.getFileName().toString())
                    .sorted()
                    .toList();
        }
    }

    @Test
    void theFirstGenerationIsCreatedAndFoundAgain() throws IOException {
        fill(generations().currentOrCreate(), "old");
        assertThat(state(generations().currentOrCreate())).isEqualTo("old");
        assertThat(children()).containsExactly("CURRENT", "engine-000001");
        assertThat(directory.resolve("s1").resolve("CURRENT")).hasContent("engine-000001\n");
    }

    @Test
    void whatCameInBecomesCurrentAndTheOldGoes() throws IOException {
        fill(generations().currentOrCreate(), "old");
        fill(generations().incoming(), "new");
        generations().switchToIncoming();
        assertThat(state(generations().currentOrCreate())).isEqualTo("new");
        generations().deleteOthers();
        assertThat(children()).containsExactly("CURRENT", "engine-000002");
    }

    @ParameterizedTest
    @EnumSource(GenerationDirectory.Step.class)
    void aCrashAfterAnyStepLeavesTheOldOrTheNewStateAndASwitchCanFollow(GenerationDirectory.Step crashAfter)
            throws IOException {
        fill(generations().currentOrCreate(), "old");
        fill(generations().incoming(), "new");
        GenerationDirectory crashing = new GenerationDirectory(directory.resolve("s1"), "engine", step -> {
            if (step == crashAfter) {
                throw new Crash();
            }
        });
        assertThatThrownBy(crashing::switchToIncoming).isInstanceOf(Crash.class);
        String expected = crashAfter == GenerationDirectory.Step.CURRENT_REPLACED ? "new" : "old";
        assertThat(state(generations().currentOrCreate())).isEqualTo(expected);
        generations().deleteOthers();
        assertThat(children()).hasSize(2).contains("CURRENT");

        fill(generations().incoming(), "newer");
        generations().switchToIncoming();
        assertThat(state(generations().currentOrCreate())).isEqualTo("newer");
    }

    @Test
    void whatIsBeingFetchedSurvivesARestart() throws IOException {
        fill(generations().currentOrCreate(), "old");
        fill(generations().incoming(), "half");
        generations().deleteOthers();
        assertThat(state(generations().incoming())).isEqualTo("half");
    }

    @Test
    void aNameThatIsNoGenerationIsRefused() throws IOException {
        generations().currentOrCreate();
        Files.writeString(directory.resolve("s1").resolve("CURRENT"), "../elsewhere\n");
        assertThatThrownBy(() -> generations().currentOrCreate())
                .isInstanceOf(UncheckedIOException.class)
                .hasMessageContaining("does not name a generation");
    }

    @Test
    void aGenerationThatIsNamedButMissingIsAFaultAndNotAnEmptyState() throws IOException {
        Path current = generations().currentOrCreate();
        GenerationDirectory.deleteTree(current);
        assertThatThrownBy(() -> generations().currentOrCreate()).isInstanceOf(UncheckedIOException.class);
    }

    @Test
    void deletingAllLeavesNothing() throws IOException {
        fill(generations().currentOrCreate(), "old");
        generations().deleteAll();
        assertThat(directory).isEmptyDirectory();
    }
}
