package io.titankv.placement.state;

import io.titankv.model.Epoch;
import io.titankv.model.GroupId;
import io.titankv.model.NodeId;
import io.titankv.model.ShardMap.RangeEntry;
import io.titankv.model.Token;
import io.titankv.model.TokenRange;
import io.titankv.placement.plan.NodeModel.Intent;
import io.titankv.placement.state.GroupRecord.State;
import io.titankv.placement.state.TransferRecord.Phase;
import io.titankv.proto.durable.v1.PlacementCommand;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What the placement group has decided: who belongs to the cluster, which groups there are, and who owns which tokens. What
 * merely is so (who leads, who is alive, how large things are) is not in it: that is told by heartbeats and costs no log entry.
 * Immutable; every change makes a new state.
 *
 * @param clusterId empty before the cluster is founded
 * @param revision rises by one with every command that changed something
 * @param epoch the ring's version, {@link Epoch#NONE} before the first ring
 * @param settings what the cluster was founded with
 * @param initialNodes the nodes that it was founded with, sorted
 * @param placement the group that holds this state
 * @param nodes every node that registered
 * @param groups every group but placement's own
 * @param ring who owns which tokens: in token order, covering the ring; or empty
 * @param lastGroup the greatest number that a group ever had
 * @param transfers ranges on their way from group to group
 * @param wishes what operators want since the founding
 * @param journal what is being done, and what happened
 */
public record PlacementState(
        String clusterId,
        long revision,
        Epoch epoch,
        Settings settings,
        List<NodeId> initialNodes,
        Members placement,
        SortedMap<NodeId, NodeRecord> nodes,
        SortedMap<GroupId, GroupRecord> groups,
        List<RangeEntry> ring,
        int lastGroup,
        Transfers transfers,
        Wishes wishes,
        Journal journal) {

    /**
     * The format of commands and snapshots that this version writes, and the newest it reads. 2: operations, intents, members. 3: range
     * transfers, groups that come and go, limits.
     */
    public static final int FORMAT = 3;

    /** Before the cluster is founded. */
    public static final PlacementState EMPTY = new PlacementState(
            "",
            0,
            Epoch.NONE,
            Settings.DEFAULT,
            List.of(),
            Members.of(List.of()),
            Collections.emptySortedMap(),
            Collections.emptySortedMap(),
            List.of(),
            0,
            Transfers.NONE,
            Wishes.NONE,
            Journal.EMPTY);

    /** A state, and what became of the command that led to it. */
    public record Applied(PlacementState state, CommandResult result) {}

    public PlacementState {
        initialNodes = List.copyOf(initialNodes);
        nodes = Collections.unmodifiableSortedMap(new TreeMap<>(nodes));
        groups = Collections.unmodifiableSortedMap(new TreeMap<>(groups));
        ring = List.copyOf(ring);
    }

    /** A state in which nothing is wished for and nothing under way. */
    public PlacementState(
            String clusterId,
            long revision,
            Epoch epoch,
            Settings settings,
            List<NodeId> initialNodes,
            List<NodeId> placementVoters,
            SortedMap<NodeId, NodeRecord> nodes,
            SortedMap<GroupId, GroupRecord> groups,
            List<RangeEntry> ring) {
        this(
                clusterId,
                revision,
                epoch,
                settings,
                initialNodes,
                Members.of(placementVoters),
                nodes,
                groups,
                ring,
                groups.isEmpty() ? 0 : groups.lastKey().number(),
                Transfers.NONE,
                Wishes.NONE,
                Journal.EMPTY);
    }

    /**
     * Applies a command. A command that makes no sense is refused by its result and leaves the state as it was.
     *
     * @throws UnsupportedFormatException when the command is newer than this version
     */
    public Applied apply(PlacementCommand command) {
        Applied applied = new CommandApplication(this).apply(command);
        applied.state().checkInvariants();
        return applied;
    }

    public boolean isFounded() {
        return !clusterId.isEmpty();
    }

    /** The nodes that vote on this state. */
    public List<NodeId> placementVoters() {
        return placement.voters();
    }

    /** Who is in a group, placement's too; nobody when there is no such group. */
    public Members membersOf(GroupId group) {
        if (group.isPlacement()) {
            return placement;
        }
        GroupRecord record = groups.get(group);
        return record == null ? Members.of(List.of()) : record.roster();
    }

    public Intent intentOf(NodeId node) {
        return wishes.intentOf(node);
    }

    /** The labels of a node: those it registered with, changed by those that operators gave it. */
    public SortedMap<String, String> labelsOf(NodeRecord node) {
        return wishes.labelsOf(node);
    }

    /** What a group owns, in token order. */
    public List<TokenRange> rangesOf(GroupId group) {
        return ring.stream()
                .filter(entry -> entry.owner().equals(group))
                .map(RangeEntry::range)
                .toList();
    }

    /** The initial nodes that have not registered yet. */
    public List<NodeId> awaitedNodes() {
        return initialNodes.stream().filter(id -> !nodes.containsKey(id)).toList();
    }

    /**
     * Says where ranges do not cover the whole ring once and in order.
     *
     * @return empty when they do
     */
    static String ringFault(List<RangeEntry> ring) {
        long expected = 0;
        for (int i = 0; i < ring.size(); i++) {
            TokenRange range = ring.get(i).range();
            if (range.startInclusive() != expected || (expected == 0 && i > 0)) {
                return "the ring has a gap or an overlap at " + range;
            }
            expected = range.endExclusive();
        }
        return ring.isEmpty() || expected != 0 ? "the ring ends before 2^64, at " + new Token(expected) : "";
    }

    /**
     * Checks what must always be true.
     *
     * @throws IllegalStateException when it is not: our own mistake, which stops the replica
     */
    void checkInvariants() {
        check(isFounded() || equals(EMPTY), "a cluster that is not founded has nothing");
        check(isFounded() == !placementVoters().isEmpty(), "a cluster has placement voters");
        placement
                .everybody()
                .forEach(node ->
                        check(initialNodes.contains(node) || nodes.containsKey(node), "placement voters are nodes"));
        check(ring.isEmpty() == epoch.equals(Epoch.NONE), "there is an epoch if there is a ring");
        check(ring.isEmpty() == groups.isEmpty(), "there are groups if there is a ring");
        if (!ring.isEmpty()) {
            String fault = ringFault(ring);
            check(fault.isEmpty(), fault);
        }
        ring.forEach(entry -> check(groups.containsKey(entry.owner()), "every range has an owner that exists"));
        groups.forEach((id, group) -> {
            check(id.equals(group.id()), "groups are filed under their id");
            check(nodes.keySet().containsAll(group.roster().everybody()), "every member is a node");
            check(
                    group.ownershipEpoch().compareTo(Epoch.NONE) > 0
                            && group.ownershipEpoch().compareTo(epoch) <= 0,
                    "ownership changed at an epoch that was");
        });
        checkRangesInvariants();
        Set<String> raftAddresses = new HashSet<>();
        nodes.forEach((id, node) -> {
            check(id.equals(node.id()), "nodes are filed under their id");
            check(raftAddresses.add(node.raftAddress()), "no two nodes have one Raft address");
        });
    }

    private void checkRangesInvariants() {
        groups.forEach((id, group) ->
                check(id.number() <= lastGroup, "no group has a number above the last one that was given: " + id));
        ring.forEach(entry -> check(stateOf(entry.owner()) != State.RETIRED, "retired groups own nothing"));
        Set<GroupId> busy = new HashSet<>();
        transfers.underWay().forEach((id, transfer) -> {
            check(id == transfer.id() && id <= transfers.last(), "transfers are filed under their id");
            check(
                    busy.add(transfer.from()) && busy.add(transfer.to()),
                    "a group takes part in one transfer at most: " + transfer);
            check(
                    stateOf(transfer.from()) == State.SERVING && stateOf(transfer.to()) == State.SERVING,
                    "ranges go from groups that serve to groups that serve");
            GroupId owner = transfer.phase() == Phase.COMMITTED ? transfer.to() : transfer.from();
            transfer.ranges()
                    .forEach(range -> check(
                            ring.stream()
                                    .filter(entry -> entry.range().overlaps(range))
                                    .allMatch(entry -> entry.owner().equals(owner)),
                            "ranges of " + transfer.name() + " belong to " + owner));
        });
    }

    private @Nullable State stateOf(GroupId id) {
        GroupRecord group = groups.get(id);
        return group == null ? null : group.state();
    }

    private void check(boolean condition, String what) {
        if (!condition) {
            throw new IllegalStateException("placement state is broken at revision " + revision + ": " + what);
        }
    }
}
