package io.titankv.placement.plan;

import static io.titankv.placement.plan.Clusters.GIB;
import static io.titankv.placement.plan.Clusters.group;
import static io.titankv.placement.plan.Clusters.id;
import static io.titankv.placement.plan.Clusters.nodes;
import static io.titankv.placement.plan.Clusters.shard;
import static org.assertj.core.api.Assertions.assertThat;

import io.titankv.model.Epoch;
import io.titankv.model.NodeId;
import io.titankv.model.TokenRange;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Who takes over when a leader's replica goes; what is done step by step is {@link FrontierTest}'s. */
final class NextActionTest {
    private static final PlanPolicy POLICY = PlanPolicy.DEFAULT;
    private static final Duration TOO_SHORT = POLICY.settle().minusMillis(1);
    private static final Step MOVE = new Step.MoveReplica(shard(1), id(1), id(4), GIB, "a test");

    /** The leader of s1 is to go, and n4 has come; n2 leads s2. */
    private final ClusterModel model = ClusterModel.of(
            new Epoch(1),
            nodes(1, 4, 0),
            List.of(
                    new GroupModel(shard(1), 3, group(1, GIB, 1, 1, 2, 3, 4).replicas(), Optional.of(id(1)), GIB, 1),
                    group(2, GIB, 1, 2, 1, 3)),
            List.of(new RangeModel(TokenRange.WHOLE, shard(1), GIB, 1)));

    private static NodeId successor(ClusterModel model) {
        NextAction next = NextAction.of(MOVE, model, POLICY);
        return ((Action.TransferLeadership) ((NextAction.Act) next).action()).to();
    }

    private static ClusterModel upFor(ClusterModel model, NodeId id, Duration lasting) {
        return model.withNodes(List.of(model.node(id).orElseThrow().with(new NodeModel.Presence.Up(lasting))));
    }

    @Test
    void aLeaderThatGoesHandsOverToOneThatLeadsFew() {
        assertThat(successor(model)).isEqualTo(id(3));
    }

    @Test
    void aNodeThatHasJustBegunLeadsOnlyWhenThereIsNoOther() {
        ClusterModel begun = upFor(model, id(3), TOO_SHORT);
        assertThat(successor(begun)).isEqualTo(id(4));
        begun = upFor(begun, id(4), TOO_SHORT);
        assertThat(successor(begun)).isEqualTo(id(2));
        begun = upFor(begun, id(2), TOO_SHORT);
        assertThat(successor(begun)).isEqualTo(id(3));
        assertThat(successor(upFor(begun, id(4), POLICY.settle()))).isEqualTo(id(4));
    }
}
