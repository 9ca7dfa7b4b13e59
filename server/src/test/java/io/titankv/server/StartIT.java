package io.titankv.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import io.titankv.client.TitanClient;
import io.titankv.model.Key;
import io.titankv.model.NodeId;
import io.titankv.testing.TestCluster;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What an operator is told when a node cannot start. */
class StartIT {
    @TempDir
    Path directory;

    private LocalClusterOptions single() {
        return new LocalClusterOptions(
                1, 2, 1, directory.resolve("data"), 0, true, 1 << 20, Duration.ofMillis(500), null);
    }

    @Test
    void aSingleNodeKeepsItsDataOverARestart() {
        try (LocalCluster cluster = LocalCluster.start(single())) {
            cluster.awaitReady(Duration.ofSeconds(60));
            assertThat(cluster.foundData()).isFalse();
            try (var titan = TitanClient.connect(cluster.addresses().toArray(String[]::new))) {
                titan.blocking().put(Key.of("k"), ByteString.copyFromUtf8("v"));
            }
        }
        try (LocalCluster cluster = LocalCluster.start(single())) {
            cluster.awaitReady(Duration.ofSeconds(60));
            assertThat(cluster.foundData()).isTrue();
            try (var titan = TitanClient.connect(cluster.addresses().toArray(String[]::new))) {
                assertThat(titan.blocking().get(Key.of("k"))).isPresent();
            }
        }
    }

    @Test
    void aDirectoryInUseIsRefusedByName() {
        try (TestCluster cluster = TestCluster.start(1, 1)) {
            NodeId node = cluster.nodes().getFirst();
            ServerOptions second = ServerOptions.builder(node, cluster.dataDir(node))
                    .listen(new HostPort("127.0.0.1", 0))
                    .raftListen(new HostPort("127.0.0.1", 0))
                    .bootstrap(true)
                    .build();
            assertThatThrownBy(() -> TitanServer.start(second))
                    .isInstanceOf(ServerStartException.class)
                    .hasMessageContaining("in use")
                    .hasMessageContaining(cluster.dataDir(node).toString());
        }
    }

    @Test
    void aPortInUseIsRefusedByNumber() throws Exception {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            ServerOptions options = ServerOptions.builder(new NodeId("n1"), directory.resolve("n1"))
                    .listen(new HostPort("127.0.0.1", taken.getLocalPort()))
                    .raftListen(new HostPort("127.0.0.1", 0))
                    .bootstrap(true)
                    .build();
            assertThatThrownBy(() -> TitanServer.start(options))
                    .isInstanceOf(ServerStartException.class)
                    .hasMessageContaining(Integer.toString(taken.getLocalPort()))
                    .hasMessageContaining("in use");
        }
    }

    @Test
    void aDirectoryThatIsAFileIsRefused() throws Exception {
        Path file = Files.writeString(directory.resolve("file"), "not a directory");
        ServerOptions options = ServerOptions.builder(new NodeId("n1"), file)
                .listen(new HostPort("127.0.0.1", 0))
                .raftListen(new HostPort("127.0.0.1", 0))
                .bootstrap(true)
                .build();
        assertThatThrownBy(() -> TitanServer.start(options))
                .isInstanceOf(ServerStartException.class)
                .hasMessageContaining("not a directory");
    }

    @Test
    void anotherNodesDirectoryIsRefused() {
        try (TestCluster cluster = TestCluster.start(1, 1)) {
            NodeId node = cluster.nodes().getFirst();
            cluster.stop(node);
            ServerOptions stranger = ServerOptions.builder(new NodeId("stranger"), cluster.dataDir(node))
                    .listen(new HostPort("127.0.0.1", 0))
                    .raftListen(new HostPort("127.0.0.1", 0))
                    .join(List.of(new HostPort("127.0.0.1", 1)))
                    .build();
            assertThatThrownBy(() -> TitanServer.start(stranger))
                    .isInstanceOf(ServerStartException.class)
                    .hasMessageContaining(node.value());
            cluster.restart(node);
        }
    }

    @Test
    void aClusterOfAnotherSizeIsRefused() {
        LocalCluster.start(single()).close();
        LocalClusterOptions two = new LocalClusterOptions(
                2, 2, 1, directory.resolve("data"), 0, true, 1 << 20, Duration.ofMillis(500), null);
        assertThatThrownBy(() -> LocalCluster.start(two))
                .isInstanceOf(ServerStartException.class)
                .hasMessageContaining("holds a cluster of 1 node");
    }
}
