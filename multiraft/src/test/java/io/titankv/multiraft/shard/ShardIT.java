package io.titankv.multiraft.shard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.ByteString;
import io.titankv.model.Epoch;
import io.titankv.model.Key;
import io.titankv.model.NodeId;
import io.titankv.model.TokenRange;
import io.titankv.multiraft.shard.ShardWrite.Action;
import io.titankv.multiraft.shard.ShardWrite.Condition;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ShardIT {
    private static final Freshness LINEARIZABLE = new Freshness.Linearizable();

    @TempDir
    private Path directory;

    private ShardCluster cluster;

    @BeforeEach
    void start() {
        cluster = new ShardCluster(directory);
    }

    @AfterEach
    void stop() {
        cluster.close();
        assertThat(cluster.corruptions).isEmpty();
    }

    @Test
    void readsAtEveryLevelAndIsolatedLeadersGiveNothingStale() {
        WriteOutcome.Written first = cluster.put("a", "1");
        NodeId leader = cluster.leader();
        NodeId follower = cluster.others(leader).getFirst();
        assertFound(leader, LINEARIZABLE, "1");
        assertFound(leader, new Freshness.Lease(), "1");
        assertFound(follower, new Freshness.After(first.position().index()), "1");
        await().atMost(ShardCluster.PATIENCE)
                .untilAsserted(() -> assertFound(follower, new Freshness.Bounded(Duration.ofSeconds(30)), "1"));
        assertFound(follower, new Freshness.Any(), "1");
        assertThat(cluster.read(follower, "a", LINEARIZABLE)).isInstanceOf(ReadOutcome.NotLeader.class);
        assertThat(cluster.shard(leader)
                        .count(TokenRange.WHOLE, LINEARIZABLE, new Epoch(1), Duration.ofSeconds(20))
                        .join())
                .isInstanceOfSatisfying(
                        ReadOutcome.Count.class,
                        count -> assertThat(count.keys()).isEqualTo(1));

        cluster.isolate(leader);
        cluster.put("a", "2");
        for (Freshness freshness : List.of(LINEARIZABLE, new Freshness.Lease())) {
            ReadOutcome old = cluster.read(leader, "a", freshness);
            assertThat(old).isNotInstanceOfAny(ReadOutcome.Found.class, ReadOutcome.Absent.class);
        }
        cluster.heal();
        assertThat(cluster.value("a")).isEqualTo("2");
    }

    @Test
    void whatWasAcknowledgedSurvivesTheLossOfAllNodesAndATornTail() throws IOException {
        List<String> acknowledged = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
            cluster.put("k" + i, "v" + i);
            acknowledged.add("k" + i);
        }
        cluster.nodes.forEach(cluster::kill);
        Path active = cluster.engineFiles(cluster.nodes.getFirst()).stream()
                .filter(file -> file.toString().endsWith(".data"))
                .reduce((a, b) -> b)
                .orElseThrow();
        Files.write(active, new byte[] {1, 2, 3}, StandardOpenOption.APPEND);
        cluster.nodes.forEach(cluster::restart);
        for (String key : acknowledged) {
            assertThat(cluster.value(key)).isEqualTo("v" + key.substring(1));
        }
        cluster.put("more", "1");
        long index = cluster.put("last", "1").position().index();
        for (NodeId node : cluster.nodes) {
            await().atMost(ShardCluster.PATIENCE)
                    .untilAsserted(() -> assertThat(cluster.read(node, "last", new Freshness.After(index)))
                            .isInstanceOf(ReadOutcome.Found.class));
        }
    }

    @Test
    void writesThatTakeSpaceAreRefusedWhileTheLeaderOrTooManyHaveNoRoom() {
        cluster.put("a", "1");
        NodeId leader = cluster.leader();
        List<NodeId> followers = cluster.others(leader);

        cluster.room(followers.getFirst()).set(90 << 20);
        cluster.room(followers.getLast()).set(90 << 20);
        awaitFull(leader, followers);
        assertThat(cluster.shard(leader)
                        .writeAtomically(
                                List.of(TestWrites.put("b", "2"), TestWrites.put("c", "3")), Duration.ofSeconds(20))
                        .join())
                .allSatisfy(outcome -> assertThat(outcome).isInstanceOf(WriteOutcome.DiskFull.class));
        assertThat(cluster.write(leader, TestWrites.delete("a"))).isInstanceOf(WriteOutcome.Written.class);

        cluster.room(followers.getLast()).set(200 << 20);
        await().atMost(ShardCluster.PATIENCE)
                .untilAsserted(() -> assertThat(cluster.write(leader, TestWrites.put("a", "2")))
                        .isInstanceOf(WriteOutcome.Written.class));
        cluster.room(leader).set(90 << 20);
        awaitFull(leader, List.of(leader));
        assertThat(cluster.value("a")).isEqualTo("2");
    }

    private void awaitFull(NodeId leader, List<NodeId> nodes) {
        await().atMost(ShardCluster.PATIENCE)
                .untilAsserted(() -> assertThat(cluster.write(leader, TestWrites.put("a", "2")))
                        .isInstanceOfSatisfying(
                                WriteOutcome.DiskFull.class,
                                full -> assertThat(full.nodes()).containsExactlyInAnyOrderElementsOf(nodes)));
    }

    @Test
    void aFollowerThatWasAwayForTooLongGetsTheFilesThatItLacks() throws Exception {
        NodeId away = cluster.others(cluster.leader()).getFirst();
        cluster.put("before", "1");
        cluster.kill(away);
        String value = "x".repeat(200 << 10);
        for (int i = 0; i < 100; i++) {
            cluster.put("k" + i, value + i);
        }
        for (NodeId node : cluster.others(away)) {
            cluster.raft(node)
                    .replica(ShardCluster.GROUP)
                    .orElseThrow()
                    .takeSnapshot()
                    .join();
        }
        cluster.put("after", "1");
        cluster.restart(away);
        long index = cluster.put("last", "1").position().index();
        await().atMost(ShardCluster.PATIENCE)
                .untilAsserted(() -> assertThat(cluster.read(away, "k99", new Freshness.After(index)))
                        .isInstanceOfSatisfying(
                                ReadOutcome.Found.class,
                                found -> assertThat(ShardCluster.text(found.value()))
                                        .isEqualTo(value + 99)));
        assertThat(cluster.fetched(away).filesFetched()).isPositive();
        long fetchedOnce = cluster.fetched(away).bytesFetched();
        assertThat(fetchedOnce).isGreaterThan(100L * value.length());

        // A second time: what came then is here, and is not fetched again.
        cluster.kill(away);
        for (int i = 100; i < 200; i++) {
            cluster.put("k" + i, value + i);
        }
        for (NodeId node : cluster.others(away)) {
            cluster.raft(node)
                    .replica(ShardCluster.GROUP)
                    .orElseThrow()
                    .takeSnapshot()
                    .join();
        }
        cluster.put("after", "2");
        cluster.restart(away);
        long second = cluster.put("last", "2").position().index();
        await().atMost(ShardCluster.PATIENCE)
                .untilAsserted(() -> assertThat(cluster.read(away, "k199", new Freshness.After(second)))
                        .isInstanceOf(ReadOutcome.Found.class));
        assertThat(cluster.fetched(away).filesKept()).isPositive();
        assertThat(cluster.fetched(away).bytesFetched())
                .isBetween(100L * value.length(), 100L * value.length() + fetchedOnce / 2);
        assertThat(cluster.read(away, "before", new Freshness.Any())).isInstanceOf(ReadOutcome.Found.class);
    }

    @Test
    void aCounterRaisedByEightClientsWhileLeadersDieHoldsWhatWasAcknowledged() throws InterruptedException {
        AtomicBoolean stop = new AtomicBoolean();
        AtomicLong acknowledged = new AtomicLong();
        AtomicLong undetermined = new AtomicLong();
        List<CompletableFuture<Void>> clients = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            CompletableFuture<Void> done = new CompletableFuture<>();
            clients.add(done);
            Thread.ofPlatform().daemon().start(() -> {
                try {
                    while (!stop.get()) {
                        raiseCounter(acknowledged, undetermined);
                    }
                    done.complete(null);
                } catch (Throwable e) {
                    done.completeExceptionally(e);
                }
            });
        }
        for (int round = 0; round < 3; round++) {
            long before = acknowledged.get();
            await().atMost(ShardCluster.PATIENCE).until(() -> acknowledged.get() >= before + 30 || failed(clients));
            NodeId leader = cluster.leader();
            cluster.kill(leader);
            await().atMost(ShardCluster.PATIENCE).until(() -> cluster.leaderOrNull() != null);
            cluster.restart(leader);
        }
        stop.set(true);
        CompletableFuture.allOf(clients.toArray(CompletableFuture<?>[]::new)).join();
        long value = Long.parseLong(String.valueOf(cluster.value("counter")));
        assertThat(value).isBetween(acknowledged.get(), acknowledged.get() + undetermined.get());
        assertThat(acknowledged.get()).isGreaterThanOrEqualTo(90);
    }

    private static boolean failed(List<CompletableFuture<Void>> clients) {
        return clients.stream().anyMatch(CompletableFuture::isCompletedExceptionally);
    }

    private void raiseCounter(AtomicLong acknowledged, AtomicLong undetermined) {
        NodeId leader = cluster.leaderOrNull();
        Shard shard = leader == null ? null : cluster.shardOrNull(leader);
        if (shard == null) {
            backOff();
            return;
        }
        ReadOutcome read = shard.read(
                        Key.of("counter"), LINEARIZABLE, new Epoch(1), Duration.ofSeconds(20), bytes -> true)
                .join();
        long value;
        long version;
        switch (read) {
            case ReadOutcome.Found found -> {
                value = Long.parseLong(ShardCluster.text(found.value()));
                version = found.version();
            }
            case ReadOutcome.Absent _ -> {
                value = 0;
                version = 0;
            }
            default -> {
                backOff();
                return;
            }
        }
        WriteOutcome outcome = shard.write(
                        new ShardWrite(
                                Key.of("counter"),
                                new Action.Put(ByteString.copyFromUtf8(Long.toString(value + 1))),
                                new Condition.VersionIs(version),
                                null,
                                new Epoch(1)),
                        Duration.ofSeconds(20))
                .join();
        if (outcome instanceof WriteOutcome.Written) {
            acknowledged.incrementAndGet();
        } else if (outcome instanceof WriteOutcome.Undetermined) {
            undetermined.incrementAndGet();
        } else if (!(outcome instanceof WriteOutcome.VersionMismatch)) {
            backOff();
        }
    }

    /** As a client would: spinning clients leave the nodes, which share the machine with them, no time to elect. */
    private static void backOff() {
        LockSupport.parkNanos(Duration.ofMillis(20).toNanos());
    }

    private void assertFound(NodeId node, Freshness freshness, String value) {
        assertThat(cluster.read(node, "a", freshness))
                .isInstanceOfSatisfying(
                        ReadOutcome.Found.class,
                        found -> assertThat(ShardCluster.text(found.value())).isEqualTo(value));
    }
}
