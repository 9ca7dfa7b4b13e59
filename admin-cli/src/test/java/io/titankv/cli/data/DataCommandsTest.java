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
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class DataCommandsTest {
    private final FakeCluster cluster = new FakeCluster();
    private final CommandLineFixture titan = new CommandLineFixture(cluster);

    @AfterEach
    void close() {
        cluster.close();
    }

    private static JsonNode json(String text) throws IOException {
        return new ObjectMapper().readTree(text);
    }

    @Test
    void whatIsPutIsGot() {
        Said put = titan.run("data", "put", "greeting", "hello world");
        assertThat(put.exitCode()).isZero();
        assertThat(put.out()).matches("greeting\tstored\t[0-9]+\n");
        Said got = titan.run("data", "get", "greeting");
        assertThat(got.exitCode()).isZero();
        assertThat(got.out()).isEqualTo("hello world\n");
        assertThat(got.err()).isEmpty();
    }

    @Test
    void rawIsTheBytesAndNothingElse() {
        ByteString value = ByteString.copyFrom(new byte[] {0, (byte) 0xff, '\n', 'x'});
        cluster.with(Key.of("k"), value);
        assertThat(titan.run("data", "get", "k", "-o", "raw").outBytes()).isEqualTo(value);
        assertThat(titan.run("data", "get", "k").out()).isEqualTo("\\x00\\xff\\x0ax\n");
        assertThat(titan.run("data", "get", "--hex", "6b").out()).isEqualTo("00ff0a78\n");
        assertThat(titan.run("data", "get", "--base64", "aw==").out()).isEqualTo("AP8KeA==\n");
    }

    @Test
    void jsonTellsAbsentFromEmpty() throws IOException {
        cluster.with("empty", "");
        JsonNode empty = json(titan.run("data", "get", "empty", "-o", "json").out());
        assertThat(empty.path("found").asBoolean()).isTrue();
        assertThat(empty.path("value").asText("none")).isEmpty();
        assertThat(empty.path("version").asText()).isEqualTo(Long.toString(cluster.version(Key.of("empty"))));
        Said absent = titan.run("data", "get", "absent", "-o", "json");
        assertThat(absent.exitCode()).isEqualTo(ExitCode.NOT_FOUND);
        assertThat(json(absent.out()).path("found").asBoolean(true)).isFalse();
    }

    @Test
    void aKeyThatIsNotThereEndsWithOne() {
        Said said = titan.run("data", "get", "nothing");
        assertThat(said.exitCode()).isEqualTo(ExitCode.NOT_FOUND);
        assertThat(said.out()).isEmpty();
        assertThat(said.err()).isEqualTo("titan: there is no key nothing\n");
    }

    @Test
    void aValueComesFromAFileOrStandardInputAsItIs(@TempDir Path directory) throws IOException {
        byte[] bytes = {'a', 0, '\n', (byte) 0x80};
        Path file = Files.write(directory.resolve("value"), bytes);
        assertThat(titan.run("data", "put", "f", "--file", file.toString()).exitCode())
                .isZero();
        assertThat(titan.input(bytes).run("data", "put", "s", "--file", "-").exitCode())
                .isZero();
        assertThat(cluster.value(Key.of("f"))).contains(ByteString.copyFrom(bytes));
        assertThat(cluster.value(Key.of("s"))).contains(ByteString.copyFrom(bytes));
    }

    @Test
    void aPutWithoutAValueSaysHowToGiveOne() {
        Said said = titan.run("data", "put", "k");
        assertThat(said.exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(said.err()).contains("give VALUE, or --file FILE");
        assertThat(titan.run("data", "put", "k", "v", "--file", "x").exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(titan.run("data", "put", "k", "--file", "/no/such").err())
                .isEqualTo("titan: cannot read /no/such: no such file: /no/such\n");
    }

    @Test
    void aKeyMayBeginWithADashOrAnAt() {
        assertThat(titan.run("data", "put", "--", "-k", "@v").exitCode()).isZero();
        assertThat(titan.run("data", "put", "@file", "v").exitCode()).isZero();
        assertThat(cluster.value(Key.of("-k"))).contains(ByteString.copyFromUtf8("@v"));
        assertThat(cluster.value(Key.of("@file"))).isPresent();
    }

    @Test
    void emptyAndTooLongKeysAreRefused() {
        assertThat(titan.run("data", "put", "", "v").exitCode()).isEqualTo(ExitCode.USAGE);
        Said said = titan.run("data", "get", "k".repeat(4097));
        assertThat(said.exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(said.err()).isEqualTo("titan: the key has 4097 bytes; the limit is 4096\n");
    }

    @Test
    void aValueOverTheClustersLimitIsRefusedWithTheLimit(@TempDir Path directory) throws IOException {
        Path file = Files.write(directory.resolve("value"), new byte[(1 << 20) + 1]);
        Said said = titan.run("data", "put", "k", "--file", file.toString());
        assertThat(said.exitCode()).isEqualTo(ExitCode.REFUSED);
        assertThat(said.err()).contains("1048577", "1048576", "VALUE_TOO_LARGE");
        assertThat(said.err().lines()).hasSize(1);
    }

    @Test
    void deletingSaysWhetherThereWasSomething() {
        cluster.with("a", "1");
        Said said = titan.run("data", "del", "a", "b");
        assertThat(said.exitCode()).isZero();
        assertThat(said.outLines().get(0)).startsWith("a\tdeleted\t");
        assertThat(said.outLines().get(1)).startsWith("b\tabsent\t");
        assertThat(cluster.size()).isZero();
    }

    @Test
    void manyAreReadAtOnce() throws IOException {
        cluster.with("a", "1").with("b", "2");
        Said said = titan.run("data", "mget", "a", "x", "b");
        assertThat(said.exitCode()).isEqualTo(ExitCode.NOT_FOUND);
        assertThat(said.outLines()).hasSize(3).element(1).isEqualTo("x\t-\t");
        assertThat(titan.run("data", "mget", "a", "b").exitCode()).isZero();
        List<String> lines = titan.run("data", "mget", "b", "a", "-o", "jsonl").outLines();
        assertThat(json(lines.get(0)).path("value").asText()).isEqualTo("2");
        assertThat(json(lines.get(1)).path("key").asText()).isEqualTo("a");
    }

    @Test
    void aTagIsAPartOfTheKey() {
        assertThat(titan.run("data", "put", "k", "v", "--tag", "t").exitCode()).isZero();
        assertThat(titan.run("data", "get", "k").exitCode()).isEqualTo(ExitCode.NOT_FOUND);
        assertThat(titan.run("data", "get", "k", "--tag", "t").out()).isEqualTo("v\n");
    }

    @Test
    void casStoresOnlyWhatIsAsExpected() {
        assertThat(titan.run("data", "cas", "k", "1", "--expect-absent").exitCode())
                .isZero();
        Said again = titan.run("data", "cas", "k", "2", "--expect-absent");
        assertThat(again.exitCode()).isEqualTo(ExitCode.NOT_FOUND);
        long version = cluster.version(Key.of("k"));
        assertThat(again.err()).isEqualTo("titan: condition false: the version of k is " + version + "\n");
        assertThat(titan.run("data", "cas", "k", "2", "--expect-version", Long.toString(version))
                        .exitCode())
                .isZero();
        assertThat(titan.run("data", "cas", "k", "3", "--expect-version", Long.toString(version))
                        .exitCode())
                .isEqualTo(ExitCode.NOT_FOUND);
        assertThat(titan.run("data", "cas", "k", "3", "--expect-value", "2").exitCode())
                .isZero();
        assertThat(titan.run("data", "cas", "k", "4", "--expect-value", "2").err())
                .contains("the value of k is another one");
        assertThat(cluster.value(Key.of("k"))).contains(ByteString.copyFromUtf8("3"));
        assertThat(titan.run("data", "cas", "k", "--delete", "--expect-value", "3")
                        .exitCode())
                .isZero();
        assertThat(cluster.size()).isZero();
    }

    @Test
    void casNeedsOneExpectation() {
        assertThat(titan.run("data", "cas", "k", "v").exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(titan.run("data", "cas", "k", "v", "--expect-absent", "--expect-version", "1")
                        .exitCode())
                .isEqualTo(ExitCode.USAGE);
    }

    @Test
    void aScanGivesRecordsInTokenOrderUpToItsLimit() throws IOException {
        for (int i = 0; i < 25; i++) {
            cluster.with("key" + i, "value" + i);
        }
        Said said = titan.run("data", "scan", "--limit", "10");
        assertThat(said.outLines()).hasSize(10).isSorted();
        assertThat(said.err()).startsWith("titan: there are more: --limit 0 shows all, --from ");
        String token = said.err().replaceAll("(?s).*--from ([0-9a-f]{16}) .*", "$1");
        Said rest = titan.run("data", "scan", "--limit", "0", "--from", token);
        assertThat(rest.outLines()).hasSize(15);
        assertThat(rest.err()).isEmpty();
        JsonNode all =
                json(titan.run("data", "scan", "--limit", "0", "-o", "json").out());
        assertThat(all).hasSize(25);
        assertThat(all.path(0).path("value").asText()).startsWith("value");
    }

    @Test
    void aScanFiltersByPrefixAndMayLeaveValuesOut() {
        cluster.with("a/1", "x").with("a/2", "y").with("b/1", "z");
        Said said = titan.run("data", "scan", "--prefix", "a/", "--keys-only");
        assertThat(said.outLines()).hasSize(2).allMatch(line -> line.contains("\ta/"));
        assertThat(titan.run("data", "scan", "-o", "json", "--prefix", "none").out())
                .isEqualTo("[]\n");
        assertThat(titan.run("data", "scan", "--limit", "-1").exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(titan.run("data", "scan", "--from", "xyz").exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(titan.run("data", "scan", "--from", "5", "--to", "4").err()).contains("range is empty");
    }

    @Test
    void keysAreCounted() {
        for (int i = 0; i < 2500; i++) {
            cluster.with("key" + i, "");
        }
        cluster.with("other", "");
        assertThat(titan.run("data", "count").out()).isEqualTo("2501\n");
        assertThat(titan.run("data", "count", "--prefix", "key", "-o", "json").out())
                .isEqualTo("{\"count\": 2500}\n");
    }

    @Test
    void aReadIsExplained() throws IOException {
        cluster.with("k", "value");
        Said said = titan.run("data", "explain", "get", "k");
        assertThat(said.exitCode()).isZero();
        assertThat(said.outLines())
                .contains("data_file\t0000000001.data", "offset\t4096", "epoch\t5", "2\tengine read\tn1\t20");
        JsonNode json =
                json(titan.run("data", "explain", "get", "k", "-o", "json").out());
        assertThat(json.path("hops")).hasSize(2);
        assertThat(json.path("replicas").path(1).path("lag").asInt()).isEqualTo(2);
        assertThat(titan.run("data", "explain", "get", "absent").exitCode()).isEqualTo(ExitCode.NOT_FOUND);
    }

    @Test
    void aShardWithoutALeaderIsTriedAgain() {
        cluster.refuseWrites(3);
        assertThat(titan.run("data", "put", "k", "v").exitCode()).isZero();
        assertThat(cluster.refusalsLeft()).isZero();
    }

    @Test
    void aShardThatStaysWithoutALeaderIsUnavailable() {
        cluster.refuseWrites(Integer.MAX_VALUE);
        Said said = titan.run("data", "put", "k", "v", "--timeout", "400ms");
        assertThat(said.exitCode()).isEqualTo(ExitCode.UNAVAILABLE);
        assertThat(said.err().lines()).hasSize(1);
    }

    @Test
    void nobodyListeningIsKnownAtOnce() throws IOException {
        String endpoint;
        try (ServerSocket free = new ServerSocket(0)) {
            endpoint = "127.0.0.1:" + free.getLocalPort();
        }
        Said said = titan.run("data", "get", "k", "-e", endpoint, "--timeout", "5m");
        assertThat(said.exitCode()).isEqualTo(ExitCode.UNAVAILABLE);
        assertThat(said.err()).startsWith("titan: cannot reach " + endpoint + ": connection refused.");
    }

    @Test
    void noAnswerInTimeIsUnavailable() {
        cluster.fallSilent();
        Said said = titan.run("data", "get", "k", "--timeout", "300ms");
        assertThat(said.exitCode()).isEqualTo(ExitCode.UNAVAILABLE);
        assertThat(said.err()).contains("300 ms");
    }
}
