package io.titankv.client;

import static org.assertj.core.api.Assertions.assertThat;

import io.titankv.client.testing.FakeCluster;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class ClientExampleTest {
    @Test
    void theExampleWorks() {
        try (FakeCluster cluster = new FakeCluster(3)) {
            assertThat(ClientExample.run(cluster.addresses())).isEqualTo("hello, world");
        }
    }

    @Test
    void thePageShowsTheExampleWordForWord() throws IOException {
        String source = Files.readString(Path.of("src/test/java/io/titankv/client/ClientExample.java"));
        String marked = source.substring(
                        source.indexOf("// example begins\n") + "// example begins\n".length(),
                        source.indexOf("        // example ends"))
                .stripTrailing()
                .stripIndent();
        String page = Files.readString(Path.of("../docs/client.md"));
        String block = page.substring(page.indexOf("```java\n") + "```java\n".length());
        assertThat(block.substring(0, block.indexOf("```"))).isEqualTo(marked + "\n");
    }
}
