package io.titankv.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.ByteString;
import io.grpc.ManagedChannel;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.titankv.client.TitanClient;
import io.titankv.model.Key;
import io.titankv.model.NodeId;
import io.titankv.proto.kv.v1.BatchGetRequest;
import io.titankv.proto.kv.v1.DeleteRequest;
import io.titankv.proto.kv.v1.GetRequest;
import io.titankv.proto.kv.v1.KvGrpc;
import io.titankv.proto.kv.v1.PutRequest;
import io.titankv.proto.kv.v1.ScanRequest;
import io.titankv.testing.TestCluster;
import io.titankv.testing.TitanClusterExtension;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.ToDoubleFunction;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** What real nodes show after known operations, and that the page for operators tells of all of it. */
class MetricsIT {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final int KEYS = 40;

    @RegisterExtension
    static final TitanClusterExtension titan = TitanClusterExtension.nodes(3).withShards(2);

    @TempDir
    private Path directory;

    private static Exposition scrape(TestCluster cluster, NodeId node) {
        String address = cluster.server(node).metricsAddress().orElseThrow();
        assertThat(address).startsWith("127.0.0.1:");
        try (HttpClient http = HttpClient.newHttpClient()) {
            HttpResponse<String> answer = http.send(
                    HttpRequest.newBuilder(URI.create("http://" + address + "/metrics"))
                            .build(),
                    HttpResponse.BodyHandlers.ofString());
            assertThat(answer.statusCode()).isEqualTo(200);
            return Exposition.parse(answer.body());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    private static double total(TestCluster cluster, ToDoubleFunction<Exposition> value) {
        return cluster.nodes().stream()
                .mapToDouble(node -> value.applyAsDouble(scrape(cluster, node)))
                .sum();
    }

    @Test
    void eachCallIsCountedWhereItArrives(TestCluster cluster) {
        NodeId node = cluster.nodes().getFirst();
        ManagedChannel channel = NettyChannelBuilder.forTarget(cluster.endpoint(node))
                .usePlaintext()
                .build();
        try {
            KvGrpc.KvBlockingStub kv = KvGrpc.newBlockingStub(channel);
            ByteString key = ByteString.copyFromUtf8("counted");
            Exposition before = scrape(cluster, node);
            var _ = kv.put(PutRequest.newBuilder().setKey(key).setValue(key).build());
            var _ = kv.get(GetRequest.newBuilder().setKey(key).build());
            var _ = kv.get(GetRequest.newBuilder().setKey(key).build());
            var _ = kv.batchGet(BatchGetRequest.newBuilder()
                    .addItems(BatchGetRequest.Item.newBuilder().setKey(key))
                    .build());
            var _ = kv.scan(ScanRequest.newBuilder().build());
            var _ = kv.delete(DeleteRequest.newBuilder().setKey(key).build());
            assertThatThrownBy(() -> kv.get(GetRequest.getDefaultInstance()))
                    .isInstanceOf(StatusRuntimeException.class);
            Exposition after = scrape(cluster, node);

            assertThat(answers(after, "put", "OK") - answers(before, "put", "OK"))
                    .isEqualTo(1);
            assertThat(answers(after, "get", "OK") - answers(before, "get", "OK"))
                    .isEqualTo(2);
            assertThat(answers(after, "batch_get", "OK") - answers(before, "batch_get", "OK"))
                    .isEqualTo(1);
            assertThat(answers(after, "scan", "OK") - answers(before, "scan", "OK"))
                    .isEqualTo(1);
            assertThat(answers(after, "delete", "OK") - answers(before, "delete", "OK"))
                    .isEqualTo(1);
            assertThat(answers(after, "get", "KEY_EMPTY") - answers(before, "get", "KEY_EMPTY"))
                    .isEqualTo(1);
            assertThat(times(after, "get", "ok") - times(before, "get", "ok")).isEqualTo(2);
            assertThat(times(after, "get", "error") - times(before, "get", "error"))
                    .isEqualTo(1);
        } finally {
            channel.shutdownNow();
        }
    }

    private static double answers(Exposition shown, String kind, String code) {
        return shown.sum("titan_gateway_answers_total", "kind", kind, "code", code);
    }

    private static double times(Exposition shown, String kind, String outcome) {
        return shown.sum("titan_gateway_request_seconds_count", "kind", kind, "outcome", outcome);
    }

    @Test
    void theWholePathOfWritesAndReadsIsMeasured(TestCluster cluster, TitanClient client) throws Exception {
        double entriesBefore = total(cluster, shown -> shown.sum("titan_shard_entry_operations_count"));
        double writesBefore = total(cluster, shown -> shown.sum("titan_shard_entry_operations_sum"));
        double keysBefore = keys(cluster, cluster.nodes().getFirst());
        for (int i = 0; i < KEYS; i++) {
            client.blocking().put(Key.of("path-" + i), ByteString.copyFromUtf8("v"));
            assertThat(client.blocking().get(Key.of("path-" + i))).isPresent();
        }

        assertThat(total(cluster, shown -> shown.sum("titan_shard_entry_operations_sum")) - writesBefore)
                .as("writes proposed; more when a change of leader made some come again")
                .isGreaterThanOrEqualTo(KEYS);
        assertThat(total(cluster, shown -> shown.sum("titan_shard_proposed_writes_total")))
                .isEqualTo(total(cluster, shown -> shown.sum("titan_shard_entry_operations_sum")));
        double entries = total(cluster, shown -> shown.sum("titan_shard_entry_operations_count"));
        assertThat(entries).isGreaterThan(entriesBefore);
        assertThat(total(cluster, shown -> shown.sum("titan_shard_queue_seconds_count")))
                .isEqualTo(entries);
        assertThat(total(cluster, shown -> shown.sum("titan_shard_entry_bytes_sum")))
                .isGreaterThan(KEYS * 10);
        assertThat(total(cluster, shown -> shown.sum("titan_raft_replicate_seconds_count")))
                .isGreaterThanOrEqualTo(KEYS);
        assertThat(total(cluster, shown -> shown.sum("titan_raft_barrier_reads_sum")))
                .isGreaterThanOrEqualTo(KEYS);
        assertThat(total(cluster, shown -> shown.sum("titan_shard_served_reads_total")))
                .isGreaterThanOrEqualTo(KEYS);
        for (NodeId node : cluster.nodes()) {
            Exposition shown = scrape(cluster, node);
            assertThat(shown.sum("titan_raft_log_sync_seconds_count")).isPositive();
            await().atMost(PATIENCE)
                    .untilAsserted(
                            () -> assertThat(keys(cluster, node) - keysBefore).isEqualTo(KEYS));
            assertThat(scrape(cluster, node).sum("titan_raft_apply_seconds_count"))
                    .isGreaterThanOrEqualTo(KEYS);
            assertThat(scrape(cluster, node).sum("titan_engine_live_bytes")).isGreaterThan(KEYS * 10);
            assertThat(shown.sum("titan_engine_keydir_bytes")).isPositive();
            assertThat(shown.sum("titan_engine_data_files")).isEqualTo(2);
        }
        double sessionPuts = total(cluster, shown -> answers(shown, "session_put", "OK"));
        assertThat(sessionPuts).as("the client writes on sessions").isGreaterThanOrEqualTo(KEYS);
    }

    /** Every node has a replica of every shard. */
    private static double keys(TestCluster cluster, NodeId node) {
        return scrape(cluster, node).sum("titan_engine_live_keys");
    }

    @Test
    void theStateOfTheClusterIsShown(TestCluster cluster) {
        await().atMost(PATIENCE).untilAsserted(() -> {
            for (String group : Set.of("s1", "s2", "placement")) {
                assertThat(total(cluster, shown -> shown.sum("titan_raft_leading_replicas", "group", group)))
                        .as("leaders of %s", group)
                        .isEqualTo(1);
            }
            for (NodeId node : cluster.nodes()) {
                Exposition shown = scrape(cluster, node);
                assertThat(shown.sum("titan_placement_nodes", "state", "up")).isEqualTo(3);
                assertThat(shown.sum("titan_placement_nodes", "state", "dead")).isZero();
                assertThat(shown.sum("titan_placement_leaderless_shards")).isZero();
                assertThat(shown.sum("titan_placement_silence_seconds")).isLessThan(30);
                assertThat(shown.sum("titan_placement_ring_epoch")).isEqualTo((double)
                        cluster.server(node).routes().epoch().value());
                assertThat(shown.sum("titan_raft_current_term", "group", "s1")).isPositive();
                assertThat(shown.sum("titan_raft_down_replicas")).isZero();
                assertThat(shown.sum("titan_raft_leader_changes_total", "group", "s2"))
                        .isPositive();
                assertThat(shown.sum("titan_raft_applied_index", "group", "s1"))
                        .isLessThanOrEqualTo(shown.sum("titan_raft_commit_index", "group", "s1"));
                assertThat(shown.sum("titan_node_disk_free_bytes")).isPositive();
                assertThat(shown.sum("titan_node_build_info", "node", node.value()))
                        .isEqualTo(1);
                assertThat(shown.sum("jvm_memory_used_bytes", "area", "heap")).isPositive();
                assertThat(shown.sum("process_uptime_seconds")).isPositive();
                assertThat(shown.sum("titan_node_cpu_seconds_total")).isPositive();
                assertThat(shown.families()).doesNotContainKeys("process_cpu_time_ns_total", "system_cpu_count");
            }
        });
    }

    @Test
    void everyFamilySaysWhatItIsAndStandsOnThePageForOperators(TestCluster cluster) throws Exception {
        Exposition shown = scrape(cluster, cluster.nodes().getFirst());
        assertThat(shown.families().values())
                .allSatisfy(family -> assertThat(family.help()).isNotBlank())
                .allSatisfy(family -> assertThat(family.samples()).isNotEmpty());
        assertThat(shown.families().keySet()).anyMatch(name -> name.startsWith("jvm_gc_"));
        Set<String> ours = shown.families().keySet().stream()
                .filter(name -> name.startsWith("titan_"))
                // The largest value of the last minutes, which comes with each histogram.
                .filter(name -> !name.endsWith("_max"))
                .collect(Collectors.toCollection(TreeSet::new));
        String page = Files.readString(Path.of("..", "docs", "operations.md"));
        Set<String> told = Pattern.compile("(?m)^\\| `(titan_\\w+)")
                .matcher(page)
                .results()
                .map(found -> found.group(1))
                .collect(Collectors.toCollection(TreeSet::new));
        assertThat(told).isEqualTo(ours);
    }

    @Test
    void labelsHaveFewValues(TestCluster cluster) {
        Set<String> names = scrape(cluster, cluster.nodes().getFirst()).families().values().stream()
                .filter(family -> family.name().startsWith("titan_"))
                .flatMap(family -> family.samples().stream())
                .flatMap(sample -> sample.labels().keySet().stream())
                .collect(Collectors.toSet());
        assertThat(names)
                .as("neither keys nor clients")
                .isSubsetOf(
                        "kind", "code", "outcome", "reason", "le", "shard", "group", "state", "node", "version",
                        "java");
    }

    @Test
    void theyCanBeSwitchedOffAndAPortInUseIsRefusedByNumber() throws Exception {
        LocalClusterOptions off = new LocalClusterOptions(
                1, 1, 1, directory.resolve("off"), 0, false, 1 << 20, Duration.ofMillis(500), null);
        try (LocalCluster cluster = LocalCluster.start(off)) {
            cluster.awaitReady(PATIENCE);
            assertThat(cluster.metricsAddresses()).isEmpty();
        }
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            ServerOptions options = ServerOptions.builder(new NodeId("n1"), directory.resolve("n1"))
                    .listen(new HostPort("127.0.0.1", 0))
                    .raftListen(new HostPort("127.0.0.1", 0))
                    .metricsListen(new HostPort("127.0.0.1", taken.getLocalPort()))
                    .bootstrap(true)
                    .build();
            assertThatThrownBy(() -> TitanServer.start(options))
                    .isInstanceOf(ServerStartException.class)
                    .hasMessageContaining("port " + taken.getLocalPort() + " on 127.0.0.1 is in use")
                    .hasMessageContaining("--metrics-listen");
        }
    }
}
