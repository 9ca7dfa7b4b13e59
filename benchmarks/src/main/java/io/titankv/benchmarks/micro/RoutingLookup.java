package io.titankv.benchmarks.micro;

import io.titankv.model.Epoch;
import io.titankv.model.GroupId;
import io.titankv.model.Key;
import io.titankv.model.ShardMap;
import io.titankv.placement.plan.HashRing;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** Who owns a key: its token, and the range that the token is in. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class RoutingLookup {
    private static final int KEYS = 4_096;

    /** Shards of the ring. */
    @Param({"12", "1000"})
    public int shards;

    private final Key[] keyed = new Key[KEYS];
    private ShardMap map = ShardMap.EMPTY;
    private int next;

    /** Lays a ring, and draws keys. */
    @Setup(Level.Trial)
    public void lay() {
        Map<GroupId, Integer> weights = new TreeMap<>();
        for (int number = 1; number <= shards; number++) {
            weights.put(new GroupId(number), 1);
        }
        List<ShardMap.ShardEntry> entries = weights.keySet().stream()
                .map(group -> new ShardMap.ShardEntry(group, Optional.empty(), 0, List.of()))
                .toList();
        map = new ShardMap("c1", new Epoch(1), 1, List.of(), entries, HashRing.initial(weights), 1 << 20);
        SplittableRandom random = new SplittableRandom(1);
        for (int i = 0; i < KEYS; i++) {
            keyed[i] = Key.of("perf-" + random.nextInt(1_000_000));
        }
    }

    /** One key's owner. */
    @Benchmark
    public GroupId owner() {
        next = (next + 1) % KEYS;
        return map.rangeOf(keyed[next].token()).owner();
    }
}
