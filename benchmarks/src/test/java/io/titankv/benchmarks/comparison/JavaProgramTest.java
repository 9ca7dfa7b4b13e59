package io.titankv.benchmarks.comparison;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JavaProgramTest {
    @TempDir
    private Path directory;

    @Test
    void aProgramOfThisClassPathRuns() throws Exception {
        List<String> said = new ArrayList<>();
        try (Children children = Children.in(directory, () -> {})) {
            children.run("help", JavaProgram.titan(List.of("perf", "run", "--help")), said::add);
        }
        assertThat(said).anyMatch(line -> line.contains("titan perf run"));
    }

    @Test
    void itsOwnFlagsComeAfterThoseOfAllAndBeforeTheProgram() {
        assertThat(JavaProgram.command(List.of("-Dx=1"), "/a:/b", "some.Program", List.of("one", "two")))
                .endsWith("-Dx=1", "-cp", "/a:/b", "some.Program", "one", "two");
    }

    @Test
    void portsAreFreeAndEachAnother() throws Exception {
        List<Integer> ports = JavaProgram.freePorts(5);
        assertThat(ports).hasSize(5).doesNotHaveDuplicates();
        for (int port : ports) {
            new ServerSocket(port, 1, InetAddress.getLoopbackAddress()).close();
        }
    }
}
