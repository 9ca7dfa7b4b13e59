package io.titankv.cli.data;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.google.protobuf.ByteString;
import io.titankv.cli.common.ExitCode;
import io.titankv.cli.testing.CommandLineFixture;
import io.titankv.cli.testing.CommandLineFixture.Said;
import io.titankv.cli.testing.FakeCluster;
import io.titankv.model.Key;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ImportExportTest {
    private final FakeCluster cluster = new FakeCluster();
    private final CommandLineFixture titan = new CommandLineFixture(cluster);

    @TempDir
    private Path directory;

    @AfterEach
    void close() {
        cluster.close();
    }

    /** Lines as another program wrote them: text, text above ASCII, bytes, tags. */
    private static List<String> sample(int count) {
        Random random = new Random(7);
        List<String> lines = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            lines.add(
                    switch (i % 4) {
                        case 0 -> "{\"key\": \"text/" + i + "\", \"value\": \"{\\\"n\\\": " + i + "}\\n\"}";
                        case 1 -> "{\"key\": \"ünï/" + i + "\", \"value\": \"日本 — \uD83D\uDE00 " + i + "\"}";
                        case 2 -> {
                            byte[] bytes = new byte[30];
                            random.nextBytes(bytes);
                            bytes[0] = (byte) 0xff;
                            String base64 = java.util.Base64.getEncoder().encodeToString(bytes);
                            yield "{\"key_b64\": \"" + base64 + "\", \"value_b64\": \"" + base64 + "\"}";
                        }
                        default -> "{\"key\": \"k" + i + "\", \"value\": \"\", \"tag\": \"t" + i % 5 + "\"}";
                    });
        }
        return lines;
    }

    private static List<String> sorted(List<String> lines) {
        List<String> copy = new ArrayList<>(lines);
        Collections.sort(copy);
        return copy;
    }

    @Test
    void whatIsImportedIsExportedByteForByte() throws IOException {
        List<String> lines = sample(5000);
        Path file = Files.write(directory.resolve("in.jsonl"), lines);
        Said said = titan.run("data", "import", file.toString());
        assertThat(said.exitCode()).isZero();
        assertThat(said.err()).contains("imported 5,000 records in ", "0 lines skipped, 0 records failed");
        assertThat(cluster.size()).isEqualTo(5000);
        Said exported = titan.run("data", "export", "-");
        assertThat(sorted(exported.outLines())).isEqualTo(sorted(lines));
        assertThat(exported.err()).isEmpty();
    }

    @Test
    void packedFilesAreUnpackedAndPackedByName() throws IOException {
        List<String> lines = sample(200);
        Path packed = directory.resolve("in.jsonl.gz");
        try (OutputStream out = new GZIPOutputStream(Files.newOutputStream(packed))) {
            out.write(String.join("\n", lines).getBytes(StandardCharsets.UTF_8));
        }
        assertThat(titan.run("data", "import", packed.toString()).exitCode()).isZero();
        Path out = directory.resolve("out.jsonl.gz");
        Said said = titan.run("data", "export", out.toString());
        assertThat(said.exitCode()).isZero();
        assertThat(said.err()).startsWith("exported 200 records in ");
        try (GZIPInputStream in = new GZIPInputStream(Files.newInputStream(out))) {
            List<String> exported = new String(in.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .toList();
            assertThat(sorted(exported)).isEqualTo(sorted(lines));
        }
        assertThat(directory).isDirectoryNotContaining("glob:**.part");
    }

    @Test
    void aPackedFileThatIsCutOffIsSaidToBe() throws IOException {
        Path whole = directory.resolve("whole.gz");
        try (OutputStream out = new GZIPOutputStream(Files.newOutputStream(whole))) {
            out.write((String.join("\n", sample(2000)) + "\n").getBytes(StandardCharsets.UTF_8));
        }
        byte[] bytes = Files.readAllBytes(whole);
        Path cut = Files.write(directory.resolve("cut.gz"), java.util.Arrays.copyOf(bytes, bytes.length / 2));
        Said said = titan.run("data", "import", cut.toString());
        assertThat(said.exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(said.err()).containsPattern("cut.gz, after line [0-9]+: Unexpected end of ZLIB input stream");
        assertThat(cluster.size()).isPositive();
    }

    @Test
    void standardInputIsReadToo() {
        Said said = titan.input("{\"key\":\"a\",\"value\":\"1\"}\n\n{\"key\":\"b\",\"value\":\"2\"}")
                .run("data", "import", "-", "-o", "json");
        assertThat(said.exitCode()).isZero();
        assertThat(said.out()).contains("\"imported\": 2", "\"skipped\": 0");
        assertThat(cluster.size()).isEqualTo(2);
    }

    @Test
    void aBadLineStopsTheImportAndKeepsWhatWasBefore() throws IOException {
        Path file = Files.writeString(
                directory.resolve("bad.jsonl"),
                "{\"key\": \"a\", \"value\": \"1\"}\n{\"key\": \"b\"}\n{\"key\": \"c\", \"value\": \"3\"}\n");
        Said said = titan.run("data", "import", file.toString());
        assertThat(said.exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(said.err()).contains("bad.jsonl, line 2: there is no \"value\"", "imported 1 record in");
        assertThat(cluster.value(Key.of("a"))).isPresent();
        assertThat(cluster.size()).isEqualTo(1);
    }

    @Test
    void badLinesMayBeSkipped() throws IOException {
        Path file = directory.resolve("bad.jsonl");
        Files.write(
                file,
                ByteString.copyFromUtf8("{\"key\": \"a\", \"value\": \"1\"}\nnonsense\n{\"key\": \"")
                        .concat(ByteString.copyFrom(new byte[] {(byte) 0xff}))
                        .concat(ByteString.copyFromUtf8("\", \"value\": \"\"}\n{\"key\": \"c\", \"value\": \"3\"}\r\n"))
                        .toByteArray());
        Said said = titan.run("data", "import", file.toString(), "--on-error", "skip");
        assertThat(said.exitCode()).isZero();
        assertThat(said.err()).contains("line 2: not JSON", "line 3: not UTF-8", "2 records", "2 lines skipped");
        assertThat(cluster.value(Key.of("c"))).contains(ByteString.copyFromUtf8("3"));
    }

    @Test
    void aRecordThatTheClusterRefusesIsNamedByItsLine() throws IOException {
        Path file = Files.writeString(
                directory.resolve("large.jsonl"),
                "{\"key\": \"a\", \"value\": \"1\"}\n{\"key\": \"b\", \"value\": \"" + "x".repeat((1 << 20) + 1)
                        + "\"}\n");
        Said said = titan.run("data", "import", file.toString());
        assertThat(said.exitCode()).isEqualTo(ExitCode.REFUSED);
        assertThat(said.err()).contains("line 2: ", "VALUE_TOO_LARGE", "1 record failed");
        assertThat(cluster.size()).isEqualTo(1);
    }

    @Test
    void theLastLineOfAKeyWins() throws IOException {
        List<String> lines = new ArrayList<>();
        for (int i = 0; i < 3000; i++) {
            lines.add("{\"key\": \"k" + i % 3 + "\", \"value\": \"" + i + "\"}");
        }
        Path file = Files.write(directory.resolve("same.jsonl"), lines);
        assertThat(titan.run("data", "import", file.toString()).exitCode()).isZero();
        assertThat(cluster.value(Key.of("k0"))).contains(ByteString.copyFromUtf8("2997"));
        assertThat(cluster.value(Key.of("k1"))).contains(ByteString.copyFromUtf8("2998"));
        assertThat(cluster.value(Key.of("k2"))).contains(ByteString.copyFromUtf8("2999"));
    }

    @Test
    void leadersThatAreLostOnTheWayDoNotFailAnImport() throws IOException {
        Path file = Files.write(directory.resolve("in.jsonl"), sample(500));
        cluster.refuseWrites(200);
        Said said = titan.run("data", "import", file.toString());
        assertThat(said.exitCode()).isZero();
        assertThat(cluster.size()).isEqualTo(500);
        assertThat(cluster.refusalsLeft()).isZero();
    }

    @Test
    void filesThatCannotBeReadOrWrittenAreNamed() {
        assertThat(titan.run("data", "import", "/no/such.jsonl").err())
                .isEqualTo("titan: cannot read /no/such.jsonl: no such file: /no/such.jsonl\n");
        assertThat(titan.run("data", "import", directory.toString()).err()).contains("is a directory");
        Said said = titan.run("data", "export", "/no/such/file");
        assertThat(said.exitCode()).isEqualTo(ExitCode.REFUSED);
        assertThat(said.err()).contains("cannot write /no/such/file.part: no such file");
    }

    @Test
    void anExportTakesAPrefix() throws IOException {
        cluster.with("a/1", "x").with("b/1", "y");
        Said said = titan.run("data", "export", "-", "--prefix", "a/");
        JsonNode only = new ObjectMapper().readTree(said.out());
        assertThat(only.path("key").asText()).isEqualTo("a/1");
        assertThat(said.out()).isEqualTo("{\"key\": \"a/1\", \"value\": \"x\"}\n");
    }
}
