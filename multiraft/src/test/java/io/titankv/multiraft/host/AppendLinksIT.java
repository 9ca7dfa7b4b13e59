package io.titankv.multiraft.host;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.ByteString;
import io.titankv.model.GroupId;
import io.titankv.model.NodeId;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** How the log reaches a follower ({@link LogSender}, {@link AppendLinks}, {@link AppendDoor}) when the way to it is bad. */
final class AppendLinksIT {
    private static final GroupId S1 = new GroupId(1);
    private static final GroupId S2 = new GroupId(2);
    private static final NodeId N1 = new NodeId("n1");
    private static final NodeId N2 = new NodeId("n2");
    private static final NodeId N3 = new NodeId("n3");

    @TempDir
    private Path directory;

    private final List<AutoCloseable> open = new ArrayList<>();

    @AfterEach
    void stop() throws Exception {
        for (AutoCloseable each : open.reversed()) {
            each.close();
        }
    }

    private RaftCluster start(NetworkGate gate) {
        RaftCluster cluster = RaftCluster.start(directory, 3, options -> RaftClusterOptions.withGate(options, gate));
        open.add(cluster);
        return cluster;
    }

    /** The way to n3 from the others. It leads no group: what it sends itself goes another way. */
    private StallingProxy proxyToN3(RaftCluster cluster) throws IOException {
        StallingProxy proxy = new StallingProxy(cluster.port(N3));
        open.add(proxy);
        cluster.reachThrough(N3, proxy.address());
        return proxy;
    }

    private static void leadElsewhere(RaftCluster cluster, GroupId group) throws Exception {
        if (cluster.create(group).equals(N3)) {
            assertThat(cluster.replica(N3, group)
                            .transferLeadership(N1, RaftCluster.PATIENCE)
                            .get(60, TimeUnit.SECONDS))
                    .isTrue();
        }
    }

    /** Proposed one after the other, without waiting for any. */
    private static List<String> applyMany(RaftCluster cluster, GroupId group, String name, int count) {
        List<String> texts = IntStream.range(0, count).mapToObj(i -> name + i).toList();
        Replica leader = cluster.replica(cluster.leader(group), group);
        List<CompletableFuture<ProposeOutcome>> outcomes = texts.stream()
                .map(text -> leader.propose(ByteString.copyFromUtf8(text)))
                .toList();
        assertThat(outcomes)
                .allSatisfy(outcome ->
                        assertThat(outcome.get(60, TimeUnit.SECONDS)).isInstanceOf(ProposeOutcome.Applied.class));
        return texts;
    }

    @Test
    void connectionsThatFallSilentAreReplacedForAllGroupsAndTheFollowerCatchesUp() throws Exception {
        RaftCluster cluster = start(NetworkGate.OPEN);
        StallingProxy proxy = proxyToN3(cluster);
        leadElsewhere(cluster, S1);
        leadElsewhere(cluster, S2);
        List<String> texts = new ArrayList<>(applyMany(cluster, S1, "before", 20));
        List<String> texts2 = new ArrayList<>(applyMany(cluster, S2, "before", 20));
        cluster.awaitTexts(N3, S1, texts);
        int connections = proxy.connections();

        proxy.silenceConnections();
        texts.addAll(applyMany(cluster, S1, "meanwhile", 100));
        texts2.addAll(applyMany(cluster, S2, "meanwhile", 100));

        cluster.awaitTexts(N3, S1, texts);
        cluster.awaitTexts(N3, S2, texts2);
        assertThat(proxy.connections()).isGreaterThan(connections);
    }

    @Test
    void aNodeThatCannotBeReachedHoldsNobodyUpAndCatchesUpAfterwards() throws Exception {
        RaftCluster cluster = start(NetworkGate.OPEN);
        StallingProxy proxy = proxyToN3(cluster);
        leadElsewhere(cluster, S1);
        List<String> texts = new ArrayList<>(applyMany(cluster, S1, "before", 20));
        cluster.awaitTexts(N3, S1, texts);

        proxy.silenceAll();
        int connections = proxy.connections();
        for (int i = 0; i < 10; i++) {
            texts.addAll(applyMany(cluster, S1, "without " + i + ".", 100));
        }
        await().atMost(RaftCluster.PATIENCE).until(() -> proxy.connections() > connections + 1); // tried in vain
        assertThat(cluster.machine(N3, S1).texts()).hasSize(20);

        proxy.recover();
        cluster.awaitTexts(N3, S1, texts);
    }

    @Test
    void aFollowerThatWasAwayForThousandsOfEntriesIsSentThem() throws Exception {
        RaftCluster cluster = start(NetworkGate.OPEN);
        leadElsewhere(cluster, S1);
        List<String> texts = new ArrayList<>(applyMany(cluster, S1, "before", 20));
        cluster.awaitTexts(N3, S1, texts);

        cluster.kill(N3);
        for (int i = 0; i < 15; i++) {
            texts.addAll(applyMany(cluster, S1, "without " + i + ".", 200));
        }
        cluster.restart(N3);
        texts.addAll(applyMany(cluster, S1, "after", 200));

        cluster.awaitTexts(N3, S1, texts);
    }

    /** Those that did not arrive and those whose answer did not: seeded, but which message is lost is the scheduler's. */
    @Test
    void lostMessagesAreSentAgainAndNothingIsAppliedTwice() throws Exception {
        AtomicInteger lossPercent = new AtomicInteger();
        AtomicInteger lost = new AtomicInteger();
        SplittableRandom random = new SplittableRandom(42);
        RaftCluster cluster = start((_, _) -> {
            boolean passes;
            synchronized (random) {
                passes = random.nextInt(100) >= lossPercent.get();
            }
            if (!passes) {
                lost.incrementAndGet();
            }
            return passes;
        });
        cluster.create(S1);
        lossPercent.set(10);
        List<String> acknowledged = new ArrayList<>();
        for (int i = 0; i < 300; i++) {
            if (cluster.propose(cluster.leader(S1), S1, "v" + i) instanceof ProposeOutcome.Applied) {
                acknowledged.add("v" + i);
            }
        }
        lossPercent.set(0);
        cluster.apply(S1, "last");

        List<String> texts = cluster.machine(cluster.leader(S1), S1).texts();
        assertThat(texts).doesNotHaveDuplicates().containsSubsequence(acknowledged);
        for (NodeId node : List.of(N1, N2, N3)) {
            cluster.awaitTexts(node, S1, texts);
        }
        assertThat(acknowledged).hasSizeGreaterThan(100);
        assertThat(lost).hasValueGreaterThan(30);
    }
}
