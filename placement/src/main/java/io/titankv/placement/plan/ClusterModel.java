package io.titankv.placement.plan;

import io.titankv.model.Epoch;
import io.titankv.model.GroupId;
import io.titankv.model.NodeId;
import io.titankv.model.ShardMap.RangeEntry;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The cluster as the planners see it at one moment: what is decided and what was reported, in one value. Immutable.
 *
 * @param epoch of the ring
 * @param nodes every node that registered
 * @param groups every group, placement's own among them if its replicas are to be planned too
 * @param ring who owns which tokens: in token order, covering the ring; or empty
 * @param strays replicas on nodes that are not members of the group, as of a node that came back after it was replaced
 * @param claims the groups that a running operation changes, each with the operation's name
 */
public record ClusterModel(
        Epoch epoch,
        SortedMap<NodeId, NodeModel> nodes,
        SortedMap<GroupId, GroupModel> groups,
        List<RangeModel> ring,
        List<Stray> strays,
        SortedMap<GroupId, String> claims) {
    /** A replica of which its group knows nothing. */
    public record Stray(GroupId group, NodeId node) {}

    public ClusterModel {
        nodes = Collections.unmodifiableSortedMap(new TreeMap<>(nodes));
        groups = Collections.unmodifiableSortedMap(new TreeMap<>(groups));
        ring = List.copyOf(ring);
        strays = List.copyOf(strays);
        claims = Collections.unmodifiableSortedMap(new TreeMap<>(claims));
    }

    /** A model of nodes and groups in which nothing is under way. */
    public static ClusterModel of(
            Epoch epoch, Collection<NodeModel> nodes, Collection<GroupModel> groups, List<RangeModel> ring) {
        SortedMap<NodeId, NodeModel> byId = new TreeMap<>();
        nodes.forEach(node -> byId.put(node.id(), node));
        SortedMap<GroupId, GroupModel> byNumber = new TreeMap<>();
        groups.forEach(group -> byNumber.put(group.id(), group));
        return new ClusterModel(epoch, byId, byNumber, ring, List.of(), Collections.emptySortedMap());
    }

    public Optional<NodeModel> node(NodeId id) {
        return Optional.ofNullable(nodes.get(id));
    }

    public Optional<GroupModel> group(GroupId id) {
        return Optional.ofNullable(groups.get(id));
    }

    /** The group, which must be there. */
    GroupModel requireGroup(GroupId id) {
        return group(id).orElseThrow(() -> new IllegalArgumentException("there is no group " + id));
    }

    /** The groups that own tokens or may: all but placement's own. */
    List<GroupModel> shards() {
        return groups.values().stream()
                .filter(group -> !group.id().isPlacement())
                .toList();
    }

    public List<RangeEntry> ringEntries() {
        return ring.stream()
                .map(range -> new RangeEntry(range.range(), range.owner()))
                .toList();
    }

    /** Whether a running operation changes the group. */
    public boolean isClaimed(GroupId group) {
        return claims.containsKey(group);
    }

    /** As it is once these actions are done, in this order. What is not known by then stays as it was reported. */
    public ClusterModel after(Collection<? extends Action> actions) {
        return actions.isEmpty() ? this : new ModelChange(this).apply(actions);
    }

    /** The same with other nodes, as when their reports have come. */
    public ClusterModel withNodes(Collection<NodeModel> changed) {
        SortedMap<NodeId, NodeModel> next = new TreeMap<>(nodes);
        changed.forEach(node -> next.put(node.id(), node));
        return new ClusterModel(epoch, next, groups, ring, strays, claims);
    }

    /** The same with other groups, as when their reports have come. */
    public ClusterModel withGroups(Collection<GroupModel> changed) {
        SortedMap<GroupId, GroupModel> next = new TreeMap<>(groups);
        changed.forEach(group -> next.put(group.id(), group));
        return new ClusterModel(epoch, nodes, next, ring, strays, claims);
    }

    /** The same with other loads of its ranges. */
    public ClusterModel withRing(List<RangeModel> changed) {
        return new ClusterModel(epoch, nodes, groups, changed, strays, claims);
    }

    /** The same with other operations running. */
    public ClusterModel withClaims(SortedMap<GroupId, String> changed) {
        return new ClusterModel(epoch, nodes, groups, ring, strays, changed);
    }
}
