package io.titankv.multiraft.host;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.titankv.model.GroupId;
import io.titankv.model.NodeId;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class RaftHostIT {
    private static final GroupId S1 = new GroupId(1);

    @TempDir
    private Path directory;

    private RaftCluster cluster;

    @BeforeEach
    void start() {
        cluster = RaftCluster.start(directory, 3);
    }

    @AfterEach
    void stop() {
        cluster.close();
    }

    @Test
    void anEntryIsAppliedOnEveryReplica() {
        NodeId leader = cluster.create(S1);

        assertThat(cluster.propose(leader, S1, "a"))
                .isInstanceOfSatisfying(
                        ProposeOutcome.Applied.class,
                        applied -> assertThat(applied.result().toStringUtf8()).isEqualTo("did a"));

        cluster.apply(S1, "b");
        for (NodeId node : cluster.nodes()) {
            cluster.awaitTexts(node, S1, List.of("a", "b"));
        }
    }

    @Test
    void whatRaftDoesIsMeasured() {
        NodeId leader = cluster.create(S1);
        SimpleMeterRegistry meters = cluster.registry(leader);
        long before = meters.get("titan_raft_replicate_seconds").timer().count();

        cluster.apply(S1, "a");
        assertThat(cluster.barrier(leader, S1)).isEqualTo(new BarrierOutcome.Passed());

        assertThat(meters.get("titan_raft_replicate_seconds").timer().count() - before)
                .isEqualTo(1);
        assertThat(meters.get("titan_raft_barrier_reads").summary().count()).isEqualTo(1);
        assertThat(meters.get("titan_raft_leading_replicas")
                        .tag("group", "s1")
                        .gauge()
                        .value())
                .isEqualTo(1);
        for (NodeId node : cluster.nodes()) {
            cluster.awaitTexts(node, S1, List.of("a"));
            SimpleMeterRegistry own = cluster.registry(node);
            assertThat(own.get("titan_raft_log_sync_seconds").timer().count()).isPositive();
            assertThat(own.get("titan_raft_apply_seconds").timer().count()).isPositive();
            assertThat(own.get("titan_raft_leader_changes_total")
                            .functionCounter()
                            .count())
                    .isPositive();
        }
        cluster.host(leader).remove(S1);
        assertThat(meters.find("titan_raft_current_term").gauge()).isNull();
    }

    @Test
    void aFollowerTurnsAProposalAway() {
        NodeId leader = cluster.create(S1);

        assertThat(cluster.propose(cluster.others(leader).getFirst(), S1, "a"))
                .isEqualTo(new ProposeOutcome.NotLeader(leader));
        assertThat(cluster.barrier(cluster.others(leader).getFirst(), S1))
                .isEqualTo(new BarrierOutcome.NotLeader(leader));
        assertThat(cluster.machine(leader, S1).texts()).isEmpty();
    }

    @Test
    void aLeaderPassesItsReadBarrier() {
        NodeId leader = cluster.create(S1);

        assertThat(cluster.barrier(leader, S1)).isEqualTo(new BarrierOutcome.Passed());
    }

    @Test
    void aNodeThatRestartsGoesOnWhereItWas() {
        cluster.create(S1);
        List<String> texts = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            cluster.apply(S1, "before " + i);
            texts.add("before " + i);
        }
        NodeId leader = cluster.leader(S1);

        cluster.stop(leader);
        cluster.apply(S1, "meanwhile");
        texts.add("meanwhile");
        cluster.restart(leader);

        cluster.awaitTexts(leader, S1, texts);
    }

    @Test
    void whatWasAcknowledgedSurvivesTheDeathOfAllNodes() {
        cluster.create(S1);
        List<String> texts = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            cluster.apply(S1, "v" + i);
            texts.add("v" + i);
        }

        cluster.nodes().forEach(cluster::kill);
        cluster.nodes().forEach(cluster::restart);

        cluster.apply(S1, "after");
        texts.add("after");
        for (NodeId node : cluster.nodes()) {
            cluster.awaitTexts(node, S1, texts);
        }
    }
}
