package io.titankv.benchmarks.comparison;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(value = 2, unit = TimeUnit.MINUTES)
class ChildrenTest {
    @TempDir
    private Path directory;

    private static List<String> shell(String script) {
        return List.of("sh", "-c", script);
    }

    @Test
    void whatIsSaidIsHeardAndComplaintsAreLogged() throws Exception {
        List<String> lines = new ArrayList<>();
        try (Children children = Children.in(directory, () -> {})) {
            children.run("load", shell("echo one; echo two; echo oh >&2"), lines::add);
        }
        assertThat(lines).containsExactly("one", "two");
        assertThat(directory.resolve("load.log")).hasContent("oh");
    }

    @Test
    void oneThatFailsIsToldOfWithTheEndOfItsLog() {
        try (Children children = Children.in(directory, () -> {})) {
            RunFailedException failure = catchThrowableOfType(
                    RunFailedException.class,
                    () -> children.run("load", shell("echo no such key >&2; exit 3"), line -> {}));
            assertThat(failure).hasMessage("load failed, exit code 3");
            assertThat(failure.log()).isEqualTo("no such key");
        }
    }

    @Test
    void oneThatShouldRunOnAndEndsEndsTheOthers() throws Exception {
        try (Children children = Children.in(directory, () -> {})) {
            Path other = directory.resolve("load.log");
            children.start("n1", shell("until [ -e " + other + " ]; do sleep 0.01; done; echo disk full; exit 4"));
            RunFailedException failure = catchThrowableOfType(
                    RunFailedException.class, () -> children.run("load", shell("exec sleep 600"), line -> {}));
            assertThat(failure).hasMessage("n1 ended by itself, exit code 4");
            assertThat(failure.log()).isEqualTo("disk full");
        }
    }

    @Test
    void nothingIsStartedAfterOneWasLost() throws Exception {
        try (Children children = Children.in(directory, () -> {})) {
            children.start("n1", shell("exit 4"));
            await().untilAsserted(() -> assertThatThrownBy(() -> children.start("n2", shell("exec sleep 600")))
                    .hasMessage("n1 ended by itself, exit code 4"));
        }
    }

    @Test
    void closingEndsAllWithThoseThatTheyStarted() throws Exception {
        List<ProcessHandle> before = ProcessHandle.current().descendants().toList();
        Children children = Children.in(directory, () -> {});
        children.start("n1", shell("sleep 600 & sleep 600"));
        children.start("n2", List.of("sleep", "600"));
        assertThat(ProcessHandle.current().descendants()).hasSizeGreaterThan(before.size());
        children.close();
        assertThat(ProcessHandle.current().descendants().filter(ProcessHandle::isAlive))
                .allMatch(before::contains);
        assertThatThrownBy(() -> children.start("n3", shell("exit"))).isInstanceOf(RunFailedException.class);
        children.close();
    }

    @Test
    void oneThatIsToldToEndMayDoWhatItHasTo() throws Exception {
        try (Children children = Children.in(directory, () -> {})) {
            children.begin("load", shell("trap 'echo result; exit 0' TERM; echo ready; while :; do sleep 0.01; done"));
            await().untilAsserted(() ->
                    assertThat(directory.resolve("load.log")).content().contains("ready"));
            children.stop("load");
        }
        assertThat(directory.resolve("load.log")).content().endsWith("result\n");
    }

    @Test
    void aProgramThatIsNotThereIsNamed() {
        try (Children children = Children.in(directory, () -> {})) {
            assertThatThrownBy(() -> children.start("n1", List.of("/no/such/program")))
                    .isInstanceOf(RunFailedException.class)
                    .hasMessageContaining("/no/such/program");
        }
    }
}
