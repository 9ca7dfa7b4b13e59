package io.titankv.placement.run;

import io.titankv.model.Epoch;
import io.titankv.model.GroupId;
import io.titankv.model.ShardMap.RangeEntry;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.SortedMap;
import java.util.TreeMap;

/** Keys that are asked for again and again, each so often a second. Requests go to whoever owns the key's token by the ring. */
final class SimLoad {
    private static final int TOKENS_SAMPLED = 32;

    private final SimCluster cluster;
    private final SortedMap<Long, Double> perSecond = new TreeMap<>();
    private final Map<GroupId, List<Long>> owned = new HashMap<>();
    private final Map<GroupId, Double> parts = new HashMap<>();
    private final Random random;
    private Epoch epoch = Epoch.NONE;

    SimLoad(SimCluster cluster, long seed) {
        this.cluster = cluster;
        random = new Random(seed);
    }

    /** As many keys, of which the first is asked for most: by a zipfian distribution, or all alike when its exponent is 0. */
    void add(int keys, double exponent, double operationsPerSecond) {
        double sum = 0;
        for (int rank = 1; rank <= keys; rank++) {
            sum += Math.pow(rank, -exponent);
        }
        for (int rank = 1; rank <= keys; rank++) {
            perSecond.put(random.nextLong(), operationsPerSecond * Math.pow(rank, -exponent) / sum);
        }
    }

    /** Requests of one tick. */
    void serve() {
        if (!cluster.state().epoch().equals(epoch)) {
            settle();
        }
        double seconds = SimCluster.TICK.toNanos() / 1e9;
        cluster.shards.forEach((group, shard) -> {
            // Whole operations, in the long run as many as there should be.
            shard.operations += (long) (operationsPerSecond(group) * seconds + random.nextDouble());
            shard.sampled = () -> sample(group);
        });
    }

    private void settle() {
        epoch = cluster.state().epoch();
        owned.clear();
        parts.clear();
        perSecond.forEach((token, rate) -> {
            GroupId owner = ownerOf(token);
            owned.computeIfAbsent(owner, ignored -> new ArrayList<>()).add(token);
            parts.merge(owner, rate, Double::sum);
        });
    }

    private GroupId ownerOf(long token) {
        return cluster.state().ring().stream()
                .filter(entry -> entry.range().contains(token))
                .map(RangeEntry::owner)
                .findFirst()
                .orElseThrow();
    }

    double operationsPerSecond(GroupId group) {
        return parts.getOrDefault(group, 0.0);
    }

    private long[] sample(GroupId group) {
        List<Long> tokens = owned.getOrDefault(group, List.of());
        long[] sample = new long[tokens.isEmpty() ? 0 : TOKENS_SAMPLED];
        for (int i = 0; i < sample.length; i++) {
            double left = random.nextDouble() * operationsPerSecond(group);
            int at = 0;
            while (at < tokens.size() - 1 && left > rate(tokens.get(at))) {
                left -= rate(tokens.get(at));
                at++;
            }
            sample[i] = tokens.get(at);
        }
        return sample;
    }

    private double rate(long token) {
        return perSecond.getOrDefault(token, 0.0);
    }
}
