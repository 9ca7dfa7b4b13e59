package io.titankv.cli.store;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.titankv.cli.common.ExitCode;
import io.titankv.cli.testing.CommandLineFixture;
import io.titankv.cli.testing.CommandLineFixture.Said;
import io.titankv.engine.Engine;
import io.titankv.engine.EngineOptions;
import io.titankv.engine.EntryPosition;
import io.titankv.engine.WriteBatch;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class StoreCommandsTest {
    private static final EngineOptions OPTIONS = EngineOptions.defaults().withDataFileBytesMax(4096);

    private final CommandLineFixture titan = new CommandLineFixture();

    /** As 'titan up' leaves it: two nodes, each with the stores of its shards. */
    @TempDir
    private Path cluster;

    private Path store;

    @BeforeEach
    void write() throws IOException {
        store = cluster.resolve("n1/shards/s1/engine-1");
        for (Path directory :
                new Path[] {store, cluster.resolve("n1/shards/s2/engine-1"), cluster.resolve("n2/shards/s1/engine-4")
                }) {
            Files.createDirectories(directory);
            try (Engine engine = Engine.open(directory, OPTIONS)) {
                for (int i = 0; i < 200; i++) {
                    engine.apply(new WriteBatch(new EntryPosition(1, i + 1))
                            .put(i, segment("key" + i), segment("value " + i), i + 1));
                }
            }
        }
    }

    private static MemorySegment segment(String text) {
        return MemorySegment.ofArray(text.getBytes(StandardCharsets.UTF_8));
    }

    private Path largestDataFile() throws IOException {
        try (Stream<Path> files = Files.list(store)) {
            return files.filter(file -> file.toString().endsWith(".data"))
                    .max((a, b) -> Long.compare(a.toFile().length(), b.toFile().length()))
                    .orElseThrow();
        }
    }

    @Test
    void allStoresOfAClusterAreInspected() throws IOException {
        Said said = titan.run("store", "inspect", cluster.toString(), "-o", "json");
        assertThat(said.exitCode()).isZero();
        JsonNode stores = new ObjectMapper().readTree(said.out());
        assertThat(stores).hasSize(3);
        assertThat(stores.path(0).path("store").asText()).isEqualTo("n1/shards/s1/engine-1");
        assertThat(stores.path(0).path("keys").asInt()).isEqualTo(200);
        assertThat(stores.path(0).path("applied").asInt()).isEqualTo(200);
        assertThat(stores.path(2).path("store").asText()).isEqualTo("n2/shards/s1/engine-4");
    }

    @Test
    void aNodeOrOneEngineWillDo() {
        assertThat(titan.run("store", "inspect", cluster.resolve("n1").toString())
                        .outLines())
                .hasSize(2);
        Said said = titan.run("store", "inspect", "--files", store.toString());
        assertThat(said.outLines()).hasSizeGreaterThan(3).anyMatch(line -> line.contains("\tsealed\t"));
    }

    @Test
    void whatIsWholeIsVerified() {
        Said said = titan.run("store", "verify", cluster.toString());
        assertThat(said.exitCode()).isZero();
        assertThat(said.err()).isEqualTo("3 stores checked: no damage\n");
    }

    @Test
    void aByteThatWasChangedIsFoundWithItsPlace() throws IOException {
        Path file = largestDataFile();
        try (RandomAccessFile bytes = new RandomAccessFile(file.toFile(), "rw")) {
            bytes.seek(bytes.length() / 2);
            int before = bytes.read();
            bytes.seek(bytes.length() / 2);
            bytes.write(before ^ 0x40);
        }
        Said said = titan.run("store", "verify", cluster.toString());
        assertThat(said.exitCode()).isEqualTo(ExitCode.NOT_FOUND);
        assertThat(said.out()).contains("n1/shards/s1/engine-1\t" + file.getFileName() + "\t", "\tdamage\t");
        assertThat(said.err()).contains("3 stores checked: 1 damaged place");
    }

    @Test
    void aStoreInUseIsRefused() {
        try (Engine engine = Engine.open(store, OPTIONS)) {
            assertThat(engine.stats().keys()).isEqualTo(200);
            Said said = titan.run("store", "verify", store.toString());
            assertThat(said.exitCode()).isEqualTo(ExitCode.REFUSED);
            assertThat(said.err()).startsWith("titan: a node runs in " + store).contains("stop it first");
            assertThat(said.err().lines()).hasSize(1);
            assertThat(titan.run("store", "inspect", cluster.toString()).exitCode())
                    .isEqualTo(ExitCode.REFUSED);
        }
    }

    @Test
    void whatIsNoStoreIsSaidToBe(@TempDir Path empty) {
        assertThat(titan.run("store", "inspect", "/no/such").err()).isEqualTo("titan: no such directory: /no/such\n");
        Said said = titan.run("store", "verify", empty.toString());
        assertThat(said.exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(said.err()).contains("there is no store in " + empty);
    }

    private Path damageLargest() throws IOException {
        Path file = largestDataFile();
        try (RandomAccessFile bytes = new RandomAccessFile(file.toFile(), "rw")) {
            bytes.seek(bytes.length() / 2);
            int before = bytes.read();
            bytes.seek(bytes.length() / 2);
            bytes.write(before ^ 0x40);
        }
        return file;
    }

    @Test
    void aScanPrintsWhatAnImportTakes() {
        Said said =
                titan.run("store", "scan", store.toString(), "--prefix", "key19", "--from-token", "0000000000000014");
        assertThat(said.exitCode()).isZero();
        assertThat(said.outLines()).hasSize(10).first().isEqualTo("{\"key\": \"key190\", \"value\": \"value 190\"}");
        assertThat(titan.run("store", "scan", "--limit", "2", "--keys-only", store.toString())
                        .outLines())
                .containsExactly("{\"key\": \"key0\"}", "{\"key\": \"key1\"}");
        try (Engine engine = Engine.open(store, OPTIONS)) {
            assertThat(engine.stats().keys()).isEqualTo(200);
            assertThat(titan.run("store", "scan", store.toString()).exitCode()).isEqualTo(ExitCode.REFUSED);
        }
    }

    @Test
    void aRepairIsToldFirstAndDoneWhenItIsWanted() throws IOException {
        assertThat(titan.run("store", "repair", cluster.toString()).exitCode()).isZero();
        Path damaged = damageLargest();
        Said told = titan.run("store", "repair", cluster.toString());
        assertThat(told.exitCode()).isEqualTo(ExitCode.NOT_FOUND);
        assertThat(told.out()).contains("n1/shards/s1/engine-1\tdamage\t" + damaged.getFileName());
        assertThat(told.err()).contains("1 record known to be lost", "nothing was changed");
        assertThat(damaged).exists();
        Said done = titan.run("store", "repair", "--yes", cluster.toString());
        assertThat(done.exitCode()).isZero();
        assertThat(done.out()).isEqualTo(told.out());
        assertThat(damaged).doesNotExist();
        assertThat(damaged.resolveSibling(damaged.getFileName() + ".damaged-1")).exists();
        assertThat(titan.run("store", "verify", cluster.toString()).exitCode()).isZero();
        assertThat(titan.run("store", "scan", store.toString()).outLines()).hasSize(199);
    }

    @Test
    void aMergeTellsTheSpaceItFreed() {
        try (Engine engine = Engine.open(store, OPTIONS)) {
            for (int i = 0; i < 200; i++) {
                engine.apply(new WriteBatch(new EntryPosition(2, 1000 + i))
                        .put(i, segment("key" + i), segment("second " + i), 1000 + i));
            }
        }
        Said said = titan.run("store", "merge", "--all", "-o", "jsonl", store.toString());
        assertThat(said.exitCode()).isZero();
        assertThat(said.out()).contains("\"freed\"").doesNotContain("\"freed\": 0");
        assertThat(titan.run("store", "scan", store.toString()).outLines())
                .hasSize(200)
                .first()
                .isEqualTo("{\"key\": \"key0\", \"value\": \"second 0\"}");
        assertThat(titan.run("store", "verify", store.toString()).exitCode()).isZero();
    }
}
