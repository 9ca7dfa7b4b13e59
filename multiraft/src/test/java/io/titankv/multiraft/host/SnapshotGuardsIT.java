package io.titankv.multiraft.host;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.titankv.model.GroupId;
import io.titankv.model.NodeId;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import org.apache.ratis.server.protocol.TermIndex;
import org.apache.ratis.server.raftlog.RaftLog;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What Ratis alone would get wrong of followers that are behind: {@link InstallingAppender}. Each of these fails without its guard. */
final class SnapshotGuardsIT {
    private static final GroupId S1 = new GroupId(1);

    @TempDir
    private Path directory;

    /** RATIS-2500: the leader would offer a snapshot for ever, and the follower would answer that it has it already. */
    @Test
    void aFollowerThatStandsWhereTheLeadersLogBeginsIsSentTheLog() {
        try (RaftCluster brief = RaftCluster.start(
                directory.resolve("brief"),
                3,
                options -> RaftClusterOptions.withLog(options, 64 << 10, RaftClusterOptions.entries(1, 40)))) {
            NodeId first = brief.create(S1);
            NodeId next = brief.others(first).getFirst();
            NodeId behind = brief.others(first).getLast();
            List<String> texts = new ArrayList<>();
            for (int i = 0; i < 5; i++) {
                texts.add("first term " + i);
                brief.apply(S1, texts.getLast());
            }
            // It has the whole of the first term, and nothing more.
            await().atMost(RaftCluster.PATIENCE).until(() -> {
                TermIndex end = log(brief, first).getLastEntryTermIndex();
                return log(brief, first).getLastCommittedIndex() == end.getIndex()
                        && end.equals(log(brief, behind).getLastEntryTermIndex())
                        && brief.replica(behind, S1).status().appliedIndex() == end.getIndex();
            });
            long end = log(brief, behind).getLastEntryTermIndex().getIndex();
            brief.replica(behind, S1).takeSnapshot().join();
            brief.kill(behind);

            // A term begins a log segment, and only whole segments are purged.
            handOver(brief, first, next);
            for (int i = 0; i < 50; i++) {
                texts.add("second term " + i);
                brief.apply(S1, texts.getLast());
            }
            brief.replica(next, S1).takeSnapshot().join();
            await().atMost(RaftCluster.PATIENCE).until(() -> log(brief, next).getStartIndex() == end + 1);
            brief.restart(behind);

            brief.awaitTexts(behind, S1, texts);
        }
    }

    /** A follower installs what it was told of only when it is told again, which a leader whose log goes further back would not do. */
    @Test
    void aSnapshotThatTheLastLeaderToldOfIsInstalledUnderTheNextWhoNeedsNone() {
        try (RaftCluster brief = RaftCluster.start(
                directory.resolve("brief"),
                3,
                options -> RaftClusterOptions.withLog(options, 64 << 10, RaftClusterOptions.entries(1, 400)))) {
            NodeId first = brief.create(S1);
            NodeId next = brief.others(first).getFirst();
            NodeId behind = brief.others(first).getLast();
            List<String> texts = new ArrayList<>(List.of("all have this"));
            brief.apply(S1, texts.getFirst());
            brief.awaitTexts(behind, S1, texts);
            brief.kill(behind);
            for (int i = 0; i < 150; i++) {
                texts.add("two have this " + i);
                brief.apply(S1, texts.getLast());
            }
            // A term begins a log segment, and only whole segments are purged: the first leader's, not the next one's.
            handOver(brief, first, next);
            texts.add("from the next");
            brief.apply(S1, texts.getLast());
            handOver(brief, next, first);
            brief.replica(first, S1).takeSnapshot().join();
            await().atMost(RaftCluster.PATIENCE).until(() -> log(brief, first).getStartIndex() > 100);

            CompletableFuture<Void> held = new CompletableFuture<>();
            brief.isolate(behind);
            brief.restart(behind);
            brief.machine(behind, S1).holdStaging(held);
            brief.heal();
            await().atMost(RaftCluster.PATIENCE)
                    .until(() -> brief.machine(behind, S1).snapshotsStaged() == 1);
            brief.kill(first);
            await().atMost(RaftCluster.PATIENCE)
                    .until(() -> brief.replica(next, S1).status().role() == ReplicaStatus.Role.LEADER);
            assertThat(log(brief, next).getStartIndex()).isZero();
            held.complete(null);

            texts.add("after");
            brief.apply(S1, texts.getLast());
            brief.awaitTexts(behind, S1, texts);
        }
    }

    private static void handOver(RaftCluster cluster, NodeId from, NodeId to) {
        await().atMost(RaftCluster.PATIENCE)
                .until(() -> cluster.replica(from, S1)
                        .transferLeadership(to, RaftCluster.PATIENCE)
                        .join());
        await().atMost(RaftCluster.PATIENCE).until(() -> cluster.leader(S1).equals(to));
    }

    private static RaftLog log(RaftCluster cluster, NodeId node) {
        return Objects.requireNonNull(((RatisReplica) cluster.replica(node, S1)).divisionOrNull())
                .getRaftLog();
    }
}
