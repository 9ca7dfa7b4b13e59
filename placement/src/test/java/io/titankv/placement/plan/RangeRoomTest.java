package io.titankv.placement.plan;

import static io.titankv.placement.plan.Clusters.GIB;
import static io.titankv.placement.plan.Clusters.REASON;
import static io.titankv.placement.plan.Clusters.founded;
import static io.titankv.placement.plan.Clusters.id;
import static io.titankv.placement.plan.Clusters.nodes;
import static io.titankv.placement.plan.Clusters.plan;
import static io.titankv.placement.plan.Clusters.refused;
import static io.titankv.placement.plan.Clusters.shard;
import static org.assertj.core.api.Assertions.assertThat;

import io.titankv.model.NodeId;
import io.titankv.placement.plan.PlanRefused.Cause;
import io.titankv.placement.plan.RangePlanner.Automatic;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Ranges of 1 GiB that go to groups on nodes of which one has little room. */
final class RangeRoomTest {
    private static final PlanPolicy POLICY = PlanPolicy.DEFAULT;
    private static final long DISK = 100 * GIB;
    private static final Automatic ON = new Automatic(true, false, 0, Long.MAX_VALUE, Duration.ofHours(1));

    private final ClusterModel three = founded(nodes(1, 3, 0), 2, 3);
    private final ClusterModel four = founded(nodes(1, 4, 0), 4, 3);

    /** A node has a disk of 100 GiB, of which 15 must stay free. */
    private static ClusterModel with(ClusterModel model, NodeId id, long freeBytes) {
        NodeModel node = model.node(id).orElseThrow();
        return model.withNodes(List.of(new NodeModel(
                node.id(), node.labels(), node.cores(), DISK, freeBytes, node.intent(), node.presence())));
    }

    private static RangePlanner planner(ClusterModel model) {
        return new RangePlanner(model, POLICY);
    }

    private static NodeId follower(ClusterModel model, int group) {
        return model.requireGroup(shard(group)).members().getLast();
    }

    @Test
    void fitsWhileEveryDiskKeepsWhatMustStayFree() {
        ClusterModel model = with(three, id(3), 17 * GIB);
        RangeRoom room = new RangeRoom(model, POLICY);
        assertThat(room.lack(shard(1), 2 * GIB)).isEmpty();
        assertThat(room.lack(shard(1), 2 * GIB + 1))
                .contains(new WaitingOn.NoRoomOn(shard(1), id(3), 17 * GIB, 2 * GIB + 1, 15 * GIB));
        room.promise(shard(2), GIB); // which stands on the same nodes
        assertThat(room.lack(shard(1), 2 * GIB).map(WaitingOn::text))
                .contains("node n3 has 17.0 GiB free: ranges that come to s1 need 3.0 GiB there, and 15.0 GiB must"
                        + " stay free");
        assertThat(room.lack(shard(1), GIB)).isEmpty();
    }

    @Test
    void nothingFitsOnAFullDiskAndAnUnknownOneHasRoom() {
        RangeRoom full = new RangeRoom(with(three, id(3), 15 * GIB), POLICY);
        assertThat(full.lack(shard(1), 0)).isEmpty();
        assertThat(full.lack(shard(1), 1)).isPresent();
        RangeRoom fuller = new RangeRoom(with(three, id(3), 15 * GIB / 2 - 1), POLICY);
        assertThat(fuller.lack(shard(1), 0))
                .as("what would be given up is not begun")
                .isPresent();
        NodeModel node = three.node(id(3)).orElseThrow();
        ClusterModel unknown = three.withNodes(
                List.of(new NodeModel(node.id(), node.labels(), node.cores(), 0, 0, node.intent(), node.presence())));
        assertThat(new RangeRoom(unknown, POLICY).lack(shard(1), GIB)).isEmpty();
        assertThat(new RangeRoom(unknown, POLICY).exhausted(shard(1), GIB)).isEmpty();
        assertThat(full.lack(shard(9), 1)).as("a group that is gone").isEmpty();
    }

    @Test
    void isExhaustedBelowHalfOfWhatMustStayFree() {
        long half = 15 * GIB / 2;
        assertThat(new RangeRoom(with(three, id(2), half), POLICY).exhausted(shard(1), GIB))
                .isEmpty();
        assertThat(new RangeRoom(with(three, id(2), half - 1), POLICY).exhausted(shard(1), GIB))
                .contains(new WaitingOn.NoRoomOn(shard(1), id(2), half - 1, GIB, half));
    }

    @Test
    void whatDoesNotFitOnAFollowerIsRefused() {
        ClusterModel model = with(three, follower(three, 2), 15 * GIB + GIB / 4);
        PlanRefused merge = refused(planner(model).merge(shard(1), REASON));
        assertThat(merge.cause()).isEqualTo(Cause.NO_ROOM);
        assertThat(merge.message())
                .isEqualTo("node " + follower(three, 2)
                        + " has 15.3 GiB free: ranges that come to s2 need 1.0 GiB there, and 15.0 GiB must stay free");
        RangeModel range = three.ring().stream()
                .filter(it -> it.owner().equals(shard(1)))
                .findFirst()
                .orElseThrow();
        assertThat(range.bytes()).isLessThan(GIB / 4);
        assertThat(planner(model).move(range.range(), shard(2), REASON)).isInstanceOf(Plan.class);
    }

    @Test
    void aNewGroupGoesWhereItsRangesFit() {
        // Emptier than the others by far, but for files of somebody else.
        ClusterModel model = with(four, id(2), 15 * GIB + 1);
        Plan split = plan(planner(model).split(shard(1), shard(5), REASON));
        assertThat(((Step.CreateGroup) split.steps().getFirst()).members())
                .containsExactlyInAnyOrder(id(1), id(3), id(4));
        PlanRefused refused = refused(planner(with(model, id(3), 0)).split(shard(1), shard(5), REASON));
        assertThat(refused.cause()).isEqualTo(Cause.NO_ROOM);
        assertThat(refused.message())
                .isEqualTo(
                        "group s5 wants 3 replicas on different nodes, and 2 nodes can take one; node n3 has 0 B free:"
                                + " ranges that come to s5 need 512.0 MiB there, and 15.0 GiB must stay free");
    }

    @Test
    void balanceLeavesOutGroupsWithoutRoomAndRestsWhenNoneHasAny() {
        ClusterModel uneven = four.withRing(four.ring().stream()
                .map(range -> range.owner().equals(shard(1))
                        ? new RangeModel(range.range(), range.owner(), range.bytes() * 20, 0)
                        : new RangeModel(range.range(), range.owner(), range.bytes(), 0))
                .toList());
        // Each group is on three of the four nodes.
        NodeId full = uneven.nodes().keySet().stream()
                .filter(node -> !uneven.requireGroup(shard(2)).hasReplicaOn(node))
                .findFirst()
                .orElseThrow();
        ClusterModel model = with(uneven, full, 15 * GIB);
        Plan plan = plan(planner(model).balance(ON));
        assertThat(plan.steps())
                .allMatch(step -> step instanceof Step.MoveRange move
                        && !model.requireGroup(move.to()).hasReplicaOn(full));
        ClusterModel none = model;
        for (NodeId node : model.nodes().keySet()) {
            none = with(none, node, 15 * GIB);
        }
        assertThat(planner(none).balance(ON))
                .isInstanceOfSatisfying(
                        Decision.Rest.class,
                        rest -> assertThat(rest.waiting()).singleElement().isInstanceOf(WaitingOn.NoRoomOn.class));
    }

    @Test
    void aStepWaitsUntilThereIsRoomAgain() {
        RangeModel range = three.ring().getFirst();
        var to = range.owner().equals(shard(1)) ? shard(2) : shard(1);
        Step step = new Step.MoveRange(range.range(), range.owner(), to, GIB, 0, "a test");
        assertThat(NextAction.of(step, with(three, id(3), 15 * GIB), POLICY))
                .isEqualTo(new NextAction.Wait(new WaitingOn.NoRoomOn(to, id(3), 15 * GIB, GIB, 15 * GIB)));
        assertThat(NextAction.of(step, with(three, id(3), 16 * GIB), POLICY)).isInstanceOf(NextAction.Act.class);
    }
}
