package io.titankv.placement.plan;

import static io.titankv.placement.plan.Clusters.GIB;
import static io.titankv.placement.plan.Clusters.REASON;
import static io.titankv.placement.plan.Clusters.group;
import static io.titankv.placement.plan.Clusters.id;
import static io.titankv.placement.plan.Clusters.nodes;
import static io.titankv.placement.plan.Clusters.plan;
import static io.titankv.placement.plan.Clusters.shard;
import static io.titankv.placement.plan.Clusters.without;
import static org.assertj.core.api.Assertions.assertThat;

import io.titankv.model.Epoch;
import io.titankv.model.NodeId;
import io.titankv.model.TokenRange;
import io.titankv.placement.plan.NodeModel.Intent;
import io.titankv.placement.plan.ReplicaModel.Role;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** What is done next and what waits, told by the cluster as it is: also a test of {@link NextAction} and {@link WaitingOn}. */
final class FrontierTest {
    private static final PlanPolicy POLICY = PlanPolicy.DEFAULT;
    private static final Step MOVE = new Step.MoveReplica(shard(1), id(1), id(4), GIB, "a test");

    private final ClusterModel model = ClusterModel.of(
            new Epoch(1),
            nodes(1, 6, 0),
            List.of(group(1, GIB, 1, 1, 2, 3), group(2, GIB, 1, 1, 2, 3), group(3, GIB, 1, 1, 2, 3)),
            List.of(new RangeModel(TokenRange.WHOLE, shard(1), GIB, 1)));

    private static Plan planOf(ClusterModel model, Step... steps) {
        return plan(Plan.of(REASON, List.of(steps), model, POLICY.pace()));
    }

    private static NextAction next(ClusterModel model) {
        return NextAction.of(MOVE, model, POLICY);
    }

    private static ClusterModel caughtUp(ClusterModel model, long entriesBehind) {
        GroupModel group = model.group(shard(1)).orElseThrow();
        return model.withGroups(List.of(group.with(group.replicas().stream()
                .map(replica -> replica.isVoter()
                        ? replica
                        : new ReplicaModel(replica.node(), Role.LEARNER, true, entriesBehind))
                .toList())));
    }

    private static String waitingText(Frontier frontier, int place) {
        return Objects.requireNonNull(frontier.waiting().get(place)).text();
    }

    private static String waitOf(NextAction next) {
        return ((NextAction.Wait) next).on().text();
    }

    @Test
    void aReplicaMovesByLearnerCatchUpHandOverPromoteRemove() {
        assertThat(next(model)).isEqualTo(new NextAction.Act(new Action.AddLearner(shard(1), id(4))));
        ClusterModel learning = model.after(List.of(new Action.AddLearner(shard(1), id(4))));
        assertThat(waitOf(next(learning)))
                .isEqualTo(
                        "the learner of s1 on n4 is an unknown number of entries behind, it is promoted within 1000");
        assertThat(waitOf(next(caughtUp(learning, 1001)))).contains("is 1001 entries behind");
        ClusterModel near = caughtUp(learning, 1000);
        // With the leader that goes gone, the newcomer's vote is not needed for the next.
        assertThat(next(near)).isEqualTo(new NextAction.Act(new Action.TransferLeadership(shard(1), id(1), id(2))));
        ClusterModel handedOver = near.after(List.of(new Action.TransferLeadership(shard(1), id(1), id(2))));
        assertThat(next(handedOver)).isEqualTo(new NextAction.Act(new Action.PromoteLearner(shard(1), id(4))));
        ClusterModel led = handedOver.after(List.of(new Action.PromoteLearner(shard(1), id(4))));
        assertThat(next(led)).isEqualTo(new NextAction.Act(new Action.RemoveMember(shard(1), id(1))));
        ClusterModel done = led.after(List.of(new Action.RemoveMember(shard(1), id(1))));
        assertThat(next(done)).isEqualTo(new NextAction.Done());
        assertThat(done.group(shard(1)).orElseThrow().members()).containsExactly(id(2), id(3), id(4));
    }

    @Test
    void aVoterStaysWhileTooFewWouldBeHealthyWithoutIt() {
        ClusterModel four = model.withGroups(List.of(group(1, GIB, 1, 2, 3, 4, 1)
                .with(List.of(
                        ReplicaModel.voter(id(2)),
                        ReplicaModel.voter(id(3)),
                        ReplicaModel.voter(id(4)),
                        ReplicaModel.voter(id(1))))));
        GroupModel wantsThree =
                new GroupModel(shard(1), 3, four.group(shard(1)).orElseThrow().replicas(), Optional.of(id(2)), GIB, 1);
        ClusterModel awhile = without(four.withGroups(List.of(wantsThree)), id(3), Duration.ofSeconds(20));
        assertThat(waitOf(next(awhile))).isEqualTo("group s1 would be left with 2 healthy voters, it needs 3");
        // Once it is dead for good the step gives way, so that the group can be healed.
        ClusterModel dead = without(four.withGroups(List.of(wantsThree)), id(3), Duration.ofHours(1));
        assertThat(next(dead))
                .isEqualTo(new NextAction.Moot("node n3 died, so s1 needs its replica on n1 until it is healed"));
        ClusterModel leaving = dead.after(List.of(new Action.ChangeIntent(id(1), Intent.DECOMMISSIONING)));
        Plan heal = plan(new ReplicaPlanner(leaving, POLICY).heal());
        assertThat(heal.steps())
                .filteredOn(step -> step.groups().contains(shard(1)))
                .extracting(Step::text)
                .first()
                .isEqualTo("replica of s1 off n3");
        ClusterModel healed = new Driver(leaving, POLICY).carryOut(heal).model;
        assertThat(healed.group(shard(1)).orElseThrow().members()).hasSize(3).doesNotContain(id(1), id(3));
    }

    @Test
    void aGroupWithoutAMajorityIsLeftAlone() {
        ClusterModel lost = without(without(model, id(2), Duration.ofHours(1)), id(3), Duration.ofHours(1));
        assertThat(waitOf(next(lost))).isEqualTo("group s1 has 1 healthy voters, it needs 2 to change its members");
        assertThat(new ReplicaPlanner(lost, POLICY).heal())
                .isInstanceOfSatisfying(
                        Decision.Rest.class, rest -> assertThat(rest.waiting()).hasSize(3));
    }

    @Test
    void nothingIsHealedWhileHalfTheClusterIsSilent() {
        ClusterModel cut = without(
                without(without(model, id(4), Duration.ofHours(1)), id(5), Duration.ofHours(1)),
                id(6),
                Duration.ofHours(1));
        assertThat(((Decision.Rest) new ReplicaPlanner(cut, POLICY).heal()).waiting())
                .extracting(WaitingOn::text)
                .containsExactly(
                        "3 of 6 nodes are silent, replicas are healed up to 2: look for a fault of the network");
    }

    @Test
    void stepsOfOneGroupAreDoneOneAfterTheOtherAndOthersBesideThem() {
        Plan plan = planOf(
                model,
                MOVE,
                new Step.MoveReplica(shard(1), id(2), id(5), GIB, "a test"),
                new Step.MoveReplica(shard(2), id(1), id(5), GIB, "a test"));
        Frontier frontier = Frontier.of(plan, Set.of(), model, POLICY);
        assertThat(frontier.actions())
                .containsExactly(new Action.AddLearner(shard(1), id(4)), new Action.AddLearner(shard(2), id(5)));
        assertThat(waitingText(frontier, 1)).isEqualTo("group s1 is being changed by step 1 of the same plan");
        assertThat(frontier.isDone(plan)).isFalse();
    }

    @Test
    void aNodeCopiesNoMoreReplicasAtATimeThanThePaceAllows() {
        Plan plan = planOf(
                model,
                MOVE,
                new Step.MoveReplica(shard(2), id(1), id(4), GIB, "a test"),
                new Step.MoveReplica(shard(3), id(1), id(4), GIB, "a test"));
        Frontier frontier = Frontier.of(plan, Set.of(), model, POLICY);
        assertThat(frontier.actions()).hasSize(2);
        assertThat(waitingText(frontier, 2)).isEqualTo("node n1 copies 2 replicas already, the limit is 2");
        // What is under way is counted, wherever it stands in the plan.
        ClusterModel last =
                model.after(List.of(new Action.AddLearner(shard(2), id(4)), new Action.AddLearner(shard(3), id(4))));
        assertThat(Frontier.of(plan, Set.of(), last, POLICY).actions()).isEmpty();
    }

    @Test
    void aGroupThatAnotherOperationChangesIsWaitedFor() {
        ClusterModel claimed = model.withClaims(new TreeMap<>(Map.of(shard(1), "operation 7")));
        Frontier frontier = Frontier.of(planOf(model, MOVE), Set.of(), claimed, POLICY);
        assertThat(frontier.actions()).isEmpty();
        assertThat(frontier.waiting().get(0)).isEqualTo(new WaitingOn.GroupClaimed(shard(1), "operation 7"));
    }

    @Test
    void aStepWhoseNodeIsGoneIsVoid() {
        ClusterModel removed = model.after(List.of(new Action.ChangeIntent(id(4), Intent.REMOVED)));
        Plan plan = planOf(model, MOVE);
        Frontier frontier = Frontier.of(plan, Set.of(), removed, POLICY);
        assertThat(frontier.moot()).containsEntry(0, "node n4 is removed, so it can take no replica of s1");
        assertThat(frontier.isDone(plan)).isTrue();
    }

    @Test
    void anIntentWaitsForTheStepsBeforeItAndHoldsThoseAfterIt() {
        Plan plan = planOf(
                model,
                new Step.SetIntent(id(1), Intent.DECOMMISSIONING, "a test"),
                MOVE,
                new Step.SetIntent(id(1), Intent.REMOVED, "a test"));
        Frontier first = Frontier.of(plan, Set.of(), model, POLICY);
        assertThat(first.actions()).containsExactly(new Action.ChangeIntent(id(1), Intent.DECOMMISSIONING));
        assertThat(first.waiting().get(1)).isEqualTo(new WaitingOn.EarlierSteps(1));
        ClusterModel begun = model.after(first.actions());
        assertThat(waitingText(Frontier.of(plan, Set.of(), begun, POLICY), 2))
                .isEqualTo("1 earlier steps of the plan are not done");
        // Its other replicas go another way; until then it is not out of service.
        ClusterModel moved = new Driver(begun, POLICY).carryOut(planOf(begun, MOVE)).model;
        assertThat(waitingText(Frontier.of(plan, Set.of(0, 1), moved, POLICY), 2))
                .isEqualTo("node n1 holds 2 replicas still");
        List<Step> rest = moved.groups().values().stream()
                .filter(group -> group.hasReplicaOn(id(1)))
                .<Step>map(group -> new Step.MoveReplica(group.id(), id(1), id(4), 0, "a test"))
                .toList();
        ClusterModel empty = new Driver(moved, POLICY).carryOut(planOf(moved, rest.toArray(Step[]::new))).model;
        assertThat(Frontier.of(plan, Set.of(0, 1), empty, POLICY).actions())
                .containsExactly(new Action.ChangeIntent(id(1), Intent.REMOVED));
    }

    @Test
    void aLeaderMovesOnlyToAVoterThatIsThere() {
        Step move = new Step.MoveLeader(shard(1), id(1), id(2), "a test");
        assertThat(NextAction.of(move, model, POLICY))
                .isEqualTo(new NextAction.Act(new Action.TransferLeadership(shard(1), id(1), id(2))));
        assertThat(NextAction.of(move, without(model, id(2), Duration.ofSeconds(9)), POLICY))
                .isEqualTo(new NextAction.Moot("group s1 has no healthy voter on n2"));
        assertThat(NextAction.of(
                        move, model.after(List.of(new Action.TransferLeadership(shard(1), id(1), id(2)))), POLICY))
                .isEqualTo(new NextAction.Done());
        assertThat(NextAction.of(
                        move, model.after(List.of(new Action.TransferLeadership(shard(1), id(1), id(3)))), POLICY))
                .isEqualTo(new NextAction.Moot("group s1 is led by n3 by now, not by n1"));
    }

    /** As when another operation moved the group meanwhile: waiting would never end, and nobody else could change the group. */
    @Test
    void aRemovalThatCanNeverBeAllowedIsMoot() {
        assertThat(NextAction.of(new Step.RemoveReplica(shard(1), id(2), "a test"), model, POLICY))
                .isEqualTo(new NextAction.Moot("group s1 has 3 voters and wants 3, so it keeps its replica on n2"));
    }

    @Test
    void copiesOfOtherPlansCount() {
        Map<NodeId, Integer> copies = new HashMap<>(Map.of(id(4), POLICY.pace().copiesMax()));
        assertThat(Frontier.of(List.of(MOVE), Set.of(), model, POLICY, copies).waiting())
                .containsEntry(
                        0,
                        new WaitingOn.NodeBusy(
                                id(4), POLICY.pace().copiesMax(), POLICY.pace().copiesMax()));
    }
}
