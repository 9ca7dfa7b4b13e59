package io.titankv.multiraft.host;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.titankv.model.GroupId;
import io.titankv.model.NodeId;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a replica does about a Raft log that a power loss or a disk has spoiled. */
final class RaftLogHealthIT {
    private static final GroupId S1 = new GroupId(1);

    @TempDir
    private Path directory;

    private RaftCluster cluster;
    private final List<String> texts = new ArrayList<>();
    private NodeId victim;

    @BeforeEach
    void killAFollowerThatHoldsTwentyEntries() {
        cluster = RaftCluster.start(directory, 3);
        NodeId leader = cluster.create(S1);
        for (int i = 0; i < 20; i++) {
            apply("entry number " + i);
        }
        victim = cluster.others(leader).getFirst();
        cluster.awaitTexts(victim, S1, texts);
        cluster.kill(victim);
    }

    private void apply(String text) {
        cluster.apply(S1, text);
        texts.add(text);
    }

    @AfterEach
    void stop() {
        cluster.close();
    }

    @Test
    void anUnfinishedEntryAtTheEndIsCutOff() throws IOException {
        LogSegmentFile open = lastSegment();
        byte[] half = {60, 8, 1, 16, 22, 90, 77, 1, 2, 3, 4};
        try (FileChannel file = FileChannel.open(open.path(), StandardOpenOption.WRITE)) {
            file.write(ByteBuffer.wrap(half), endOfEntries(open));
        }

        cluster.restart(victim);

        assertThat(cluster.replica(victim, S1).status().fault()).isNull();
        apply("after");
        cluster.awaitTexts(victim, S1, texts);
    }

    @Test
    void noiseBehindTheZerosIsCutOff() throws IOException {
        LogSegmentFile open = lastSegment();
        byte[] noise = new byte[5000];
        new Random(7).nextBytes(noise);
        long end = endOfEntries(open);
        try (FileChannel file = FileChannel.open(open.path(), StandardOpenOption.WRITE)) {
            file.write(ByteBuffer.wrap(new byte[300]), end);
            file.write(ByteBuffer.wrap(noise), end + 300);
        }

        cluster.restart(victim);

        assertThat(cluster.replica(victim, S1).status().fault()).isNull();
        apply("after");
        cluster.awaitTexts(victim, S1, texts);
    }

    @Test
    void aFlippedBitBeforeWholeEntriesTakesTheReplicaOutOfService() throws IOException {
        LogSegmentFile open = lastSegment();
        long middle = endOfEntries(open) / 2;
        flip(open.path(), middle);

        cluster.restart(victim);

        ReplicaStatus status = cluster.replica(victim, S1).status();
        assertThat(status.role()).isEqualTo(ReplicaStatus.Role.DOWN);
        assertThat(status.fault())
                .contains("rotten")
                .contains(open.path().getFileName().toString());
        assertThat(cluster.propose(victim, S1, "x")).isInstanceOf(ProposeOutcome.OutOfService.class);
        apply("the others go on");
        assertThat(endOfEntries(open)).isGreaterThan(middle);
    }

    @Test
    void aRottenReplicaIsRebuiltFromTheOthers() throws IOException {
        flip(lastSegment().path(), endOfEntries(lastSegment()) / 2);
        cluster.restart(victim);
        assertThat(cluster.replica(victim, S1).status().fault()).contains("rotten");

        cluster.host(victim).rebuild(S1, "its log is rotten");

        // Before it has begun anew its old texts are there, and it is a voter still.
        await().atMost(RaftCluster.PATIENCE)
                .until(() -> cluster.replica(victim, S1).status().fault() == null);
        cluster.awaitTexts(victim, S1, texts);
        awaitVoters(3);
        apply("after");
        cluster.awaitTexts(victim, S1, texts);
        // A voter like any other: with it, the group goes on when another one dies.
        NodeId leader = cluster.leader(S1);
        cluster.kill(leader.equals(victim) ? cluster.others(victim).getFirst() : leader);
        apply("with two of three");
        cluster.awaitTexts(victim, S1, texts);
    }

    @Test
    void aRebuildGoesOnAfterARestartInTheMiddle() throws IOException {
        cluster.restart(victim);
        cluster.isolate(victim);
        cluster.host(victim).rebuild(S1, "a test says so");
        cluster.kill(victim);
        cluster.restart(victim);
        assertThat(cluster.replica(victim, S1).status().fault()).contains("rebuilt");

        cluster.heal();

        cluster.awaitTexts(victim, S1, texts);
        awaitVoters(3);
    }

    @Test
    void aReplicaThatLostItsVoteIsNotRebuilt() throws IOException {
        Files.delete(cluster.logDirectory(victim, S1).resolve("raft-meta"));
        cluster.restart(victim);

        cluster.host(victim).rebuild(S1, "its vote is gone");

        await().atMost(RaftCluster.PATIENCE)
                .untilAsserted(
                        () -> assertThat(cluster.replica(victim, S1).status().fault())
                                .contains("vote of this replica is lost"));
        apply("the others go on");
    }

    private void awaitVoters(int voters) {
        await().atMost(RaftCluster.PATIENCE)
                .untilAsserted(() -> assertThat(
                                cluster.host(cluster.leader(S1)).membership(S1).orElseThrow())
                        .satisfies(membership -> {
                            assertThat(membership.voters()).hasSize(voters);
                            assertThat(membership.learners()).isEmpty();
                        }));
    }

    private static void flip(Path path, long offset) throws IOException {
        try (FileChannel file = FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            ByteBuffer one = ByteBuffer.allocate(1);
            file.read(one, offset);
            one.put(0, (byte) (one.get(0) ^ 4));
            file.write(one.rewind(), offset);
        }
    }

    private LogSegmentFile lastSegment() throws IOException {
        return LogSegmentFile.in(cluster.logDirectory(victim, S1)).getLast();
    }

    private static long endOfEntries(LogSegmentFile segment) throws IOException {
        byte[] bytes = Files.readAllBytes(segment.path());
        return LogRecordFormat.endOfWritten(ByteBuffer.wrap(bytes), 0);
    }
}
