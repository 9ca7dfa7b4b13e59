package io.titankv.placement.plan;

import io.titankv.model.GroupId;
import io.titankv.model.NodeId;
import io.titankv.placement.plan.ReplicaModel.Role;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * How far a plan is: what to have done now, what holds the other steps back, what is finished. One change at a time for each group, and
 * no more copies at a time than the pace allows. Pure: a driver asks again whenever the cluster has changed. Immutable.
 *
 * @param actions to have done now, each of another group
 * @param waiting what holds each unfinished step back that has no action, by its place in the plan
 * @param finished the steps that are finished, those from before among them, by their place in the plan
 * @param moot steps that make no sense any more, with the reason
 */
public record Frontier(
        List<Action> actions,
        SortedMap<Integer, WaitingOn> waiting,
        SortedSet<Integer> finished,
        SortedMap<Integer, String> moot) {
    /** True when no step is left to do. */
    public boolean isDone(Plan plan) {
        return isDone(plan.steps());
    }

    /** True when none of these steps is left to do. */
    public boolean isDone(List<Step> steps) {
        return finished.size() + moot.size() == steps.size();
    }

    /**
     * Looks how far a plan is.
     *
     * @param finishedBefore steps that are known to be finished; they are not looked at again
     * @param model in which the claims are those of other operations
     */
    public static Frontier of(Plan plan, Set<Integer> finishedBefore, ClusterModel model, PlanPolicy policy) {
        return of(plan.steps(), finishedBefore, model, policy, new HashMap<>());
    }

    /**
     * Looks how far the steps of a plan are, beside other plans.
     *
     * @param copies replicas that each node copies for other plans; those of this plan are added
     */
    public static Frontier of(
            List<Step> steps,
            Set<Integer> finishedBefore,
            ClusterModel model,
            PlanPolicy policy,
            Map<NodeId, Integer> copies) {
        return new Search(steps, finishedBefore, model, policy, copies).search();
    }

    /** One look. */
    private static final class Search {
        private final List<Step> steps;
        private final ClusterModel model;
        private final PlanPolicy policy;
        private final Map<NodeId, Integer> copies;
        private final Map<GroupId, Integer> heldBy = new HashMap<>();
        private final List<Action> actions = new ArrayList<>();
        private final SortedMap<Integer, WaitingOn> waiting = new TreeMap<>();
        private final SortedMap<Integer, String> moot = new TreeMap<>();
        private final SortedSet<Integer> finished;
        private int transfers;
        private int undone;
        private boolean isBarred;

        Search(
                List<Step> steps,
                Set<Integer> finishedBefore,
                ClusterModel model,
                PlanPolicy policy,
                Map<NodeId, Integer> copies) {
            this.steps = steps;
            this.model = model;
            this.policy = policy;
            this.copies = copies;
            this.finished = new TreeSet<>(finishedBefore);
        }

        Frontier search() {
            for (int i = 0; i < steps.size(); i++) {
                if (!finished.contains(i)) {
                    countCopyUnderWay(steps.get(i));
                }
            }
            for (int i = 0; i < steps.size(); i++) {
                if (!finished.contains(i)) {
                    look(i, steps.get(i));
                }
            }
            return new Frontier(List.copyOf(actions), waiting, finished, moot);
        }

        private void countCopyUnderWay(Step step) {
            List<NodeId> ends = Pace.endsOf(step, model);
            boolean isUnderWay = !ends.isEmpty()
                    && step.groups().stream()
                            .flatMap(group -> model.group(group).stream())
                            .anyMatch(group -> group.replicaOn(ends.getLast())
                                    .filter(replica -> replica.role() == Role.LEARNER)
                                    .isPresent());
            if (isUnderWay) {
                ends.forEach(node -> copies.merge(node, 1, Integer::sum));
            }
        }

        private void look(int place, Step step) {
            WaitingOn held = heldBack(step);
            if (held != null) {
                hold(place, step, held);
                return;
            }
            switch (NextAction.of(step, model, policy)) {
                case NextAction.Done _ -> finished.add(place);
                case NextAction.Moot it -> moot.put(place, it.why());
                case NextAction.Wait wait -> hold(place, step, wait.on());
                case NextAction.Act act -> {
                    WaitingOn busy = busy(step, act.action());
                    if (busy == null) {
                        actions.add(act.action());
                        hold(step, place);
                    } else {
                        hold(place, step, busy);
                    }
                }
            }
        }

        private @Nullable WaitingOn heldBack(Step step) {
            if (isBarred || (step instanceof Step.SetIntent && undone > 0)) {
                return new WaitingOn.EarlierSteps(undone);
            }
            for (GroupId group : step.groups()) {
                Integer earlier = heldBy.get(group);
                if (earlier != null) {
                    return new WaitingOn.GroupClaimed(group, "step " + (earlier + 1) + " of the same plan");
                }
                String claim = model.claims().get(group);
                if (claim != null) {
                    return new WaitingOn.GroupClaimed(group, claim);
                }
            }
            return null;
        }

        private @Nullable WaitingOn busy(Step step, Action action) {
            if (action instanceof Action.TransferRange) {
                if (transfers >= policy.pace().transfersMax()) {
                    return new WaitingOn.TransfersBusy(transfers, policy.pace().transfersMax());
                }
                transfers++;
            }
            if (action instanceof Action.AddLearner) {
                int copiesMax = policy.pace().copiesMax();
                List<NodeId> ends = Pace.endsOf(step, model);
                for (NodeId node : ends) {
                    int under = copies.getOrDefault(node, 0);
                    if (under >= copiesMax) {
                        return new WaitingOn.NodeBusy(node, under, copiesMax);
                    }
                }
                ends.forEach(node -> copies.merge(node, 1, Integer::sum));
            }
            return null;
        }

        private void hold(int place, Step step, WaitingOn on) {
            waiting.put(place, on);
            hold(step, place);
        }

        private void hold(Step step, int place) {
            undone++;
            step.groups().forEach(group -> heldBy.putIfAbsent(group, place));
            isBarred |= step instanceof Step.SetIntent;
        }
    }
}
