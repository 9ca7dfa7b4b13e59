package io.titankv.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.ByteString;
import io.titankv.client.ReadLevel;
import io.titankv.client.ReadOptions;
import io.titankv.client.TitanClient;
import io.titankv.client.TitanException;
import io.titankv.client.Versioned;
import io.titankv.client.WriteOptions;
import io.titankv.model.ErrorReason;
import io.titankv.model.GroupId;
import io.titankv.model.Key;
import io.titankv.model.Limits;
import io.titankv.model.NodeId;
import io.titankv.placement.state.Settings;
import io.titankv.testing.TestCluster;
import java.time.Duration;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What a user of a three-node cluster sees on good and bad days. */
class ClusterIT {
    private static Key key(int number) {
        return Key.of("key-" + number);
    }

    private static ByteString value(int number) {
        return ByteString.copyFromUtf8("value-" + number);
    }

    private static void putAll(TitanClient titan, int from, int to) {
        CompletableFuture<?>[] puts = IntStream.range(from, to)
                .mapToObj(i -> titan.put(key(i), value(i), WriteOptions.DEFAULT.withTimeout(Duration.ofSeconds(60))))
                .toArray(CompletableFuture<?>[]::new);
        CompletableFuture.allOf(puts).join();
    }

    private static void assertHoldsAll(TitanClient titan, int to) {
        for (int i = 0; i < to; i++) {
            Optional<Versioned> read = titan.blocking().get(key(i));
            assertThat(read.map(Versioned::value)).as("key %d", i).contains(value(i));
        }
    }

    @Test
    void everyNodeAnswersEveryKey() {
        try (TestCluster cluster = TestCluster.start(3, 4)) {
            putAll(cluster.client(), 0, 300);
            for (NodeId node : cluster.nodes()) {
                try (TitanClient one = TitanClient.connect(cluster.endpoint(node))) {
                    assertHoldsAll(one, 300);
                }
            }
        }
    }

    /** It can still reach the node, which goes on telling it what is no longer so. */
    @Test
    void aClientOfANodeThatIsCutOffGoesOverToTheOthers() {
        try (TestCluster cluster = TestCluster.start(3, 1)) {
            NodeId leader = cluster.awaitLeaderOf(key(0));
            try (TitanClient titan = TitanClient.connect(cluster.endpoint(leader))) {
                titan.blocking().put(key(0), value(0));
                cluster.isolate(leader);
                WriteOptions inTime = WriteOptions.DEFAULT.withTimeout(Duration.ofSeconds(3));
                await().atMost(Duration.ofSeconds(60))
                        .ignoreExceptionsInstanceOf(TitanException.class)
                        .until(() -> {
                            titan.blocking().put(key(0), value(1), inTime);
                            return true;
                        });
                // And not by chance: the old leader is not asked first any more.
                for (int i = 2; i < 20; i++) {
                    titan.blocking().put(key(0), value(i), inTime);
                }
            }
        }
    }

    @Test
    void nothingAcknowledgedIsLostWhenAllNodesAreKilledAtOnce() {
        try (TestCluster cluster = TestCluster.start(3, 4)) {
            putAll(cluster.client(), 0, 500);
            cluster.nodes().forEach(cluster::kill);
            cluster.nodes().forEach(cluster::restart);
            cluster.awaitReady();
            assertHoldsAll(cluster.client(), 500);
        }
    }

    @Test
    void writesGoOnWhenTheLeaderIsKilled() {
        try (TestCluster cluster = TestCluster.start(3, 4)) {
            TitanClient titan = cluster.client();
            putAll(titan, 0, 100);
            NodeId leader = cluster.awaitLeaderOf(key(0));
            cluster.kill(leader);
            putAll(titan, 100, 200);
            cluster.restart(leader);
            putAll(titan, 200, 300);
            assertHoldsAll(titan, 300);
        }
    }

    @Test
    void anOrderlyStopHandsLeadershipOver() {
        try (TestCluster cluster = TestCluster.start(3, 4)) {
            TitanClient titan = cluster.client();
            putAll(titan, 0, 100);
            cluster.stop(cluster.awaitLeaderOf(key(0)));
            putAll(titan, 100, 200);
            assertHoldsAll(titan, 200);
        }
    }

    @Test
    void withoutAQuorumRequestsFailByTheirDeadlineAndReadsAtLevelAnyStillAnswer() {
        try (TestCluster cluster = TestCluster.start(3, 2)) {
            TitanClient titan = cluster.client();
            putAll(titan, 0, 20);
            NodeId last = cluster.nodes().getFirst();
            // What a majority holds the one that is left need not hold yet.
            await().atMost(Duration.ofSeconds(60))
                    .until(() -> IntStream.rangeClosed(1, 2)
                                    .mapToLong(shard -> cluster.server(last)
                                            .keys(new GroupId(shard))
                                            .orElse(0))
                                    .sum()
                            == 20);
            cluster.nodes().stream().skip(1).forEach(cluster::kill);
            try (TitanClient one = TitanClient.connect(cluster.endpoint(last))) {
                await().atMost(Duration.ofSeconds(60))
                        .untilAsserted(() -> assertThatThrownBy(() -> one.blocking()
                                        .put(key(0), value(1), WriteOptions.DEFAULT.withTimeout(Duration.ofSeconds(2))))
                                .isInstanceOfSatisfying(
                                        TitanException.class,
                                        e -> assertThat(e.reason()).isEqualTo(ErrorReason.NO_LEADER)));
                assertHoldsAllAtLevelAny(one, 20);
            }
        }
    }

    private static void assertHoldsAllAtLevelAny(TitanClient titan, int count) {
        ReadOptions any = ReadOptions.DEFAULT.withLevel(ReadLevel.any());
        for (int i = 0; i < count; i++) {
            int number = i;
            await().atMost(Duration.ofSeconds(60))
                    .untilAsserted(() ->
                            assertThat(titan.blocking().get(key(number), any)).isPresent());
        }
    }

    @Test
    void aValueMayBeAsLargeAsTheClustersSettingAllows() {
        int max = Limits.VALUE_BYTES_SETTING_MAX;
        try (TestCluster cluster = TestCluster.start(3, new Settings(1, 3, max), Duration.ofSeconds(1))) {
            byte[] bytes = new byte[max];
            new Random(7).nextBytes(bytes);
            ByteString largest = ByteString.copyFrom(bytes);
            cluster.client().blocking().put(key(1), largest);
            for (NodeId node : cluster.nodes()) {
                try (TitanClient one = TitanClient.connect(cluster.endpoint(node))) {
                    assertThat(one.blocking().get(key(1)).orElseThrow().value()).isEqualTo(largest);
                }
            }
            assertThatThrownBy(
                            () -> cluster.client().blocking().put(key(2), largest.concat(ByteString.copyFromUtf8("1"))))
                    .isInstanceOfSatisfying(
                            TitanException.class, e -> assertThat(e.reason()).isEqualTo(ErrorReason.VALUE_TOO_LARGE));
        }
    }

    @Test
    void aReadYourWritesTokenHoldsOnEveryReplica() {
        try (TestCluster cluster = TestCluster.start(3, 2)) {
            TitanClient titan = cluster.client();
            for (int i = 0; i < 50; i++) {
                var written = titan.blocking().put(key(i), value(i));
                for (NodeId node : cluster.nodes()) {
                    try (TitanClient one = TitanClient.connect(cluster.endpoint(node))) {
                        if (i % 10 == 0) {
                            assertThat(one.blocking()
                                            .get(
                                                    key(i),
                                                    ReadOptions.DEFAULT.withLevel(ReadLevel.after(written.token())))
                                            .map(Versioned::value))
                                    .contains(value(i));
                        }
                    }
                }
            }
        }
    }
}
