package io.titankv.placement.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import io.grpc.stub.StreamObserver;
import io.titankv.model.ErrorReason;
import io.titankv.model.Key;
import io.titankv.model.ShardMap;
import io.titankv.proto.admin.v1.CheckHealthRequest;
import io.titankv.proto.admin.v1.CheckHealthResponse;
import io.titankv.proto.admin.v1.ClusterGrpc;
import io.titankv.proto.admin.v1.GetClusterRequest;
import io.titankv.proto.admin.v1.GetNodeRequest;
import io.titankv.proto.admin.v1.GetRingRequest;
import io.titankv.proto.admin.v1.GetShardRequest;
import io.titankv.proto.admin.v1.HealthCheck;
import io.titankv.proto.admin.v1.ListNodesRequest;
import io.titankv.proto.admin.v1.ListShardsRequest;
import io.titankv.proto.admin.v1.LocateKeyRequest;
import io.titankv.proto.admin.v1.NodeGrpc;
import io.titankv.proto.admin.v1.ShardGrpc;
import io.titankv.proto.admin.v1.Verdict;
import io.titankv.proto.errors.TitanErrors;
import io.titankv.proto.kv.v1.GetRoutesRequest;
import io.titankv.proto.kv.v1.RoutingGrpc;
import io.titankv.proto.kv.v1.RoutingTable;
import io.titankv.proto.kv.v1.WatchRoutesRequest;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What operators and clients are told, through gRPC, by any node. */
final class ServicesTest {
    private static final Duration A_WHILE = Duration.ofSeconds(30);

    @TempDir
    private Path directory = Path.of("unset");

    private SimCluster cluster = new SimCluster(directory);

    @BeforeEach
    void begin() {
        cluster = new SimCluster(directory);
    }

    @AfterEach
    void end() {
        cluster.close();
    }

    @Nested
    class BeforeThereIsACluster {
        @BeforeEach
        void oneOfTwoNodes() {
            cluster.start("n1", true, List.of("n1", "n2"));
            cluster.run(Duration.ofSeconds(2));
        }

        @Test
        void callsSayNotReadyAndHealthSaysWhy() {
            refused(ErrorReason.NOT_READY, () -> clusterAt("n1").getCluster(GetClusterRequest.getDefaultInstance()));
            refused(ErrorReason.NOT_READY, () -> clusterAt("n1").getRing(GetRingRequest.getDefaultInstance()));
            refused(ErrorReason.NOT_READY, () -> routingAt("n1").getRoutes(GetRoutesRequest.getDefaultInstance()));
            assertThat(health("n1").getVerdict()).isEqualTo(Verdict.VERDICT_FAILING);
        }
    }

    @Nested
    class GivenThreeNodes {
        @BeforeEach
        void threeNodes() {
            cluster.startInitial("n1", "n2", "n3");
            cluster.run(A_WHILE);
        }

        @Test
        void everyNodeDescribesTheCluster() {
            for (String node : List.of("n1", "n2", "n3")) {
                var answer = clusterAt(node).getCluster(GetClusterRequest.getDefaultInstance());
                assertThat(answer.getNodesUp()).isEqualTo(3);
                assertThat(answer.getShardsTotal()).isEqualTo(6);
                assertThat(answer.getShardsWithLeader()).isEqualTo(6);
                assertThat(answer.getReplicasPerShard()).isEqualTo(3);
                assertThat(answer.getKeys()).isEqualTo(600);
                assertThat(answer.getPlacementLeaderNodeId()).isEqualTo(String.valueOf(cluster.raft.leader()));
                assertThat(answer.hasStaleFor()).isFalse();
                assertThat(answer.getValueBytesMax()).isEqualTo(1 << 20);
            }
        }

        @Test
        void nodesShardsAndTheRingAreListed() {
            var nodes = NodeGrpc.newBlockingStub(cluster.channelTo("n2"))
                    .listNodes(ListNodesRequest.getDefaultInstance())
                    .getNodesList();
            assertThat(nodes).hasSize(3).allMatch(node -> node.getReplicas() == 6 && node.getLeaders() == 2);
            var shards = shardsAt("n2")
                    .listShards(ListShardsRequest.getDefaultInstance())
                    .getShardsList();
            assertThat(shards).hasSize(6).allMatch(shard -> shard.getReplicasCount() == 3 && shard.getRanges() > 50);
            assertThat(shards.stream().mapToDouble(shard -> shard.getShare()).sum())
                    .isBetween(0.999, 1.001);
            var ring = clusterAt("n2").getRing(GetRingRequest.getDefaultInstance());
            assertThat(ring.getArcsCount())
                    .isEqualTo(cluster.node("n2").placement.map().ranges().size());
        }

        @Test
        void aKeyIsLocatedWhereTheMapHasIt() {
            var answer = shardsAt("n3")
                    .locateKey(LocateKeyRequest.newBuilder()
                            .setKey(ByteString.copyFromUtf8("user:1"))
                            .build());
            ShardMap map = cluster.node("n1").placement.map();
            assertThat(answer.getShard().getShardId())
                    .isEqualTo(map.rangeOf(Key.of("user:1").token()).owner().toString());
            assertThat(answer.getToken()).isEqualTo(Key.of("user:1").token().bits());
            refused(ErrorReason.KEY_EMPTY, () -> shardsAt("n3").locateKey(LocateKeyRequest.getDefaultInstance()));
            refused(
                    ErrorReason.KEY_TOO_LARGE,
                    () -> shardsAt("n3")
                            .locateKey(LocateKeyRequest.newBuilder()
                                    .setKey(ByteString.copyFrom(new byte[5_000]))
                                    .build()));
        }

        @Test
        void whatIsNotThereIsNamed() {
            refused(
                    ErrorReason.NODE_UNKNOWN,
                    () -> NodeGrpc.newBlockingStub(cluster.channelTo("n1"))
                            .getNode(GetNodeRequest.newBuilder().setNodeId("n9").build()));
            refused(
                    ErrorReason.SHARD_UNKNOWN,
                    () -> shardsAt("n1")
                            .getShard(GetShardRequest.newBuilder()
                                    .setShardId("s99")
                                    .build()));
        }

        @Test
        void aHealthyClusterIsCalledHealthy() {
            assertThat(health("n1").getVerdict()).isEqualTo(Verdict.VERDICT_OK);
            assertThat(verdicts("n1"))
                    .containsOnlyKeys("placement", "nodes", "ring", "quorum", "leaders", "replicas", "disk");
        }

        @Test
        void oneNodeAwayIsDegradedAndTwoAreFailing() {
            cluster.node("n3").kill();
            cluster.run(Duration.ofSeconds(10));
            assertThat(verdicts("n1"))
                    .containsEntry("nodes", Verdict.VERDICT_DEGRADED)
                    .containsEntry("replicas", Verdict.VERDICT_DEGRADED)
                    .containsEntry("quorum", Verdict.VERDICT_OK)
                    .containsEntry("leaders", Verdict.VERDICT_OK);
            cluster.node("n2").kill();
            cluster.run(A_WHILE);
            // Placement has no majority either: the view is the last one, and says that it is old.
            assertThat(verdicts("n1")).containsEntry("placement", Verdict.VERDICT_DEGRADED);
            assertThat(clusterAt("n1")
                            .getCluster(GetClusterRequest.getDefaultInstance())
                            .hasStaleFor())
                    .isTrue();
        }

        @Test
        void aFaultyReplicaAndAFullDiskAreSeen() {
            cluster.faults.put("s2@n3", "s2: checksum of 7.data at 4096");
            cluster.diskFree = 20;
            cluster.run(Duration.ofSeconds(5));
            CheckHealthResponse health = health("n2");
            assertThat(verdicts("n2"))
                    .containsEntry("replicas", Verdict.VERDICT_DEGRADED)
                    .containsEntry("disk", Verdict.VERDICT_FAILING);
            assertThat(health.getChecksList())
                    .anyMatch(check -> check.getDetail().contains("s2 on n3"));
        }

        @Test
        void routesAreWatchedAndOnlyNewerOnesAreSentButForACopyEachTenSeconds() {
            long known = routingAt("n1")
                    .getRoutes(GetRoutesRequest.getDefaultInstance())
                    .getRevision();
            List<RoutingTable> sent = new ArrayList<>();
            RoutingGrpc.newStub(cluster.channelTo("n1"))
                    .watchRoutes(
                            WatchRoutesRequest.newBuilder()
                                    .setKnownRevision(known)
                                    .build(),
                            collecting(sent));
            cluster.run(Duration.ofSeconds(9));
            assertThat(sent).isEmpty();
            cluster.run(Duration.ofSeconds(2));
            assertThat(sent).extracting(RoutingTable::getRevision).containsExactly(known);

            // Leaderships move.
            cluster.node("n3").kill();
            cluster.run(Duration.ofSeconds(3));
            assertThat(sent.size()).isGreaterThan(1);
            assertThat(sent.getLast().getRevision()).isGreaterThan(known);
            assertThat(ShardMap.fromProto(sent.getLast()))
                    .isEqualTo(cluster.node("n1").placement.map());
        }

        /** Others may know of newer leaders, and a client that stays here would go on asking the old ones. */
        @Test
        void aNodeThatIsCutOffSendsItsWatchersAway() {
            List<RoutingTable> sent = new ArrayList<>();
            List<Throwable> ends = new ArrayList<>();
            StreamObserver<RoutingTable> watcher = new StreamObserver<>() {
                @Override
                public void onNext(RoutingTable table) {
                    sent.add(table);
                }

                @Override
                public void onError(Throwable failure) {
                    ends.add(failure);
                }

                @Override
                public void onCompleted() {}
            };
            RoutingGrpc.newStub(cluster.channelTo("n1")).watchRoutes(WatchRoutesRequest.getDefaultInstance(), watcher);
            cluster.run(Duration.ofSeconds(20));
            assertThat(sent).isNotEmpty();
            assertThat(ends).isEmpty();
            cluster.node("n2").kill();
            cluster.node("n3").kill();
            cluster.run(Duration.ofSeconds(15));
            assertThat(ends).hasSize(1);
            assertThat(TitanErrors.parse(ends.getFirst()))
                    .hasValueSatisfying(error -> assertThat(error.reason()).isEqualTo(ErrorReason.NOT_READY));
        }
    }

    private static StreamObserver<RoutingTable> collecting(List<RoutingTable> sent) {
        return new StreamObserver<>() {
            @Override
            public void onNext(RoutingTable table) {
                sent.add(table);
            }

            @Override
            public void onError(Throwable failure) {}

            @Override
            public void onCompleted() {}
        };
    }

    private static void refused(ErrorReason reason, org.assertj.core.api.ThrowableAssert.ThrowingCallable call) {
        assertThatThrownBy(call)
                .satisfies(failure -> assertThat(TitanErrors.parse(failure))
                        .hasValueSatisfying(error -> assertThat(error.reason()).isEqualTo(reason)));
    }

    private CheckHealthResponse health(String node) {
        return clusterAt(node).checkHealth(CheckHealthRequest.getDefaultInstance());
    }

    private Map<String, Verdict> verdicts(String node) {
        return health(node).getChecksList().stream()
                .collect(Collectors.toMap(HealthCheck::getName, HealthCheck::getVerdict));
    }

    private ClusterGrpc.ClusterBlockingStub clusterAt(String node) {
        return ClusterGrpc.newBlockingStub(cluster.channelTo(node));
    }

    private ShardGrpc.ShardBlockingStub shardsAt(String node) {
        return ShardGrpc.newBlockingStub(cluster.channelTo(node));
    }

    private RoutingGrpc.RoutingBlockingStub routingAt(String node) {
        return RoutingGrpc.newBlockingStub(cluster.channelTo(node));
    }
}
