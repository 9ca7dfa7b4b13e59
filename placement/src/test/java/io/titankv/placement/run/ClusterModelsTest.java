package io.titankv.placement.run;

import static org.assertj.core.api.Assertions.assertThat;

import io.titankv.model.Epoch;
import io.titankv.model.GroupId;
import io.titankv.model.NodeId;
import io.titankv.model.ShardMap.RangeEntry;
import io.titankv.model.TokenRange;
import io.titankv.placement.plan.ClusterModel;
import io.titankv.placement.plan.GroupModel;
import io.titankv.placement.plan.NodeModel;
import io.titankv.placement.plan.RangeModel;
import io.titankv.placement.plan.ReplicaModel;
import io.titankv.placement.run.Reports.Leadership;
import io.titankv.placement.run.Reports.Liveness;
import io.titankv.placement.run.Reports.NodeReport;
import io.titankv.placement.state.GroupRecord;
import io.titankv.placement.state.NodeRecord;
import io.titankv.placement.state.PlacementState;
import io.titankv.placement.state.Settings;
import io.titankv.proto.internal.v1.HeartbeatRequest;
import io.titankv.proto.internal.v1.ReplicaState;
import io.titankv.proto.internal.v1.ReplicaState.Role;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

final class ClusterModelsTest {
    private static final GroupId S1 = new GroupId(1);
    private static final GroupId S2 = new GroupId(2);
    private static final NodeId N1 = new NodeId("n1");
    private static final NodeId N2 = new NodeId("n2");
    private static final NodeId N3 = new NodeId("n3");
    private static final TokenRange LOW = new TokenRange(0, 1L << 62);
    private static final TokenRange HIGH = new TokenRange(1L << 62, 0);

    private final PlacementState state = new PlacementState(
            "cluster",
            1,
            new Epoch(3),
            Settings.DEFAULT,
            List.of(N1),
            List.of(N1),
            new TreeMap<>(Map.of(N1, record("n1"), N2, record("n2"), N3, record("n3"))),
            new TreeMap<>(Map.of(
                    S1, new GroupRecord(S1, List.of(N1, N2), GroupRecord.State.SERVING, new Epoch(3)),
                    S2, new GroupRecord(S2, List.of(N2), GroupRecord.State.CREATING, new Epoch(3)))),
            List.of(new RangeEntry(LOW, S1), new RangeEntry(HIGH, S2)));

    private static NodeRecord record(String id) {
        return NodeRecord.of(new NodeId(id), "i-" + id, id + ":1", id + ":2", Map.of("zone", "z-" + id), 4, 1_000, "1");
    }

    private static ReplicaState replica(Role role, long commit, long applied, long bytes) {
        return ReplicaState.newBuilder()
                .setRole(role)
                .setCommitIndex(commit)
                .setAppliedIndex(applied)
                .setLiveBytes(bytes)
                .build();
    }

    private static NodeReport report(Liveness liveness, long freeBytes, Map<GroupId, ReplicaState> replicas) {
        return new NodeReport(
                liveness,
                Optional.of(HeartbeatRequest.newBuilder()
                        .setDiskTotalBytes(2_000)
                        .setDiskFreeBytes(freeBytes)
                        .build()),
                Optional.of(Instant.EPOCH),
                Duration.ofSeconds(7),
                Duration.ofSeconds(9),
                replicas);
    }

    private final ClusterModel model = ClusterModels.of(
            state,
            new Reports(
                    Map.of(
                            N1, report(Liveness.UP, 900, Map.of(S1, replica(Role.ROLE_LEADER, 100, 100, 40))),
                            N2, report(Liveness.UP, 800, Map.of(S1, replica(Role.ROLE_FOLLOWER, 90, 70, 30))),
                            N3, report(Liveness.DEAD, 0, Map.of(S1, replica(Role.ROLE_FOLLOWER, 1, 1, 1)))),
                    Map.of(S1, new Leadership(N1, 5)),
                    Map.of()));

    @Test
    void nodesAreAsTheyRegisteredAndReported() {
        assertThat(model.node(N1))
                .contains(new NodeModel(
                        N1,
                        Map.of("zone", "z-n1"),
                        4,
                        2_000,
                        900,
                        NodeModel.Intent.IN_SERVICE,
                        new NodeModel.Presence.Up(Duration.ofSeconds(7))));
        assertThat(model.node(N3).orElseThrow().presence())
                .isEqualTo(new NodeModel.Presence.Silent(Duration.ofSeconds(9)));
    }

    @Test
    void groupsHaveTheirReplicasLeadersAndBytes() {
        assertThat(model.group(S1))
                .contains(new GroupModel(
                        S1,
                        3,
                        List.of(ReplicaModel.voter(N1), new ReplicaModel(N2, ReplicaModel.Role.VOTER, true, 30)),
                        Optional.of(N1),
                        40,
                        0));
        GroupModel creating = model.group(S2).orElseThrow();
        assertThat(creating.leader()).isEmpty();
        assertThat(creating.replicas())
                .containsExactly(new ReplicaModel(N2, ReplicaModel.Role.VOTER, false, ReplicaModel.UNKNOWN));
        assertThat(model.claims()).containsExactly(Map.entry(S2, "its creation"));
        assertThat(model.group(GroupId.PLACEMENT).orElseThrow().members()).containsExactly(N1);
    }

    @Test
    void theRingHasTheBytesOfItsGroups() {
        assertThat(model.ring()).containsExactly(new RangeModel(LOW, S1, 40, 0), new RangeModel(HIGH, S2, 0, 0));
        assertThat(model.epoch()).isEqualTo(new Epoch(3));
    }

    /** What is to be deleted follows from the state, not from a report: placement may merely not know of it. */
    @Test
    void aReplicaOnANodeThatIsNoMemberIsNobodysBusiness() {
        assertThat(model.strays()).isEmpty();
    }
}
