package io.titankv.placement.run;

import static org.assertj.core.api.Assertions.assertThat;

import io.titankv.model.NodeId;
import io.titankv.placement.plan.NodeModel.Intent;
import io.titankv.placement.state.OperationRecord;
import io.titankv.placement.state.OperationRecord.Phase;
import io.titankv.proto.admin.v1.CancelOperationRequest;
import io.titankv.proto.admin.v1.GetOperationRequest;
import io.titankv.proto.admin.v1.OperationGrpc;
import io.titankv.proto.admin.v1.OperationInfo;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is under way goes on, or is undone, whatever dies at whatever step. */
final class ElasticFaultsTest extends ElasticFixture {
    /** Ticks after which the leader dies: from before the first learner until after the last removal. */
    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4, 5, 6, 7, 8, 10, 12, 14, 17, 20, 25, 30})
    void theNextPlacementLeaderGoesOn(int ticks) {
        startNodes("n1", "n2", "n3", "n4");
        decommission("n4");
        run(SimCluster.TICK.multipliedBy(ticks));
        String leader = Objects.requireNonNull(cluster.raft.leader()).value();
        cluster.node(leader).kill();
        cluster.run(Duration.ofSeconds(5));
        cluster.start(leader, leader.equals("n1"), List.of("n1", "n2", "n3", "n4"));

        run(Duration.ofMinutes(2));

        assertThat(last().phase()).isEqualTo(Phase.DONE);
        assertWholeOn("n1", "n2", "n3");
        assertThat(replicasOn("n4")).isZero();
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 4, 6, 9, 12, 16})
    void allNodesRestartInTheMiddle(int ticks) {
        startNodes("n1", "n2", "n3", "n4");
        decommission("n4");
        run(SimCluster.TICK.multipliedBy(ticks));
        List<String> names = List.of("n1", "n2", "n3", "n4");
        names.forEach(name -> cluster.node(name).kill());
        names.forEach(name -> cluster.start(name, name.equals("n1"), names));

        cluster.run(Duration.ofSeconds(10));
        run(Duration.ofMinutes(2));

        assertThat(last().phase()).isEqualTo(Phase.DONE);
        assertWholeOn("n1", "n2", "n3");
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 2, 4, 6, 8, 10, 13, 16, 20})
    void whatIsCancelledLeavesEveryShardWhole(int ticks) {
        startNodes("n1", "n2", "n3", "n4");
        String id = decommission("n4").getOperation().getOperationId();
        run(SimCluster.TICK.multipliedBy(ticks));
        OperationGrpc.OperationBlockingStub operations = OperationGrpc.newBlockingStub(cluster.channelTo("n3"));
        OperationInfo before = operations.getOperation(
                GetOperationRequest.newBuilder().setOperationId(id).build());
        assertThat(before.getStepsList()).isNotEmpty();

        operations.cancelOperation(CancelOperationRequest.newBuilder()
                .setOperationId(id)
                .setWhy("test")
                .build());
        run(MINUTE);

        OperationRecord ended =
                state().journal().operation(OperationViews.idOf(id)).orElseThrow();
        assertThat(ended.phase()).isEqualTo(Phase.CANCELLED);
        assertThat(ended.error()).isEqualTo("test");
        assertThat(state().intentOf(new NodeId("n4"))).isEqualTo(Intent.IN_SERVICE);
        run(Duration.ofMinutes(2));
        assertWholeOn("n1", "n2", "n3", "n4");
    }
}
