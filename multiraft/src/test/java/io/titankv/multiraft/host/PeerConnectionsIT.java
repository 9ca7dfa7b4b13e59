package io.titankv.multiraft.host;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.titankv.model.GroupId;
import io.titankv.model.NodeId;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whom a replica that joins has talked to before it is needed. */
final class PeerConnectionsIT {
    private static final GroupId S1 = new GroupId(1);
    private static final NodeId N4 = new NodeId("n4");

    @TempDir
    private Path directory;

    /** Whom n4 sent something that arrived, requests and replies. */
    private final Set<NodeId> reached = ConcurrentHashMap.newKeySet();

    private final Set<NodeId> unreachable = ConcurrentHashMap.newKeySet();
    private RaftCluster cluster;

    @BeforeEach
    void start() {
        cluster = RaftCluster.start(
                directory, 3, options -> RaftClusterOptions.withGate(options, (from, to) -> passes(from, to)));
    }

    private boolean passes(NodeId from, NodeId to) {
        if (from.equals(N4) && unreachable.contains(to)) {
            return false;
        }
        if (from.equals(N4)) {
            reached.add(to);
        }
        return true;
    }

    @AfterEach
    void stop() {
        cluster.close();
    }

    /** A follower answers nobody but its leader, so that whoever else it reaches it has asked. */
    @Test
    void aLearnerHasMetAllVotersBeforeItIsOne() throws Exception {
        NodeId leader = cluster.create(S1);
        unreachable.add(cluster.others(leader).getFirst());
        List<Member> three = cluster.members(cluster.nodes());
        cluster.addNode(N4);
        cluster.host(N4).create(S1, List.of());

        assertThat(cluster.host(leader)
                        .changeMembers(
                                S1,
                                new Membership(three, List.of()),
                                new Membership(three, List.of(cluster.member(N4))))
                        .get(60, TimeUnit.SECONDS))
                .isEqualTo(new ChangeOutcome.Changed());

        await().atMost(RaftCluster.PATIENCE)
                .untilAsserted(() -> assertThat(reached)
                        .contains(leader, cluster.others(leader).get(1)));
        unreachable.clear();
        await().atMost(RaftCluster.PATIENCE)
                .untilAsserted(() ->
                        assertThat(reached).contains(cluster.others(leader).getFirst()));
        assertThat(cluster.replica(N4, S1).status().role()).isEqualTo(ReplicaStatus.Role.LEARNER);
        assertThat(cluster.leader(S1)).isEqualTo(leader);
    }
}
