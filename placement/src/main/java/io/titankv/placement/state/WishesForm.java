package io.titankv.placement.state;

import io.titankv.model.NodeId;
import io.titankv.placement.plan.NodeModel.Intent;
import io.titankv.placement.state.Wishes.Schedulers;
import io.titankv.proto.durable.v1.ChangeIntent;
import io.titankv.proto.durable.v1.ChangeLabels;
import io.titankv.proto.durable.v1.PlacementCommand;
import io.titankv.proto.durable.v1.PlacementSnapshot;
import io.titankv.proto.durable.v1.StoredIntent;
import io.titankv.proto.durable.v1.StoredLabel;
import io.titankv.proto.durable.v1.StoredLimits;
import io.titankv.proto.durable.v1.StoredSchedulers;
import java.util.Collection;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/** The protobuf form of what operators want, both ways. Thread-safe. */
public final class WishesForm {
    private WishesForm() {}

    public static PlacementCommand changeIntent(String clusterId, NodeId node, Intent intent) {
        return StoredForm.command(clusterId)
                .setChangeIntent(change(node, intent))
                .build();
    }

    public static PlacementCommand changeLabels(
            String clusterId, NodeId node, Map<String, String> set, Collection<String> removed) {
        ChangeLabels.Builder change = labels(node, new TreeMap<>(set));
        removed.stream().sorted().forEach(change::addRemoved);
        return StoredForm.command(clusterId).setChangeLabels(change).build();
    }

    public static PlacementCommand setSchedulers(String clusterId, Schedulers schedulers) {
        return StoredForm.command(clusterId)
                .setSetSchedulers(stored(schedulers))
                .build();
    }

    /** How much at most may go on at a time. */
    public static PlacementCommand setLimits(String clusterId, long transferBytesPerSecond) {
        return StoredForm.command(clusterId)
                .setSetLimits(limits(transferBytesPerSecond))
                .build();
    }

    private static StoredLimits limits(long transferBytesPerSecond) {
        return StoredLimits.newBuilder()
                .setTransferBytesPerSecond(transferBytesPerSecond)
                .build();
    }

    static void write(Wishes wishes, PlacementSnapshot.Builder snapshot) {
        wishes.intents().forEach((node, intent) -> snapshot.addIntents(change(node, intent)));
        wishes.labels().forEach((node, given) -> {
            ChangeLabels.Builder stored = ChangeLabels.newBuilder().setNodeId(node.value());
            given.forEach((name, value) -> {
                if (value.isEmpty()) {
                    stored.addRemoved(name);
                } else {
                    stored.addSet(StoredLabel.newBuilder().setName(name).setValue(value));
                }
            });
            snapshot.addLabels(stored);
        });
        snapshot.setSchedulers(stored(wishes.schedulers()));
        snapshot.setLimits(limits(wishes.transferBytesPerSecond()));
    }

    static Wishes read(PlacementSnapshot snapshot) {
        SortedMap<NodeId, Intent> intents = new TreeMap<>();
        snapshot.getIntentsList()
                .forEach(stored -> intents.put(new NodeId(stored.getNodeId()), intent(stored.getIntent())));
        SortedMap<NodeId, SortedMap<String, String>> labels = new TreeMap<>();
        snapshot.getLabelsList().forEach(stored -> {
            SortedMap<String, String> given = new TreeMap<>();
            stored.getRemovedList().forEach(name -> given.put(name, ""));
            stored.getSetList().forEach(label -> given.put(label.getName(), label.getValue()));
            labels.put(new NodeId(stored.getNodeId()), given);
        });
        return new Wishes(
                intents,
                labels,
                schedulers(snapshot.getSchedulers()),
                // Before format 3 there were no limits to set.
                snapshot.hasLimits()
                        ? snapshot.getLimits().getTransferBytesPerSecond()
                        : Wishes.TRANSFER_BYTES_PER_SECOND_DEFAULT);
    }

    private static ChangeIntent change(NodeId node, Intent intent) {
        return ChangeIntent.newBuilder()
                .setNodeId(node.value())
                .setIntent(stored(intent))
                .build();
    }

    private static ChangeLabels.Builder labels(NodeId node, SortedMap<String, String> set) {
        ChangeLabels.Builder change = ChangeLabels.newBuilder().setNodeId(node.value());
        set.forEach((name, value) ->
                change.addSet(StoredLabel.newBuilder().setName(name).setValue(value)));
        return change;
    }

    private static StoredSchedulers stored(Schedulers schedulers) {
        return StoredSchedulers.newBuilder()
                .setHealOff(!schedulers.heal())
                .setBalanceReplicasOff(!schedulers.balanceReplicas())
                .setBalanceLeadersOff(!schedulers.balanceLeaders())
                .setBalanceRangesOff(!schedulers.balanceRanges())
                .build();
    }

    static Schedulers schedulers(StoredSchedulers stored) {
        return new Schedulers(
                !stored.getHealOff(),
                !stored.getBalanceReplicasOff(),
                !stored.getBalanceLeadersOff(),
                !stored.getBalanceRangesOff());
    }

    static StoredIntent stored(Intent intent) {
        return switch (intent) {
            case IN_SERVICE -> StoredIntent.STORED_INTENT_IN_SERVICE;
            case DRAINING -> StoredIntent.STORED_INTENT_DRAINING;
            case DECOMMISSIONING -> StoredIntent.STORED_INTENT_DECOMMISSIONING;
            case REMOVED -> StoredIntent.STORED_INTENT_REMOVED;
        };
    }

    static Intent intent(StoredIntent stored) {
        return switch (stored) {
            case STORED_INTENT_IN_SERVICE -> Intent.IN_SERVICE;
            case STORED_INTENT_DRAINING -> Intent.DRAINING;
            case STORED_INTENT_DECOMMISSIONING -> Intent.DECOMMISSIONING;
            case STORED_INTENT_REMOVED -> Intent.REMOVED;
            case STORED_INTENT_UNSPECIFIED, UNRECOGNIZED ->
                throw new IllegalArgumentException("an intent that this version does not know: " + stored);
        };
    }
}
