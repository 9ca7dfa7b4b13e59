package io.titankv.placement.run;

import static org.assertj.core.api.Assertions.assertThat;

import io.titankv.model.NodeId;
import io.titankv.placement.state.Members;
import io.titankv.placement.state.OperationRecord;
import io.titankv.placement.state.PlacementState;
import io.titankv.proto.admin.v1.ChangeResponse;
import io.titankv.proto.admin.v1.DecommissionNodeRequest;
import io.titankv.proto.admin.v1.NodeGrpc;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** Nodes on simulated Raft that grow, shrink and heal, with what must always be true of them. */
class ElasticFixture {
    static final Duration MINUTE = Duration.ofMinutes(1);

    @TempDir
    Path directory;

    SimCluster cluster;

    @BeforeEach
    void start() {
        cluster = new SimCluster(directory);
        cluster.diskTotal = 1L << 40;
        cluster.diskFree = 1L << 39;
    }

    @AfterEach
    void stop() {
        cluster.close();
    }

    void startNodes(String... names) {
        cluster.startInitial(names);
        cluster.run(Duration.ofSeconds(30));
        assertThat(state().groups()).hasSize(6);
    }

    PlacementState state() {
        return cluster.state();
    }

    OperationRecord last() {
        return state().journal().operation(state().journal().lastOperation()).orElseThrow();
    }

    /** Lets time pass, and looks after each tick that no group has lost its majority. */
    void run(Duration time) {
        for (long i = 0; i < time.dividedBy(SimCluster.TICK); i++) {
            cluster.run(SimCluster.TICK);
            assertEveryGroupHasAMajority();
        }
    }

    void assertEveryGroupHasAMajority() {
        Set<NodeId> up = cluster.upIds();
        assertThat(cluster.data.broken).isEmpty();
        cluster.shards.forEach((group, shard) -> {
            if (cluster.isRetired(group)) {
                return; // its replicas go one by one
            }
            Set<NodeId> able = new HashSet<>(SimShard.ids(shard.members));
            able.retainAll(up);
            able.retainAll(shard.replicas);
            assertThat(able.size() * 2)
                    .as("%s has %s of %s", group, able, shard.members)
                    .isGreaterThan(shard.members.size());
        });
    }

    /** Every group has three voters, on these nodes, and nobody else has a replica. */
    void assertWholeOn(String... names) {
        List<NodeId> nodes = List.of(names).stream().map(NodeId::new).toList();
        cluster.shards.forEach((group, shard) -> {
            assertThat(SimShard.ids(shard.members)).as("%s", group).hasSize(3);
            assertThat(nodes).containsAll(SimShard.ids(shard.members));
            assertThat(shard.learners).isEmpty();
            assertThat(shard.replicas).isEqualTo(SimShard.ids(shard.members));
            Members known = state().membersOf(group);
            assertThat(known.isAs(SimShard.ids(shard.members), List.of())).isTrue();
            assertThat(known.joining()).isEmpty();
            assertThat(known.leaving()).isEmpty();
        });
        assertThat(nodes).containsAll(state().placementVoters());
    }

    long replicasOn(String node) {
        return cluster.shards.values().stream()
                .filter(shard -> shard.replicas.contains(new NodeId(node)))
                .count();
    }

    ChangeResponse decommission(String node) {
        return NodeGrpc.newBlockingStub(cluster.channelTo("n2"))
                .decommissionNode(
                        DecommissionNodeRequest.newBuilder().setNodeId(node).build());
    }
}
