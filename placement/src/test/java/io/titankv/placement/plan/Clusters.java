package io.titankv.placement.plan;

import io.titankv.model.Epoch;
import io.titankv.model.GroupId;
import io.titankv.model.NodeId;
import io.titankv.placement.plan.NodeModel.Intent;
import io.titankv.placement.plan.NodeModel.Presence;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.IntStream;

/** Clusters to plan for. */
final class Clusters {
    static final long DISK_BYTES = 1L << 40;
    static final long GIB = 1L << 30;
    static final Reason REASON = Reason.person("ada", "a test");

    private Clusters() {}

    static NodeId id(int number) {
        return new NodeId("n" + number);
    }

    static GroupId shard(int number) {
        return new GroupId(number);
    }

    static NodeModel node(String id, Map<String, String> labels) {
        return new NodeModel(
                new NodeId(id),
                labels,
                4,
                DISK_BYTES,
                DISK_BYTES,
                Intent.IN_SERVICE,
                new Presence.Up(Duration.ofHours(1)));
    }

    static NodeModel withDisk(NodeModel node, long bytes) {
        return new NodeModel(node.id(), node.labels(), node.cores(), bytes, bytes, node.intent(), node.presence());
    }

    static NodeModel silent(NodeModel node, Duration lasting) {
        return node.with(new Presence.Silent(lasting));
    }

    /** Nodes n1, n2, ... in turn in each of the zones. */
    static List<NodeModel> nodes(int first, int last, int zones) {
        return IntStream.rangeClosed(first, last)
                .mapToObj(i -> node("n" + i, zones == 0 ? Map.of() : Map.of("zone", "z" + i % zones)))
                .toList();
    }

    static GroupModel group(int number, long bytes, double ops, int... members) {
        List<ReplicaModel> replicas = IntStream.of(members)
                .mapToObj(member -> ReplicaModel.voter(id(member)))
                .toList();
        return new GroupModel(shard(number), replicas.size(), replicas, Optional.of(id(members[0])), bytes, ops);
    }

    /** A cluster as it was founded: groups of 1 GiB and 100 operations a second, spread, each with an even part of the ring. */
    static ClusterModel founded(Collection<NodeModel> nodes, int groups, int replicas) {
        Map<GroupId, Integer> weights = new TreeMap<>();
        IntStream.rangeClosed(1, groups).forEach(group -> weights.put(shard(group), 1));
        var members = ReplicaSpread.spread(weights.keySet(), nodes, replicas);
        List<GroupModel> models = new ArrayList<>();
        members.forEach((group, on) -> models.add(new GroupModel(
                group, replicas, on.stream().map(ReplicaModel::voter).toList(), Optional.of(on.getFirst()), GIB, 100)));
        List<RangeModel> ring = HashRing.initial(weights).stream()
                .map(entry -> new RangeModel(
                        entry.range(),
                        entry.owner(),
                        Math.round(GIB * entry.range().share() * groups),
                        100 * entry.range().share() * groups))
                .toList();
        return ClusterModel.of(new Epoch(1), nodes, models, ring);
    }

    /** The same with every group's bytes and operations up to so much more or less. */
    static ClusterModel noisy(ClusterModel model, double noise, Random random) {
        return model.withGroups(model.groups().values().stream()
                        .map(group -> group.grown(
                                Math.round(group.bytes() * noise * (2 * random.nextDouble() - 1)),
                                group.opsPerSecond() * noise * (2 * random.nextDouble() - 1)))
                        .toList())
                .withRing(model.ring().stream()
                        .map(range -> new RangeModel(
                                range.range(),
                                range.owner(),
                                Math.round(range.bytes() * (1 + noise * (2 * random.nextDouble() - 1))),
                                range.opsPerSecond() * (1 + noise * (2 * random.nextDouble() - 1))))
                        .toList());
    }

    /** The same with a node that has been silent, and its replicas not healthy. */
    static ClusterModel without(ClusterModel model, NodeId node, Duration silent) {
        NodeModel gone = silent(model.node(node).orElseThrow(), silent);
        return model.withNodes(List.of(gone))
                .withGroups(model.groups().values().stream()
                        .filter(group -> group.hasReplicaOn(node))
                        .map(group -> group.with(group.replicas().stream()
                                        .map(replica -> replica.node().equals(node)
                                                ? new ReplicaModel(node, replica.role(), false, replica.entriesBehind())
                                                : replica)
                                        .toList())
                                .ledBy(group.leader()
                                        .filter(leader -> !leader.equals(node))
                                        .or(() -> group.members().stream()
                                                .filter(member -> !member.equals(node))
                                                .findFirst())))
                        .toList());
    }

    static Plan plan(Decision decision) {
        if (decision instanceof Plan plan) {
            return plan;
        }
        throw new AssertionError("no plan but " + decision);
    }

    static PlanRefused refused(Decision decision) {
        if (decision instanceof PlanRefused refused) {
            return refused;
        }
        throw new AssertionError("not refused but " + decision);
    }

    static boolean rests(Decision decision) {
        return decision instanceof Decision.Rest;
    }
}
