package io.titankv.placement.state;

import io.titankv.model.GroupId;
import io.titankv.model.NodeId;
import io.titankv.model.ShardMap.RangeEntry;
import io.titankv.model.TokenRange;
import io.titankv.placement.plan.NodeModel.Intent;
import io.titankv.placement.plan.Reason;
import io.titankv.placement.plan.Step;
import io.titankv.proto.durable.v1.Founding;
import io.titankv.proto.durable.v1.FoundingNode;
import io.titankv.proto.durable.v1.PlacementCommand;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/** Commands for tests. */
public final class Commands {
    public static final String CLUSTER = "c-1";

    private Commands() {}

    public static Founding founding(int nodes, int shards) {
        Founding.Builder founding = Founding.newBuilder()
                .setClusterId(CLUSTER)
                .setSettings(StoredForm.settings(new Settings(shards, 3, 1 << 20)));
        for (int i = 1; i <= nodes; i++) {
            founding.addInitialNodes(FoundingNode.newBuilder()
                    .setNodeId("n" + i)
                    .setIncarnation("inc-" + i)
                    .setGatewayAddress("host" + i + ":7400")
                    .setRaftAddress("host" + i + ":7401"));
            if (i <= 3) {
                founding.addPlacementVoters("n" + i);
            }
        }
        return founding.build();
    }

    public static NodeRecord node(int number) {
        return node(number, "inc-" + number);
    }

    static NodeRecord node(int number, String incarnation) {
        return NodeRecord.of(
                new NodeId("n" + number),
                incarnation,
                "host" + number + ":7400",
                "host" + number + ":7401",
                Map.of("zone", "z" + number % 3, "rack", "r1"),
                2,
                1L << 40,
                "1");
    }

    static PlacementCommand register(int number) {
        return StoredForm.register(CLUSTER, node(number));
    }

    /** Groups with these numbers, each on the first {@code members} nodes, with equal arcs. */
    public static PlacementCommand layRing(int groups, int members) {
        SortedMap<GroupId, List<NodeId>> plan = new TreeMap<>();
        List<RangeEntry> ring = new ArrayList<>();
        long width = Long.divideUnsigned(-1L, groups);
        for (int i = 1; i <= groups; i++) {
            List<NodeId> nodes = new ArrayList<>();
            for (int node = 1; node <= members; node++) {
                nodes.add(new NodeId("n" + node));
            }
            plan.put(new GroupId(i), nodes);
            ring.add(new RangeEntry(new TokenRange((i - 1) * width, i == groups ? 0 : i * width), new GroupId(i)));
        }
        return StoredForm.layRing(CLUSTER, plan, ring);
    }

    /** An operation that takes n3 out of group 1, in three steps. */
    public static OperationRecord operation(long id, OperationRecord.Phase phase) {
        NodeId n3 = new NodeId("n3");
        NodeId n4 = new NodeId("n4");
        Instant now = Instant.ofEpochMilli(4_000);
        return new OperationRecord(
                id,
                "decommission",
                Reason.person("ada", "it is old"),
                List.of(
                        new Step.SetIntent(n3, Intent.DECOMMISSIONING, "it is old"),
                        new Step.MoveReplica(new GroupId(1), n3, n4, 100, "it is old"),
                        new Step.SetIntent(n3, Intent.REMOVED, "it is old")),
                100,
                Duration.ofSeconds(3),
                List.of("n1 and n4 share a rack"),
                phase,
                Collections.emptySortedSet(),
                Collections.emptySortedMap(),
                0,
                0,
                new OperationRecord.Times(
                        now,
                        phase == OperationRecord.Phase.RUNNING ? Optional.of(now) : Optional.empty(),
                        Optional.empty()),
                "");
    }
}
