package io.titankv.placement.state;

import io.titankv.model.NodeId;
import io.titankv.placement.plan.NodeModel.Intent;
import java.util.Collections;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What operators want of the cluster, since it was founded. Immutable.
 *
 * @param intents of nodes; one that is not named is in service
 * @param labels that operators gave nodes; they go before those that a node registers with. Empty value: the node has no such label
 * @param schedulers what the cluster does by itself
 * @param transferBytesPerSecond that one range transfer copies at most, and that replicas copied to one node bring in, all together;
 *     0: as many as they can
 */
public record Wishes(
        SortedMap<NodeId, Intent> intents,
        SortedMap<NodeId, SortedMap<String, String>> labels,
        Schedulers schedulers,
        long transferBytesPerSecond) {
    /** Most labels that operators may give a node. */
    static final int LABELS_MAX = 64;

    /** Longest name or value of a label, characters. */
    static final int LABEL_CHARACTERS_MAX = 64;

    /** A guess: a third of what a replica copies on a small machine, so that requests have the rest. */
    public static final long TRANSFER_BYTES_PER_SECOND_DEFAULT = 32L << 20;

    /** Nothing special. */
    public static final Wishes NONE = new Wishes(
            Collections.emptySortedMap(),
            Collections.emptySortedMap(),
            Schedulers.ALL,
            TRANSFER_BYTES_PER_SECOND_DEFAULT);

    /** What the cluster does by itself. */
    public record Schedulers(boolean heal, boolean balanceReplicas, boolean balanceLeaders, boolean balanceRanges) {
        /** All of it. */
        public static final Schedulers ALL = new Schedulers(true, true, true, true);
    }

    public Wishes {
        if (transferBytesPerSecond < 0) {
            throw new IllegalArgumentException(
                    "a transfer cannot copy " + transferBytesPerSecond + " bytes a second; 0: as many as it can");
        }
        intents = Collections.unmodifiableSortedMap(new TreeMap<>(intents));
        SortedMap<NodeId, SortedMap<String, String>> copied = new TreeMap<>();
        labels.forEach((node, given) -> copied.put(node, Collections.unmodifiableSortedMap(new TreeMap<>(given))));
        labels = Collections.unmodifiableSortedMap(copied);
    }

    public Intent intentOf(NodeId node) {
        return intents.getOrDefault(node, Intent.IN_SERVICE);
    }

    /** The labels of a node: those it registered with, changed by those it was given. */
    SortedMap<String, String> labelsOf(NodeRecord node) {
        SortedMap<String, String> all = new TreeMap<>(node.labels());
        labels.getOrDefault(node.id(), Collections.emptySortedMap()).forEach((name, value) -> {
            if (value.isEmpty()) {
                all.remove(name);
            } else {
                all.put(name, value);
            }
        });
        return all;
    }

    Wishes with(NodeId node, Intent intent) {
        SortedMap<NodeId, Intent> changed = new TreeMap<>(intents);
        if (intent == Intent.IN_SERVICE) {
            changed.remove(node);
        } else {
            changed.put(node, intent);
        }
        return new Wishes(changed, labels, schedulers, transferBytesPerSecond);
    }

    /**
     * With labels changed.
     *
     * @throws IllegalArgumentException when there are too many, or one is too long
     */
    Wishes with(NodeId node, Map<String, String> changes) {
        SortedMap<String, String> given = new TreeMap<>(labels.getOrDefault(node, Collections.emptySortedMap()));
        given.putAll(changes);
        if (given.size() > LABELS_MAX) {
            throw new IllegalArgumentException("node " + node + " would be given " + given.size() + " labels, at most "
                    + LABELS_MAX + " are kept");
        }
        given.forEach((name, value) -> {
            if (name.isEmpty() || Math.max(name.length(), value.length()) > LABEL_CHARACTERS_MAX) {
                throw new IllegalArgumentException(
                        "a label has a name of 1 to " + LABEL_CHARACTERS_MAX + " characters and a value of up to "
                                + LABEL_CHARACTERS_MAX + ": '" + name + "' = '" + value + "'");
            }
        });
        SortedMap<NodeId, SortedMap<String, String>> changed = new TreeMap<>(labels);
        changed.put(node, given);
        return new Wishes(intents, changed, schedulers, transferBytesPerSecond);
    }

    Wishes with(Schedulers changed) {
        return new Wishes(intents, labels, changed, transferBytesPerSecond);
    }

    Wishes with(long changedTransferBytesPerSecond) {
        return new Wishes(intents, labels, schedulers, changedTransferBytesPerSecond);
    }
}
