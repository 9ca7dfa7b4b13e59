package io.titankv.multiraft.host;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.titankv.model.GroupId;
import io.titankv.model.NodeId;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What becomes of a group when the disks of its nodes fill ({@link DiskGuard}, {@link VoterDisks}, {@link Refusals}). */
final class FullDiskIT {
    private static final GroupId S1 = new GroupId(1);
    private static final long FULL = 80 << 20;
    private static final long EXHAUSTED = 10 << 20;
    private static final long ROOM = 1L << 40;

    @TempDir
    private Path directory;

    private RaftCluster cluster;
    private final List<String> texts = new ArrayList<>();

    /** Logs of which little is kept. */
    @BeforeEach
    void start() {
        cluster = RaftCluster.start(
                directory,
                3,
                options -> RaftClusterOptions.withLog(options, 4 << 10, RaftClusterOptions.entries(5, 20)));
        cluster.create(S1);
    }

    @AfterEach
    void stop() {
        cluster.close();
    }

    private void apply(String name, int count) {
        for (int i = 0; i < count; i++) {
            cluster.apply(S1, name + i);
            texts.add(name + i);
        }
    }

    private List<NodeId> inNeedOfRoom(NodeId leader) {
        return cluster.replica(leader, S1).votersInNeedOfRoom();
    }

    @Test
    void anExhaustedFollowerTakesNothingUntilThereIsRoomAndTheOthersGoOn() throws Exception {
        NodeId leader = cluster.leader(S1);
        NodeId follower = cluster.others(leader).getFirst();
        apply("before", 5);
        cluster.awaitTexts(follower, S1, texts);
        List<String> held = List.copyOf(texts);

        cluster.freeBytes(follower, EXHAUSTED);
        apply("without", 50);

        assertThat(cluster.machine(follower, S1).texts()).isEqualTo(held);
        assertThat(cluster.replica(follower, S1).status().fault()).isNull();
        assertThat(cluster.leader(S1)).isEqualTo(leader);
        assertThat(inNeedOfRoom(leader)).isEmpty();

        cluster.freeBytes(follower, ROOM);
        cluster.awaitTexts(follower, S1, texts);
    }

    @Test
    void aLeaderKnowsThatTooFewHaveRoomAndThatTheyHaveItAgain() throws Exception {
        NodeId leader = cluster.leader(S1);
        List<NodeId> followers = cluster.others(leader);
        cluster.freeBytes(followers.getFirst(), FULL);
        cluster.freeBytes(followers.getLast(), FULL);

        await().atMost(RaftCluster.PATIENCE)
                .untilAsserted(() -> assertThat(inNeedOfRoom(leader)).containsExactlyInAnyOrderElementsOf(followers));
        apply("not for lack of room", 3); // who proposes decides; deletes make room
        assertThat(inNeedOfRoom(followers.getFirst())).isEmpty();

        cluster.freeBytes(followers.getLast(), ROOM);
        await().atMost(RaftCluster.PATIENCE).until(() -> inNeedOfRoom(leader).isEmpty());
    }

    @Test
    void aSnapshotIsInstalledWhenThereIsRoomForIt() throws Exception {
        NodeId follower = cluster.others(cluster.leader(S1)).getFirst();
        apply("before", 5);
        cluster.awaitTexts(follower, S1, texts);
        List<String> held = List.copyOf(texts);
        cluster.freeBytes(follower, EXHAUSTED);
        apply("x".repeat(3_000), 100);
        for (NodeId node : cluster.others(follower)) {
            cluster.awaitTexts(node, S1, texts);
            cluster.replica(node, S1).takeSnapshot().get(60, TimeUnit.SECONDS);
            await().atMost(RaftCluster.PATIENCE)
                    .until(() -> LogSegmentFile.in(cluster.logDirectory(node, S1))
                                    .getFirst()
                                    .first()
                            > 10);
        }
        apply("more", 5);
        assertThat(cluster.machine(follower, S1).snapshotsStaged()).isZero();
        assertThat(cluster.machine(follower, S1).texts()).isEqualTo(held);

        cluster.freeBytes(follower, ROOM);
        cluster.awaitTexts(follower, S1, texts);
        assertThat(cluster.machine(follower, S1).snapshotsStaged()).isPositive();
    }
}
