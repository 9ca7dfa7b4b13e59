package io.titankv.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.common.collect.Iterables;
import com.google.protobuf.ByteString;
import io.titankv.client.TitanClient;
import io.titankv.engine.StoreInspector;
import io.titankv.model.GroupId;
import io.titankv.model.Key;
import io.titankv.model.NodeId;
import io.titankv.testing.TestCluster;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** A replica whose bytes went bad while its node was down is rebuilt from its peers when the node starts. */
class RebuildIT {
    private static final int KEYS = 200;

    private static final GroupId SHARD = new GroupId(1);

    @Test
    void aRottenStoreIsRebuiltFromThePeers() throws Exception {
        rebuilds(node -> node.resolve("shards/s1/engine-000001/000001.data"), 2_000);
    }

    @Test
    void aRottenRaftLogIsRebuiltFromThePeers() throws Exception {
        rebuilds(node -> onlySegment(node.resolve("raft/log/" + SHARD.uuid() + "/current")), 300);
    }

    private static Path onlySegment(Path directory) throws IOException {
        try (DirectoryStream<Path> segments = Files.newDirectoryStream(directory, "log_*")) {
            return Iterables.getOnlyElement(segments);
        }
    }

    private interface FileOf {
        Path under(Path dataDir) throws IOException;
    }

    private static void rebuilds(FileOf file, long offset) throws Exception {
        try (TestCluster cluster = TestCluster.start(3, 1)) {
            TitanClient titan = cluster.client();
            putAll(titan, "before");
            NodeId leader = cluster.awaitLeaderOf(Key.of("any"));
            NodeId victim = cluster.nodes().stream()
                    .filter(node -> !node.equals(leader))
                    .findFirst()
                    .orElseThrow();
            cluster.stop(victim);
            flipBit(file.under(cluster.dataDir(victim)), offset);

            cluster.restart(victim);
            putAll(titan, "after");

            cluster.awaitReady();
            for (NodeId node : cluster.nodes()) {
                await().atMost(Duration.ofSeconds(90))
                        .untilAsserted(() ->
                                assertThat(cluster.server(node).keys(SHARD)).hasValue(KEYS));
            }
            cluster.stop(victim);
            Path store = cluster.dataDir(victim).resolve("shards/s1");
            String current = Files.readString(store.resolve("CURRENT")).strip();
            assertThat(new StoreInspector(store.resolve(current)).verify((name, done, all) -> {}))
                    .isEmpty();
        }
    }

    private static void putAll(TitanClient titan, String value) {
        for (int i = 0; i < KEYS; i++) {
            titan.blocking().put(Key.of("key-" + i), ByteString.copyFromUtf8(value + i));
        }
    }

    private static void flipBit(Path file, long offset) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            ByteBuffer one = ByteBuffer.allocate(1);
            assertThat(channel.read(one, offset)).isEqualTo(1);
            one.put(0, (byte) (one.get(0) ^ 4));
            one.flip();
            channel.write(one, offset);
        }
    }
}
