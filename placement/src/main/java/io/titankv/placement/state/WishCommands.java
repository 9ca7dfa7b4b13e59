package io.titankv.placement.state;

import io.titankv.model.NodeId;
import io.titankv.placement.plan.NodeModel.Intent;
import io.titankv.placement.state.Wishes.Schedulers;
import io.titankv.proto.durable.v1.ChangeIntent;
import io.titankv.proto.durable.v1.ChangeLabels;
import io.titankv.proto.durable.v1.PlacementCommand;
import java.util.Locale;
import java.util.SortedMap;
import java.util.TreeMap;

/** How commands of operators change a state. Used once by one thread. */
final class WishCommands {
    private final Draft draft;

    WishCommands(Draft draft) {
        this.draft = draft;
    }

    /** Returns whether anything changed. */
    boolean apply(PlacementCommand command) {
        Wishes before = draft.wishes;
        switch (command.getKindCase()) {
            case CHANGE_INTENT -> changeIntent(command.getChangeIntent());
            case CHANGE_LABELS -> changeLabels(command.getChangeLabels());
            case SET_SCHEDULERS -> {
                Schedulers schedulers = WishesForm.schedulers(command.getSetSchedulers());
                draft.wishes = before.with(schedulers);
                if (!schedulers.equals(before.schedulers())) {
                    draft.event("schedulers switched", text(schedulers), "", "", 0);
                }
            }
            case SET_LIMITS -> {
                long transferBytes = command.getSetLimits().getTransferBytesPerSecond();
                draft.wishes = before.with(transferBytes);
                if (transferBytes != before.transferBytesPerSecond()) {
                    draft.event("limits set", "a transfer copies " + text(transferBytes), "", "", 0);
                }
            }
            default -> throw new IllegalStateException("not a wish: " + command.getKindCase());
        }
        return !draft.wishes.equals(before);
    }

    private void changeIntent(ChangeIntent change) {
        NodeId node = draft.requireNode(change.getNodeId());
        Intent intent = WishesForm.intent(change.getIntent());
        if (draft.wishes.intentOf(node) != intent) {
            draft.wishes = draft.wishes.with(node, intent);
            String words = intent.name().toLowerCase(Locale.ROOT).replace('_', ' ');
            draft.event("node intent", node + " is " + words, node.value(), "", 0);
        }
    }

    private void changeLabels(ChangeLabels change) {
        NodeId node = draft.requireNode(change.getNodeId());
        SortedMap<String, String> labels = new TreeMap<>();
        change.getRemovedList().forEach(name -> labels.put(name, ""));
        change.getSetList().forEach(label -> labels.put(label.getName(), label.getValue()));
        Wishes before = draft.wishes;
        draft.wishes = before.with(node, labels);
        if (!draft.wishes.equals(before)) {
            draft.event("node labelled", node + " " + labels, node.value(), "", 0);
        }
    }

    private static String text(Schedulers schedulers) {
        return "heal " + onOff(schedulers.heal()) + ", balance of replicas " + onOff(schedulers.balanceReplicas())
                + ", balance of leaders " + onOff(schedulers.balanceLeaders()) + ", balance of ranges "
                + onOff(schedulers.balanceRanges());
    }

    private static String text(long transferBytes) {
        return transferBytes == 0 ? "as fast as it can" : "at most " + transferBytes + " bytes a second";
    }

    private static String onOff(boolean on) {
        return on ? "on" : "off";
    }
}
