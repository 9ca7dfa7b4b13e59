package io.titankv.placement.plan;

import io.titankv.model.GroupId;
import io.titankv.model.NodeId;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * Whether ranges fit on the disks of all nodes with a replica of the group that gets them: the leader may have room where a follower has
 * none, and that one would fail. Counts what is promised to each node, for what several groups get comes together there. A node whose disk
 * is not known has room. Used by one thread.
 */
public final class RangeRoom {
    /** Ranges on their way are given up below this part of what a disk is to keep free: room for what is measured late. A guess. */
    private static final double SPARE_LEFT_MIN = 0.5;

    private final ClusterModel model;
    private final PlanPolicy policy;
    private final Map<NodeId, Long> promised = new HashMap<>();

    public RangeRoom(ClusterModel model, PlanPolicy policy) {
        this.model = model;
        this.policy = policy;
    }

    /** Each replica of the group will get so many bytes. */
    public void promise(GroupId to, long bytes) {
        holders(to).forEach(node -> promised.merge(node, bytes, Long::sum));
    }

    /** The node that lacks most if so many bytes go to each replica of the group beside what is promised; empty: they fit. */
    public Optional<WaitingOn.NoRoomOn> lack(GroupId to, long bytes) {
        return lack(to, holders(to), bytes);
    }

    /** The first group with a node that lacks room, if all these ranges move; empty: they fit. Promises them. */
    Optional<WaitingOn.NoRoomOn> lack(List<? extends Step> steps) {
        SortedSet<GroupId> receivers = new TreeSet<>();
        for (Step step : steps) {
            if (step instanceof Step.MoveRange move) {
                promise(move.to(), move.bytes());
                receivers.add(move.to());
            }
        }
        return receivers.stream().flatMap(group -> lack(group, 0).stream()).findFirst();
    }

    /** The same as {@link #lack(GroupId, long)} for a group that might get replicas on these nodes. */
    Optional<WaitingOn.NoRoomOn> lack(GroupId to, Collection<NodeId> nodes, long bytes) {
        return nodes.stream()
                .flatMap(node -> model.node(node).stream())
                .filter(node -> node.diskBytes() > 0)
                .map(node -> on(node, to, bytes + promised.getOrDefault(node.id(), 0L), spare(node)))
                // What is not begun need not be given up: where that would be, not even what is empty begins.
                .filter(it -> it.neededBytes() > Math.max(0, it.freeBytes() - it.spareBytes())
                        || it.freeBytes() < least(it.spareBytes()))
                .min(Comparator.comparingLong(it -> it.freeBytes() - it.spareBytes() - it.neededBytes()));
    }

    /**
     * The node whose disk is so full that what is on its way to the group must not go on.
     *
     * @param bytesLeft still to come; of no weight
     */
    public Optional<WaitingOn.NoRoomOn> exhausted(GroupId to, long bytesLeft) {
        return holders(to).stream()
                .flatMap(node -> model.node(node).stream())
                .filter(node -> node.diskBytes() > 0)
                .map(node -> on(node, to, bytesLeft, least(spare(node))))
                .filter(it -> it.freeBytes() < it.spareBytes())
                .min(Comparator.comparingLong(it -> it.freeBytes() - it.spareBytes()));
    }

    private List<NodeId> holders(GroupId group) {
        return model.group(group).map(GroupModel::members).orElse(List.of());
    }

    private static WaitingOn.NoRoomOn on(NodeModel node, GroupId group, long neededBytes, long spareBytes) {
        return new WaitingOn.NoRoomOn(group, node.id(), node.freeBytes(), neededBytes, spareBytes);
    }

    private static long least(long spareBytes) {
        return Math.round(spareBytes * SPARE_LEFT_MIN);
    }

    /** What a plan leaves free on a disk. */
    private long spare(NodeModel node) {
        return Math.round(node.diskBytes() * (1 - policy.diskFullMax()));
    }
}
