package io.titankv.placement.state;

import io.titankv.model.Epoch;
import io.titankv.model.GroupId;
import io.titankv.model.NodeId;
import io.titankv.model.ShardMap.RangeEntry;
import io.titankv.proto.durable.v1.PlacementCommand;
import java.time.Instant;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/** A state while one command changes it. Used once by one thread. */
final class Draft {
    /** Commands of older formats made no events, and must not make any when they are applied again. */
    private static final int EVENTS_SINCE_FORMAT = 2;

    final PlacementState before;
    final SortedMap<NodeId, NodeRecord> nodes;
    final SortedMap<GroupId, GroupRecord> groups;
    String clusterId;
    Epoch epoch;
    Settings settings;
    List<NodeId> initialNodes;
    Members placement;
    List<RangeEntry> ring;
    int lastGroup;
    Transfers transfers;
    Wishes wishes;
    Journal journal;
    Instant at = Instant.EPOCH;
    private boolean makesEvents;

    /** A command makes no sense. */
    static final class RefusedException extends RuntimeException {
        private static final long serialVersionUID = 1L;

        final Refusal refusal;
        final String message;

        RefusedException(Refusal refusal, String message) {
            super(message, null, false, false);
            this.refusal = refusal;
            this.message = message;
        }
    }

    Draft(PlacementState before) {
        this.before = before;
        this.nodes = new TreeMap<>(before.nodes());
        this.groups = new TreeMap<>(before.groups());
        this.clusterId = before.clusterId();
        this.epoch = before.epoch();
        this.settings = before.settings();
        this.initialNodes = before.initialNodes();
        this.placement = before.placement();
        this.ring = before.ring();
        this.lastGroup = before.lastGroup();
        this.transfers = before.transfers();
        this.wishes = before.wishes();
        this.journal = before.journal();
    }

    void stamp(PlacementCommand command) {
        at = Instant.ofEpochMilli(command.getAtMillis());
        makesEvents = command.getFormat() >= EVENTS_SINCE_FORMAT;
    }

    /** Notes what happened. Empty, empty, 0: not about a node, a group, an operation. */
    void event(String kind, String text, String node, String group, long operation) {
        if (makesEvents) {
            journal = journal.with(at, kind, text, node, group, operation);
        }
    }

    NodeId requireNode(String name) {
        NodeId node = new NodeId(name);
        if (!nodes.containsKey(node)) {
            throw new RefusedException(Refusal.NODE_UNKNOWN, "there is no node " + node);
        }
        return node;
    }

    GroupRecord requireGroup(GroupId id) {
        GroupRecord group = groups.get(id);
        if (group == null) {
            throw new RefusedException(Refusal.GROUP_UNKNOWN, "there is no group " + id);
        }
        return group;
    }

    PlacementState done() {
        return new PlacementState(
                clusterId,
                before.revision() + 1,
                epoch,
                settings,
                initialNodes,
                placement,
                nodes,
                groups,
                ring,
                lastGroup,
                transfers,
                wishes,
                journal);
    }
}
