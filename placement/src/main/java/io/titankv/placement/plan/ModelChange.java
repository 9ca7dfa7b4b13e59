package io.titankv.placement.plan;

import io.titankv.model.Epoch;
import io.titankv.model.GroupId;
import io.titankv.model.NodeId;
import io.titankv.placement.plan.ClusterModel.Stray;
import io.titankv.placement.plan.ReplicaModel.Role;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Predicate;

/** What actions make of a model. Used once by one thread. */
final class ModelChange {
    private final ClusterModel before;
    private final SortedMap<NodeId, NodeModel> nodes;
    private final SortedMap<GroupId, GroupModel> groups;
    private final List<Stray> strays;
    private final List<Action.TransferRange> transfers = new ArrayList<>();
    private Epoch epoch;

    ModelChange(ClusterModel before) {
        this.before = before;
        this.nodes = new TreeMap<>(before.nodes());
        this.groups = new TreeMap<>(before.groups());
        this.strays = new ArrayList<>(before.strays());
        this.epoch = before.epoch();
    }

    ClusterModel apply(Collection<? extends Action> actions) {
        actions.forEach(this::apply);
        List<RangeModel> ring = transfers.isEmpty() ? before.ring() : new RingCut(before.ring()).after(transfers);
        if (!transfers.isEmpty()) {
            // Loads follow what was really cut, so that a group's are the sum of its ranges'.
            grow(before.ring(), -1);
            grow(ring, 1);
        }
        return new ClusterModel(epoch, nodes, groups, ring, strays, before.claims());
    }

    private void apply(Action action) {
        switch (action) {
            case Action.AddLearner add -> {
                GroupModel group = group(add.group());
                if (!group.hasReplicaOn(add.node())) {
                    List<ReplicaModel> replicas = new ArrayList<>(group.replicas());
                    replicas.add(ReplicaModel.learner(add.node()));
                    groups.put(group.id(), group.with(replicas));
                }
            }
            case Action.PromoteLearner promote -> {
                GroupModel group = group(promote.group());
                groups.put(
                        group.id(),
                        group.with(group.replicas().stream()
                                .map(replica -> replica.node().equals(promote.node())
                                        ? new ReplicaModel(
                                                replica.node(), Role.VOTER, replica.healthy(), replica.entriesBehind())
                                        : replica)
                                .toList()));
            }
            case Action.RemoveMember remove -> {
                GroupModel group = group(remove.group());
                Optional<NodeId> leader = group.leader().filter(Predicate.not(remove.node()::equals));
                groups.put(
                        group.id(),
                        group.with(group.replicas().stream()
                                        .filter(replica -> !replica.node().equals(remove.node()))
                                        .toList())
                                .ledBy(leader));
            }
            case Action.TransferLeadership transfer ->
                groups.put(transfer.group(), group(transfer.group()).ledBy(Optional.of(transfer.to())));
            case Action.FormGroup form -> form(form);
            case Action.TransferRange transfer -> {
                group(transfer.from());
                group(transfer.to());
                transfers.add(transfer);
                epoch = epoch.next();
            }
            case Action.EndGroup end -> groups.remove(end.group());
            case Action.DeleteStray delete -> strays.remove(new Stray(delete.group(), delete.node()));
            case Action.ChangeIntent change -> {
                NodeModel node = nodes.get(change.node());
                if (node == null) {
                    throw new IllegalArgumentException("there is no node " + change.node());
                }
                nodes.put(node.id(), node.meaning(change.intent()));
            }
        }
    }

    private void form(Action.FormGroup form) {
        groups.putIfAbsent(
                form.group(),
                new GroupModel(
                        form.group(),
                        form.members().size(),
                        form.members().stream().map(ReplicaModel::voter).toList(),
                        Optional.of(form.members().getFirst()),
                        0,
                        0));
    }

    private GroupModel group(GroupId id) {
        GroupModel group = groups.get(id);
        if (group == null) {
            throw new IllegalArgumentException("there is no group " + id);
        }
        return group;
    }

    private void grow(List<RangeModel> ring, int sign) {
        var bytes = new TreeMap<GroupId, Long>();
        var ops = new TreeMap<GroupId, Double>();
        transfers.forEach(transfer -> List.of(transfer.from(), transfer.to()).forEach(group -> {
            bytes.put(group, 0L);
            ops.put(group, 0.0);
        }));
        ring.forEach(range -> {
            bytes.computeIfPresent(range.owner(), (group, sum) -> sum + range.bytes());
            ops.computeIfPresent(range.owner(), (group, sum) -> sum + range.opsPerSecond());
        });
        bytes.forEach((id, sum) -> groups.put(id, group(id).grown(sign * sum, sign * ops.getOrDefault(id, 0.0))));
    }
}
