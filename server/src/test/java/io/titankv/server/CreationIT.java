package io.titankv.server;

import static io.titankv.server.ClusterAdmin.patiently;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.titankv.client.Versioned;
import io.titankv.model.Key;
import io.titankv.model.Limits;
import io.titankv.model.NodeId;
import io.titankv.placement.state.Settings;
import io.titankv.proto.admin.v1.ChangeOptions;
import io.titankv.proto.admin.v1.ChangeResponse;
import io.titankv.proto.admin.v1.OperationInfo;
import io.titankv.proto.admin.v1.ShardInfo;
import io.titankv.proto.admin.v1.SplitShardRequest;
import io.titankv.proto.admin.v1.TransferLeaderRequest;
import io.titankv.testing.TestCluster;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Real nodes: a shard is made while one of its nodes is killed, and leads where a person says. */
class CreationIT {
    private static final int KEYS = 300;
    private static final String MADE = "s3";

    private static Key key(int number) {
        return Key.of("key-" + number);
    }

    private static TestCluster start(int nodes) {
        return TestCluster.start(
                nodes,
                new Settings(2, 3, Limits.VALUE_BYTES_DEFAULT_MAX),
                Duration.ofMillis(500),
                Duration.ofSeconds(8));
    }

    private static ChangeResponse split(ClusterAdmin admin, boolean isOnlyLookedAt) {
        return admin.changed(shards -> shards.splitShard(SplitShardRequest.newBuilder()
                .setShardId("s1")
                .setOptions(ChangeOptions.newBuilder().setValidateOnly(isOnlyLookedAt))
                .build()));
    }

    /** A node on which the shard is to be made, that leads nothing which the split needs. */
    private static NodeId victim(ClusterAdmin admin, TestCluster cluster, ChangeResponse planned) {
        String created = planned.getPlan().getStepsList().stream()
                .filter(step -> step.getKind().equals("create shard"))
                .findFirst()
                .orElseThrow()
                .getText();
        List<String> spared = List.of(
                cluster.nodes().getFirst().value(),
                admin.cluster().getPlacementLeaderNodeId(),
                admin.shard("s1").getLeaderNodeId());
        return cluster.nodes().stream()
                .filter(node -> created.contains(node.value()))
                .filter(node -> !spared.contains(node.value()))
                .findFirst()
                .orElse(cluster.nodes().getLast());
    }

    @Test
    void aShardOfWhichANodeIsKilledWhileItIsMadeIsMadeOnAnother() {
        try (TestCluster cluster = start(5);
                ClusterAdmin admin = new ClusterAdmin(cluster, cluster.nodes().getFirst())) {
            patiently().until(admin::isCalm);
            for (int i = 0; i < KEYS; i++) {
                var _ = cluster.client().blocking().put(key(i), ByteString.copyFromUtf8("value-" + i));
            }
            NodeId victim = victim(admin, cluster, split(admin, true));
            cluster.kill(victim);
            // It was heard of a moment ago, so the plan is the same.
            ChangeResponse begun = split(admin, false);
            assertThat(begun.getPlan().getStepsList())
                    .anySatisfy(step -> assertThat(step.getText())
                            .startsWith("group " + MADE + " on ")
                            .contains(victim.value()));

            OperationInfo waiting = patiently()
                    .until(
                            () -> admin.operation(begun.getOperation().getOperationId()),
                            it -> it.getWaitingOn().contains("not heard of for") || it.hasEndedAt());
            assertThat(waiting.getWaitingOn())
                    .contains("its replica on " + victim)
                    .contains("after 8 s another node");
            admin.awaitDone(begun.getOperation().getOperationId());

            ShardInfo made = admin.shard(MADE);
            assertThat(made.getShare()).isPositive();
            patiently()
                    .until(() -> admin.isCalm()
                            && admin.voters().stream()
                                    .allMatch(voters -> voters.size() == 3 && !voters.contains(victim.value())));
            cluster.restart(victim);
            patiently().until(() -> admin.isCalm() && admin.cluster().getNodesUp() == 5);
            for (int i = 0; i < KEYS; i++) {
                assertThat(cluster.client().blocking().get(key(i)).map(Versioned::value))
                        .contains(ByteString.copyFromUtf8("value-" + i));
            }
        }
    }

    @Test
    void aReplicaLeadsWhereAPersonSays() {
        try (TestCluster cluster = start(3);
                ClusterAdmin admin = new ClusterAdmin(cluster, cluster.nodes().getFirst())) {
            patiently().until(admin::isCalm);
            patiently().until(() -> !admin.shard("s1").getLeaderNodeId().isEmpty());
            String to = admin.voters().getFirst().stream()
                    .filter(node -> !node.equals(admin.shard("s1").getLeaderNodeId()))
                    .findFirst()
                    .orElseThrow();
            TransferLeaderRequest request = TransferLeaderRequest.newBuilder()
                    .setShardId("s1")
                    .setToNodeId(to)
                    .build();
            admin.awaitDone(admin.change(shards -> shards.transferLeader(request)));
            patiently().until(() -> admin.shard("s1").getLeaderNodeId().equals(to));
            ChangeResponse again = admin.changed(shards -> shards.transferLeader(request));
            assertThat(again.hasOperation()).isFalse();
            assertThat(again.getPlan().getReason()).isEqualTo("s1 is led by " + to + " already");
        }
    }
}
