package io.titankv.benchmarks.placement;

import io.titankv.model.Epoch;
import io.titankv.model.GroupId;
import io.titankv.model.NodeId;
import io.titankv.model.ShardMap.RangeEntry;
import io.titankv.placement.plan.ClusterModel;
import io.titankv.placement.plan.GroupModel;
import io.titankv.placement.plan.HashRing;
import io.titankv.placement.plan.NodeModel;
import io.titankv.placement.plan.NodeModel.Intent;
import io.titankv.placement.plan.NodeModel.Presence;
import io.titankv.placement.plan.RangeModel;
import io.titankv.placement.plan.ReplicaModel;
import io.titankv.placement.plan.ReplicaSpread;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.IntStream;

/**
 * How simulated clusters begin. Nodes stand in five zones; groups have three replicas. All chance is drawn from the seed.
 *
 * @param nodes at least 5
 * @param groupsPerNode groups for each node
 * @param ranges of the first ring, all in all
 */
record Founding(int nodes, int groupsPerNode, int ranges, long seed) {
    static final int ZONES = 5;
    static final int REPLICAS = 3;
    static final int CORES = 8;
    static final long DISK_BYTES = 1L << 40;

    /** A node is filled to a fifth, so that there is room for its neighbours' bytes. */
    private static final double FILLED = 0.2;

    /** Reads and writes of the whole cluster, for each node. */
    private static final double OPS_PER_NODE = 20_000;

    /** Ranges differ in bytes and operations by up to so much either way, as those of a hash do not; a group has several. */
    private static final double RANGE_NOISE = 0.3;

    Founding {
        if (nodes < ZONES || groupsPerNode < 1 || ranges < nodes * groupsPerNode) {
            throw new IllegalArgumentException(
                    "a simulated cluster has at least " + ZONES + " nodes and a range for each group: " + nodes
                            + " nodes, " + groupsPerNode + " groups a node, " + ranges + " ranges");
        }
    }

    int groups() {
        return nodes * groupsPerNode;
    }

    static NodeModel node(int number, int size) {
        return new NodeModel(
                new NodeId(String.format("n%04d", number)),
                Map.of("zone", "z" + number % ZONES, "rack", "r" + number % (4 * ZONES)),
                CORES * size,
                DISK_BYTES * size,
                DISK_BYTES * size,
                Intent.IN_SERVICE,
                new Presence.Up(Duration.ofHours(1)));
    }

    /** Nodes numbered from first on. */
    static List<NodeModel> nodes(int first, int count, int size) {
        return IntStream.range(first, first + count)
                .mapToObj(i -> node(i, size))
                .toList();
    }

    ClusterModel cluster() {
        Map<GroupId, Integer> weights = new TreeMap<>();
        IntStream.rangeClosed(1, groups()).forEach(group -> weights.put(new GroupId(group), 1));
        List<NodeModel> members = nodes(1, nodes, 1);
        SortedMap<GroupId, List<NodeId>> spread = ReplicaSpread.spread(weights.keySet(), members, REPLICAS);
        List<RangeModel> ring = loaded(HashRing.initial(weights, Math.max(1, ranges / groups())));
        Map<GroupId, GroupModel> groups = new HashMap<>();
        spread.forEach((group, on) -> groups.put(
                group,
                new GroupModel(
                        group,
                        REPLICAS,
                        on.stream().map(ReplicaModel::voter).toList(),
                        Optional.of(on.getFirst()),
                        0,
                        0)));
        return withLoads(ClusterModel.of(new Epoch(1), members, groups.values(), ring), ring);
    }

    private List<RangeModel> loaded(List<RangeEntry> entries) {
        Random random = new Random(seed);
        double bytes = nodes * FILLED * DISK_BYTES / REPLICAS;
        double ops = nodes * OPS_PER_NODE;
        return entries.stream()
                .map(entry -> new RangeModel(
                        entry.range(),
                        entry.owner(),
                        Math.round(bytes * entry.range().share() * around(random, RANGE_NOISE)),
                        ops * entry.range().share() * around(random, RANGE_NOISE)))
                .toList();
    }

    /** The same cluster with as many operations, but one range has most, the next half of that, the next a third, and so on. */
    static ClusterModel zipfian(ClusterModel model, double exponent, long seed) {
        List<RangeModel> shuffled = new ArrayList<>(model.ring());
        Collections.shuffle(shuffled, new Random(seed));
        // The busiest are none of the narrow ranges: those would be hot keys, which no plan can divide.
        shuffled.sort(Comparator.comparing(range -> range.range().share() * shuffled.size() < 0.1));
        double sum = model.ring().stream().mapToDouble(RangeModel::opsPerSecond).sum();
        double parts = IntStream.rangeClosed(1, shuffled.size())
                .mapToDouble(rank -> Math.pow(rank, -exponent))
                .sum();
        for (int i = 0; i < shuffled.size(); i++) {
            RangeModel range = shuffled.get(i);
            shuffled.set(
                    i,
                    new RangeModel(
                            range.range(), range.owner(), range.bytes(), sum * Math.pow(i + 1.0, -exponent) / parts));
        }
        shuffled.sort(Comparator.comparing(RangeModel::range));
        return withLoads(model, shuffled);
    }

    /** The same cluster with every range's bytes and operations up to so much more or less. */
    static ClusterModel noisy(ClusterModel model, double noise, Random random) {
        return withLoads(
                model,
                model.ring().stream()
                        .map(range -> new RangeModel(
                                range.range(),
                                range.owner(),
                                Math.round(range.bytes() * around(random, noise)),
                                range.opsPerSecond() * around(random, noise)))
                        .toList());
    }

    private static double around(Random random, double noise) {
        return 1 + noise * (2 * random.nextDouble() - 1);
    }

    /** With these ranges, and groups that have the sum of theirs. */
    private static ClusterModel withLoads(ClusterModel model, List<RangeModel> ring) {
        Map<GroupId, Long> bytes = new HashMap<>();
        Map<GroupId, Double> ops = new HashMap<>();
        ring.forEach(range -> {
            bytes.merge(range.owner(), range.bytes(), Long::sum);
            ops.merge(range.owner(), range.opsPerSecond(), Double::sum);
        });
        return model.withRing(ring)
                .withGroups(model.groups().values().stream()
                        .map(group -> new GroupModel(
                                group.id(),
                                group.replicasWanted(),
                                group.replicas(),
                                group.leader(),
                                bytes.getOrDefault(group.id(), 0L),
                                ops.getOrDefault(group.id(), 0.0)))
                        .toList());
    }
}
