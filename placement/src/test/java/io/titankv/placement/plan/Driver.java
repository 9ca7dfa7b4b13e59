package io.titankv.placement.plan;

import static org.assertj.core.api.Assertions.assertThat;

import io.titankv.model.GroupId;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Carries plans out on a model, one action after the other, and checks after each what must always be true. */
final class Driver {
    private static final int ROUNDS_MAX = 10_000;

    private final PlanPolicy policy;
    ClusterModel model;

    Driver(ClusterModel model, PlanPolicy policy) {
        this.model = model;
        this.policy = policy;
    }

    /** Carries a plan out to its end; fails when it does not get there. */
    Driver carryOut(Plan plan) {
        Set<Integer> finished = new HashSet<>();
        Set<GroupId> closer = closerThanNeedBe();
        for (int round = 0; round < ROUNDS_MAX; round++) {
            Frontier frontier = Frontier.of(plan, finished, model, policy);
            finished.addAll(frontier.finished());
            assertThat(frontier.moot()).isEmpty();
            if (frontier.isDone(plan)) {
                assertThat(closer).as("closer together than need be").containsAll(closerThanNeedBe());
                return this;
            }
            Set<GroupId> changed = new HashSet<>();
            for (Action action : frontier.actions()) {
                actAndCheck(action, changed);
            }
            assertThat(frontier.actions().isEmpty() && !catchUp())
                    .as("stuck: " + frontier.waiting())
                    .isFalse();
        }
        throw new AssertionError("not done after " + ROUNDS_MAX + " rounds: " + plan);
    }

    private void actAndCheck(Action action, Set<GroupId> changed) {
        ClusterModel before = model;
        model = model.after(List.of(action));
        for (GroupModel group : model.groups().values()) {
            GroupModel was = before.groups().get(group.id());
            if (group.equals(was)) {
                continue;
            }
            assertThat(group.hasQuorum() || was == null || !was.hasQuorum())
                    .as("%s leaves %s without a majority of healthy voters", action, group)
                    .isTrue();
            if (was != null && !group.members().equals(was.members())) {
                assertThat(changed.add(group.id()))
                        .as("two changes of %s at a time", group.id())
                        .isTrue();
                assertThat(Math.abs(group.voters() - was.voters())).isLessThanOrEqualTo(1);
                assertThat(group.healthyVoters())
                        .as("%s takes healthy voters from %s", action, was)
                        .isGreaterThanOrEqualTo(Math.min(was.healthyVoters(), group.replicasWanted()));
            }
        }
    }

    /** Learners have caught up; false when there was none that had not. */
    private boolean catchUp() {
        List<GroupModel> caught = new ArrayList<>();
        for (GroupModel group : model.groups().values()) {
            if (group.replicas().stream().anyMatch(it -> it.entriesBehind() == ReplicaModel.UNKNOWN)) {
                caught.add(group.with(group.replicas().stream()
                        .map(it -> it.entriesBehind() == ReplicaModel.UNKNOWN
                                ? new ReplicaModel(it.node(), it.role(), it.healthy(), 0)
                                : it)
                        .toList()));
            }
        }
        model = model.withGroups(caught);
        return !caught.isEmpty();
    }

    /** Groups with a replica that shares a domain and would share less elsewhere. */
    private Set<GroupId> closerThanNeedBe() {
        ReplicaLayout layout = new ReplicaLayout(model, policy);
        Set<GroupId> closer = new HashSet<>();
        for (int group = 0; group < layout.groups.size(); group++) {
            for (int member : layout.members(group).clone()) {
                int shared = layout.shared(member, group);
                int elsewhere = shared == 0 ? ReplicaLayout.NOBODY : layout.place(group, member);
                if (elsewhere != ReplicaLayout.NOBODY) {
                    layout.move(group, member, elsewhere);
                    if (layout.shared(elsewhere, group) < shared) {
                        closer.add(layout.groups.get(group).id());
                    }
                    layout.move(group, elsewhere, member);
                }
            }
        }
        return closer;
    }
}
