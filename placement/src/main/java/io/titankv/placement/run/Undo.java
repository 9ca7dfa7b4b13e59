package io.titankv.placement.run;

import io.titankv.model.GroupId;
import io.titankv.model.NodeId;
import io.titankv.placement.plan.Action;
import io.titankv.placement.plan.ClusterModel;
import io.titankv.placement.plan.NodeModel.Intent;
import io.titankv.placement.plan.Step;
import io.titankv.placement.state.Members;
import io.titankv.placement.state.OperationRecord;
import io.titankv.placement.state.PlacementState;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * How an operation that is cancelled is brought to a safe end: a replica that was added beside the one that it replaces goes again, a
 * node that was to leave is in service again, and a group that was formed and got nothing is retired. What is done stays; transfers of
 * ranges that are not decided are given up ({@link TransferRound}). Pure functions.
 */
final class Undo {
    private Undo() {}

    static List<Step> of(OperationRecord operation, PlacementState state) {
        List<Step> undo = new ArrayList<>();
        String why = operation.name() + " was cancelled";
        Set<Integer> settled = operation.settled();
        for (int place = 0; place < operation.steps().size(); place++) {
            switch (operation.steps().get(place)) {
                case Step.SetIntent set -> {
                    boolean isLeaving = set.intent() == Intent.DRAINING || set.intent() == Intent.DECOMMISSIONING;
                    if (isLeaving && state.intentOf(set.node()) == set.intent()) {
                        undo.add(new Step.SetIntent(set.node(), Intent.IN_SERVICE, why));
                    }
                }
                case Step.MoveReplica move -> {
                    Members members = state.membersOf(move.group());
                    if (!settled.contains(place) && members.holders().contains(move.from())) {
                        removal(move.group(), move.to(), members, why, undo);
                    }
                }
                case Step.AddReplica add -> {
                    Members members = state.membersOf(add.group());
                    if (!settled.contains(place) && !members.voters().contains(add.to())) {
                        removal(add.group(), add.to(), members, why, undo);
                    }
                }
                case Step.CreateGroup create -> {
                    // Also when it is not formed yet: the entry may be on its way.
                    if (state.rangesOf(create.group()).isEmpty()) {
                        undo.add(new Step.RetireGroup(create.group(), why));
                    }
                }
                case Step.RemoveReplica _,
                        Step.MoveLeader _,
                        Step.MoveRange _,
                        Step.RetireGroup _,
                        Step.DropStray _ -> {}
            }
        }
        return List.copyOf(undo);
    }

    private static void removal(GroupId group, NodeId node, Members members, String why, List<Step> undo) {
        if (members.holders().contains(node)) {
            undo.add(new Step.RemoveReplica(group, node, why));
        }
    }

    /** The cluster as it is once these steps are done. */
    static ClusterModel after(ClusterModel model, List<Step> undo) {
        List<Action> actions = new ArrayList<>();
        for (Step step : undo) {
            if (step instanceof Step.RemoveReplica remove) {
                actions.add(new Action.RemoveMember(remove.group(), remove.from()));
            }
        }
        return model.after(actions);
    }
}
