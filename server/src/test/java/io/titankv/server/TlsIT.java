package io.titankv.server;

import static io.titankv.server.ClusterAdmin.patiently;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.titankv.client.TitanClient;
import io.titankv.client.TitanException;
import io.titankv.client.testing.TestAuthority;
import io.titankv.client.testing.TestAuthority.Issued;
import io.titankv.client.tls.Channels;
import io.titankv.client.tls.TlsFiles;
import io.titankv.model.Key;
import io.titankv.model.NodeId;
import io.titankv.proto.admin.v1.SplitShardRequest;
import io.titankv.proto.kv.v1.GetRoutesRequest;
import io.titankv.proto.kv.v1.RoutingGrpc;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Three real nodes over TLS do all that they do in plain text, also while their certificates are replaced. */
class TlsIT {
    @TempDir
    private Path directory;

    private SecureCluster cluster;

    @BeforeEach
    void start() {
        cluster = SecureCluster.start(directory);
    }

    @AfterEach
    void stop() {
        cluster.close();
    }

    private static ByteString value(long number) {
        return ByteString.copyFromUtf8("value-" + number);
    }

    @Test
    void keysSurviveALeaderThatDies() {
        Key key = Key.of("a");
        NodeId leader = cluster.nodes.awaitLeaderOf(key);
        try (TitanClient titan =
                cluster.client(cluster.showing(cluster.authority.client("client")), Duration.ofSeconds(30))) {
            titan.blocking().put(key, value(1));
        }
        cluster.nodes.kill(leader);
        TitanClient others = cluster.nodes.client();
        patiently()
                .ignoreExceptionsInstanceOf(TitanException.class)
                .untilAsserted(() -> assertThat(
                                others.blocking().get(key).orElseThrow().value())
                        .isEqualTo(value(1)));
        others.blocking().put(key, value(2));
        cluster.nodes.restart(leader);
        cluster.nodes.awaitReady();
        assertThat(others.blocking().get(key).orElseThrow().value()).isEqualTo(value(2));
    }

    /** A shard that is split gives a range to another, and a node that joins gets replicas: both go between nodes. */
    @Test
    void rangesAndReplicasAreCopiedOverIt() {
        TitanClient titan = cluster.nodes.client();
        for (int i = 0; i < 200; i++) {
            titan.blocking().put(Key.of("key-" + i), value(i));
        }
        try (ClusterAdmin admin =
                new ClusterAdmin(cluster.nodes, cluster.first(), SecureCluster.credentials(cluster.asNode()))) {
            int before = admin.voters().size();
            admin.awaitDone(admin.change(shards -> shards.splitShard(
                    SplitShardRequest.newBuilder().setShardId("s1").build())));
            assertThat(admin.voters()).hasSize(before + 1);
            NodeId joined = cluster.nodes.join();
            patiently().until(() -> admin.voters().stream().anyMatch(voters -> voters.contains(joined.value())));
        }
        for (int i = 0; i < 200; i++) {
            assertThat(titan.blocking().get(Key.of("key-" + i)).orElseThrow().value())
                    .isEqualTo(value(i));
        }
    }

    /** Trust the new authority beside the old, show its certificates, forget the old; then a node makes all connections anew. */
    @Test
    void certificatesAndTheirAuthorityAreReplacedUnderLoadWithoutAFailedRequest() throws Exception {
        TestAuthority next = TestAuthority.create(directory, "next");
        Issued early = next.client("early");
        Issued late = cluster.authority.client("late");
        Path trusted = cluster.authority.file();
        Path trustedByLate = Files.copy(trusted, directory.resolve("old-and-new.pem"));
        Files.writeString(trustedByLate, Files.readString(trusted) + Files.readString(next.file()));
        try (Load load = new Load(cluster.nodes.client())) {
            Files.copy(trustedByLate, trusted, StandardCopyOption.REPLACE_EXISTING);
            patiently().until(() -> isServed(early, trustedByLate));
            next.node("rotated").replace(cluster.node);
            for (NodeId node : cluster.nodes.nodes()) {
                RaftPort raft = RaftPort.of(cluster.nodes.server(node));
                patiently().until(() -> raft.subject(cluster.asNode()).equals("CN=rotated"));
            }
            Files.copy(next.file(), trusted, StandardCopyOption.REPLACE_EXISTING);
            patiently().until(() -> !isServed(late, trustedByLate));
            assertThat(isServed(early, trustedByLate)).isTrue();
            load.awaitMore();
            NodeId last = cluster.nodes.nodes().getLast();
            cluster.nodes.stop(last);
            cluster.nodes.restart(last);
            cluster.nodes.awaitReady();
            load.awaitMore();
            load.assertNothingFailedOrIsLost();
        }
    }

    private boolean isServed(Issued shown, Path trusted) {
        ManagedChannel channel = Channels.to(
                        cluster.nodes.endpoint(cluster.first()),
                        SecureCluster.credentials(TlsFiles.of(trusted, shown.certificate(), shown.key())))
                .build();
        try {
            var _ = RoutingGrpc.newBlockingStub(channel)
                    .withDeadlineAfter(20, TimeUnit.SECONDS)
                    .getRoutes(GetRoutesRequest.getDefaultInstance());
            return true;
        } catch (StatusRuntimeException e) {
            assertThat(e.getStatus().getCode()).isEqualTo(Status.Code.UNAVAILABLE);
            return false;
        } finally {
            channel.shutdownNow();
        }
    }

    /** A client that writes one key after the other. */
    private static final class Load implements AutoCloseable {
        private static final int KEYS = 50;

        private final TitanClient titan;
        private final AtomicBoolean done = new AtomicBoolean();
        private final AtomicLong writes = new AtomicLong();
        private final Map<Key, ByteString> acknowledged = new ConcurrentHashMap<>();
        private final ExecutorService threads = Executors.newSingleThreadExecutor();
        private final Future<?> writing;

        Load(TitanClient titan) {
            this.titan = titan;
            writing = threads.submit(this::write);
            awaitMore();
        }

        private void write() {
            for (long i = 0; !done.get(); i++) {
                Key key = Key.of("key-" + i % KEYS);
                titan.blocking().put(key, value(i));
                acknowledged.put(key, value(i));
                writes.incrementAndGet();
            }
        }

        void awaitMore() {
            long before = writes.get();
            patiently().until(() -> writing.isDone() || writes.get() > before + KEYS);
        }

        void assertNothingFailedOrIsLost() throws Exception {
            done.set(true);
            writing.get(60, TimeUnit.SECONDS);
            acknowledged.forEach((key, value) ->
                    assertThat(titan.blocking().get(key).orElseThrow().value()).isEqualTo(value));
        }

        @Override
        public void close() {
            done.set(true);
            threads.close();
        }
    }
}
