package io.titankv.multiraft.host;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.ByteString;
import io.titankv.model.GroupId;
import io.titankv.model.NodeId;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Elections where Ratis' own timeouts are so long that only {@link EarlyElections} have them in time. */
final class EarlyElectionsIT {
    private static final List<GroupId> GROUPS = List.of(new GroupId(1), new GroupId(2), new GroupId(3), new GroupId(4));
    private static final Duration LEAST = Duration.ofMillis(600);

    @TempDir
    private Path directory;

    private RaftCluster start() {
        return RaftCluster.start(
                directory, 3, options -> RaftClusterOptions.withTimeouts(options, LEAST, Duration.ofHours(10)));
    }

    private static void apply(RaftCluster cluster, GroupId group, String text) throws Exception {
        ProposeOutcome outcome = cluster.replica(cluster.leader(group), group)
                .propose(ByteString.copyFromUtf8(text))
                .get(RaftCluster.PATIENCE.toSeconds(), TimeUnit.SECONDS);
        assertThat(outcome).isInstanceOf(ProposeOutcome.Applied.class);
    }

    @Test
    void leadersWhoseProcessEndsAreReplacedWithoutWaitingForTheTimeout() throws Exception {
        try (RaftCluster cluster = start()) {
            for (GroupId group : GROUPS) {
                cluster.create(group);
                apply(cluster, group, "before");
            }
            NodeId killed = cluster.leader(GROUPS.getFirst());
            cluster.kill(killed);
            for (GroupId group : GROUPS) {
                apply(cluster, group, "after");
            }
        }
    }

    @Test
    void aFollowerWhoseLogIsTooShortLeavesItToAnother() throws Exception {
        try (RaftCluster cluster = start()) {
            GroupId group = GROUPS.getFirst();
            cluster.create(group);
            apply(cluster, group, "before");
            List<String> texts = new ArrayList<>(List.of("before"));
            // Each in turn, as one of them is the first to try.
            for (NodeId behind : cluster.nodes()) {
                NodeId now = cluster.leader(group);
                if (behind.equals(now)) {
                    continue;
                }
                cluster.isolate(behind);
                apply(cluster, group, "without " + behind);
                texts.add("without " + behind);
                cluster.kill(now);
                cluster.heal();
                apply(cluster, group, "after " + now);
                texts.add("after " + now);
                cluster.restart(now);
                cluster.awaitTexts(now, group, texts);
            }
            assertThat(texts).hasSizeGreaterThanOrEqualTo(5);
        }
    }

    @Test
    void aLeaderThatConnectsAnewGoesOnLeading() throws Exception {
        try (RaftCluster cluster = start();
                StallingProxy toN2 = new StallingProxy(cluster.port(new NodeId("n2")));
                StallingProxy toN3 = new StallingProxy(cluster.port(new NodeId("n3")))) {
            cluster.reachThrough(new NodeId("n2"), toN2.address());
            cluster.reachThrough(new NodeId("n3"), toN3.address());
            GroupId group = new GroupId(3);
            assertThat(cluster.create(group)).as("first by its number").isEqualTo(new NodeId("n1"));
            long term = cluster.replica(new NodeId("n1"), group).status().term();
            toN2.breakConnections();
            toN3.breakConnections();
            long broken = System.nanoTime();
            // Until nobody would owe it a vote any more, had it not been heard.
            await().atMost(RaftCluster.PATIENCE).until(() -> {
                apply(cluster, group, "goes on");
                return System.nanoTime() - broken > LEAST.multipliedBy(3).toNanos();
            });
            assertThat(cluster.replica(new NodeId("n1"), group).status().term()).isEqualTo(term);
            assertThat(cluster.leader(group)).isEqualTo(new NodeId("n1"));
        }
    }
}
