package io.titankv.benchmarks.placement;

import io.titankv.model.GroupId;
import io.titankv.model.NodeId;
import io.titankv.placement.plan.Action;
import io.titankv.placement.plan.ClusterModel;
import io.titankv.placement.plan.Decision;
import io.titankv.placement.plan.Frontier;
import io.titankv.placement.plan.GroupModel;
import io.titankv.placement.plan.Plan;
import io.titankv.placement.plan.PlanPolicy;
import io.titankv.placement.plan.ReplicaModel;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;

/**
 * A cluster on paper that carries plans out, action by action, at the pace of the policy; what it must always keep is checked after each
 * round. Learners catch up from one round to the next. Used by one thread.
 */
final class SimulatedCluster {
    private static final int ROUNDS_MAX = 200_000;

    final PlanPolicy policy;
    private final Timings timings;
    private ClusterModel model;
    private int steps;
    private long bytes;

    SimulatedCluster(ClusterModel model, PlanPolicy policy, Timings timings) {
        this.model = model;
        this.policy = policy;
        this.timings = timings;
    }

    ClusterModel model() {
        return model;
    }

    /** What happens to the cluster from outside. */
    void become(ClusterModel changed) {
        model = changed;
    }

    /** Steps and bytes of the plans carried out since the last call. */
    Work workDone() {
        Work work = new Work(steps, bytes);
        steps = 0;
        bytes = 0;
        return work;
    }

    record Work(int steps, long bytes) {}

    /** Has a decision made, with its time taken. */
    Decision decide(Supplier<Decision> planner) {
        return timings.decision(planner);
    }

    /**
     * Has a plan made and carries it out.
     *
     * @return false when there was none to make
     */
    boolean carryOut(Supplier<Decision> planner) {
        Decision decision = decide(planner);
        if (!(decision instanceof Plan plan)) {
            return false;
        }
        steps += plan.steps().size();
        bytes += plan.bytes();
        Set<Integer> finished = new HashSet<>();
        for (int round = 0; round < ROUNDS_MAX; round++) {
            Frontier frontier = timings.look(() -> Frontier.of(plan, finished, model, policy));
            finished.addAll(frontier.finished());
            if (!frontier.moot().isEmpty()) {
                throw new IllegalStateException("a step became moot though nothing happened: " + frontier.moot());
            }
            if (frontier.isDone(plan)) {
                return true;
            }
            if (frontier.actions().isEmpty() && !hasLearnersBehind()) {
                throw new IllegalStateException("the plan is stuck: " + frontier.waiting());
            }
            act(frontier.actions());
        }
        throw new IllegalStateException("the plan is not done after " + ROUNDS_MAX + " rounds");
    }

    private void act(List<Action> actions) {
        ClusterModel before = model;
        model = before.after(actions);
        for (GroupModel group : model.groups().values()) {
            GroupModel was = before.groups().get(group.id());
            if (was != null && !was.equals(group)) {
                checkChange(was, group);
            }
        }
        catchUp();
    }

    private static void checkChange(GroupModel was, GroupModel now) {
        boolean keepsMajority = !was.hasQuorum() || now.hasQuorum();
        boolean keepsVoters = now.healthyVoters() >= Math.min(was.healthyVoters(), now.replicasWanted());
        boolean isOneChange = Math.abs(now.voters() - was.voters()) <= 1
                && Math.abs(now.members().size() - was.members().size()) <= 1;
        if (!keepsMajority || !keepsVoters || !isOneChange) {
            throw new IllegalStateException("a change that must not be: from " + was + " to " + now);
        }
    }

    private boolean hasLearnersBehind() {
        return model.groups().values().stream()
                .flatMap(group -> group.replicas().stream())
                .anyMatch(replica -> replica.entriesBehind() == ReplicaModel.UNKNOWN);
    }

    private void catchUp() {
        List<GroupModel> caught = new ArrayList<>();
        for (GroupModel group : model.groups().values()) {
            if (group.replicas().stream().anyMatch(replica -> replica.entriesBehind() == ReplicaModel.UNKNOWN)) {
                caught.add(withReplicas(
                        group,
                        group.replicas().stream()
                                .map(replica -> replica.entriesBehind() == ReplicaModel.UNKNOWN
                                        ? new ReplicaModel(replica.node(), replica.role(), replica.healthy(), 0)
                                        : replica)
                                .toList(),
                        group.leader()));
            }
        }
        if (!caught.isEmpty()) {
            model = model.withGroups(caught);
        }
    }

    static GroupModel withReplicas(GroupModel group, List<ReplicaModel> replicas, Optional<NodeId> leader) {
        return new GroupModel(
                group.id(), group.replicasWanted(), replicas, leader, group.bytes(), group.opsPerSecond());
    }

    /** The number of a group that is not there yet. */
    GroupId nextGroup() {
        return new GroupId(model.groups().lastKey().number() + 1);
    }
}
