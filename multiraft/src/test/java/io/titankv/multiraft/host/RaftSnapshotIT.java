package io.titankv.multiraft.host;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.titankv.model.GroupId;
import io.titankv.model.NodeId;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Logs that are let go, replicas that come back too late for them, and replay. */
final class RaftSnapshotIT {
    private static final GroupId S1 = new GroupId(1);

    @TempDir
    private Path directory;

    private RaftCluster cluster;
    private final List<String> texts = new ArrayList<>();

    @BeforeEach
    void start() {
        cluster = RaftCluster.start(
                directory,
                3,
                options -> RaftClusterOptions.withLog(options, 4 << 10, RaftClusterOptions.entries(5, 20)));
    }

    @AfterEach
    void stop() {
        cluster.close();
    }

    private void apply(int entries) {
        for (int i = 0; i < entries; i++) {
            String text = "entry " + texts.size() + " " + "x".repeat(3000);
            cluster.apply(S1, text);
            texts.add(text);
        }
    }

    @Test
    void aFollowerThatWasAwayTooLongFetchesTheStateAndGoesOn() throws Exception {
        NodeId leader = cluster.create(S1);
        apply(3);
        NodeId away = cluster.others(leader).getFirst();
        cluster.awaitTexts(away, S1, texts);
        cluster.kill(away);
        apply(100);
        for (NodeId node : cluster.others(away)) {
            cluster.awaitTexts(node, S1, texts);
            cluster.replica(node, S1).takeSnapshot().get(60, TimeUnit.SECONDS);
            await().atMost(RaftCluster.PATIENCE)
                    .until(() -> LogSegmentFile.in(cluster.logDirectory(node, S1))
                                    .getFirst()
                                    .first()
                            > 10);
        }

        cluster.restart(away);

        cluster.awaitTexts(away, S1, texts);
        assertThat(cluster.machine(away, S1).snapshotsStaged()).isPositive();
        apply(3);
        cluster.awaitTexts(away, S1, texts);
        // What it installed is where it begins after a restart.
        cluster.kill(away);
        cluster.restart(away);
        apply(1);
        cluster.awaitTexts(away, S1, texts);
    }

    @Test
    void aStateThatIsAheadOfTheLastSnapshotIsNotAppliedAgain() throws Exception {
        NodeId leader = cluster.create(S1);
        apply(10);
        cluster.replica(leader, S1).takeSnapshot().get(60, TimeUnit.SECONDS);
        assertThat(cluster.machine(leader, S1).durable().index()).isPositive();
        apply(7);

        // The state machine refuses entries that it has, so that a second application would be a fault.
        cluster.nodes().forEach(cluster::kill);
        cluster.nodes().forEach(cluster::restart);
        apply(3);

        for (NodeId node : cluster.nodes()) {
            cluster.awaitTexts(node, S1, texts);
            assertThat(cluster.replica(node, S1).status().fault()).isNull();
        }
    }

    @Test
    void aStateThatEndsBeforeItsLogBeginsIsAFault() throws Exception {
        NodeId leader = cluster.create(S1);
        apply(100);
        NodeId victim = cluster.others(leader).getFirst();
        cluster.awaitTexts(victim, S1, texts);
        cluster.replica(victim, S1).takeSnapshot().get(60, TimeUnit.SECONDS);
        await().atMost(RaftCluster.PATIENCE)
                .until(() -> LogSegmentFile.in(cluster.logDirectory(victim, S1))
                                .getFirst()
                                .first()
                        > 10);
        cluster.kill(victim);
        Files.delete(cluster.machine(victim, S1).file());

        cluster.restart(victim);

        assertThat(cluster.replica(victim, S1).status().fault()).contains("state lost");
        cluster.host(victim).rebuild(S1, "its state is lost");
        cluster.awaitTexts(victim, S1, texts);
    }

    @Test
    void largeEntriesAreLetGoByTheirBytesAlsoAcrossRestarts() throws IOException {
        cluster.close();
        LogBounds bounds = new LogBounds(100_000, 200 << 10, 100_000, 100 << 10, Duration.ofMinutes(10));
        cluster = RaftCluster.start(
                directory.resolve("bytes"), 3, options -> RaftClusterOptions.withLog(options, 4 << 10, bounds));
        cluster.create(S1);

        for (int run = 0; run < 3; run++) {
            apply(150);
            for (NodeId node : cluster.nodes()) {
                cluster.awaitTexts(node, S1, texts);
                // What is kept, what comes before the next snapshot, and a segment at either end.
                await().atMost(RaftCluster.PATIENCE).until(() -> logBytes(node) <= (200 + 100 + 2 * 64) << 10);
                assertThat(logBytes(node)).isGreaterThan(190 << 10);
            }
            cluster.nodes().forEach(cluster::kill);
            cluster.nodes().forEach(cluster::restart);
        }
    }

    private long logBytes(NodeId node) throws IOException {
        long bytes = 0;
        for (LogSegmentFile segment : LogSegmentFile.in(cluster.logDirectory(node, S1))) {
            bytes += Files.size(segment.path());
        }
        return bytes;
    }

    @Test
    void aQuietGroupsLogIsLetGoInTime() {
        cluster.close();
        cluster = RaftCluster.start(
                directory.resolve("timed"),
                3,
                options -> RaftClusterOptions.withSnapshotEvery(options, Duration.ofSeconds(1)));
        NodeId leader = cluster.create(S1);
        cluster.apply(S1, "one entry");

        for (NodeId node : cluster.nodes()) {
            await().atMost(RaftCluster.PATIENCE)
                    .until(() -> cluster.machine(node, S1).durable().index() >= 1);
        }
        assertThat(cluster.leader(S1)).isEqualTo(leader);
    }
}
