package io.titankv.placement.run;

import io.titankv.model.GroupId;
import io.titankv.model.NodeId;
import io.titankv.model.TokenRange;
import io.titankv.placement.run.Reports.Leadership;
import io.titankv.placement.run.Reports.Liveness;
import io.titankv.placement.run.Reports.NodeReport;
import io.titankv.placement.state.Commands;
import io.titankv.placement.state.OperationForm;
import io.titankv.placement.state.OperationRecord.Phase;
import io.titankv.placement.state.PlacementState;
import io.titankv.placement.state.StoredForm;
import io.titankv.placement.state.TransferForm;
import io.titankv.proto.durable.v1.PlacementCommand;
import io.titankv.proto.internal.v1.HeartbeatRequest;
import io.titankv.proto.internal.v1.ReplicaState;
import io.titankv.proto.internal.v1.TransferPart;
import io.titankv.proto.internal.v1.TransferPart.Side;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** One transfer, of which each side says what a test has it say. */
class TransferRoundFixture {
    static final NodeId N1 = new NodeId("n1");
    static final NodeId N2 = new NodeId("n2");
    static final GroupId S1 = new GroupId(1);
    static final GroupId S2 = new GroupId(2);
    static final String CLUSTER = Commands.CLUSTER;

    PlacementState state = begun();
    final Map<NodeId, TransferPart> parts = new HashMap<>();
    final Map<NodeId, Long> freeBytes = new HashMap<>();
    final Map<GroupId, Leadership> leaders =
            new HashMap<>(Map.of(S1, new Leadership(N1, 5), S2, new Leadership(N2, 5)));

    private static PlacementState begun() {
        PlacementState state = PlacementState.EMPTY
                .apply(StoredForm.found(Commands.founding(3, 2)))
                .state();
        for (int node = 1; node <= 3; node++) {
            state = state.apply(StoredForm.register(CLUSTER, Commands.node(node)))
                    .state();
        }
        state = state.apply(Commands.layRing(2, 3)).state();
        state = state.apply(StoredForm.markServing(CLUSTER, S1)).state();
        state = state.apply(StoredForm.markServing(CLUSTER, S2)).state();
        state = state.apply(OperationForm.begin(CLUSTER, Commands.operation(1, Phase.RUNNING)))
                .state();
        return state.apply(TransferForm.begin(CLUSTER, 1, List.of(new TokenRange(0, 1_000)), S1, S2, 1))
                .state();
    }

    final void apply(PlacementCommand command) {
        state = state.apply(command).state();
    }

    final void says(NodeId node, TransferPart.Builder part) {
        parts.put(node, part.build());
    }

    static TransferPart.Builder importing() {
        return TransferPart.newBuilder().setTransfer(1).setSide(Side.SIDE_IMPORTING);
    }

    static TransferPart.Builder frozen() {
        return TransferPart.newBuilder().setTransfer(1).setSide(Side.SIDE_FROZEN);
    }

    static TransferPart.Builder settled() {
        return TransferPart.newBuilder().setSettled(1);
    }

    final Reports reports() {
        Map<NodeId, NodeReport> nodes = new HashMap<>();
        for (String name : List.of("n1", "n2", "n3")) {
            NodeId node = new NodeId(name);
            Map<GroupId, ReplicaState> replicas = new HashMap<>();
            for (GroupId group : List.of(S1, S2)) {
                boolean leads = Optional.ofNullable(leaders.get(group))
                        .filter(it -> it.leader().equals(node))
                        .isPresent();
                ReplicaState.Builder replica = ReplicaState.newBuilder()
                        .setRole(leads ? ReplicaState.Role.ROLE_LEADER : ReplicaState.Role.ROLE_FOLLOWER);
                if (leads) {
                    replica.setTransfer(parts.getOrDefault(node, TransferPart.getDefaultInstance()));
                }
                replicas.put(group, replica.build());
            }
            nodes.put(
                    node,
                    new NodeReport(
                            Liveness.UP,
                            Optional.of(HeartbeatRequest.newBuilder()
                                    .setDiskTotalBytes(1_000)
                                    .setDiskFreeBytes(freeBytes.getOrDefault(node, 500L))
                                    .build()),
                            Optional.of(Instant.EPOCH),
                            Duration.ofMinutes(1),
                            Duration.ZERO,
                            replicas));
        }
        return new Reports(nodes, leaders, Map.of());
    }
}
