package io.titankv.server;

import static io.titankv.server.ClusterAdmin.patiently;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.titankv.client.ReadOptions;
import io.titankv.client.ScanCursor;
import io.titankv.client.ScanQuery;
import io.titankv.client.TitanClient;
import io.titankv.model.Key;
import io.titankv.model.NodeId;
import io.titankv.proto.admin.v1.MergeShardRequest;
import io.titankv.proto.admin.v1.MovingArc;
import io.titankv.proto.admin.v1.SplitShardRequest;
import io.titankv.testing.TestCluster;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/**
 * Random operations by several clients while every key changes hands again and again, and while leaders die in the middle of that: the
 * whole history is judged. Scans that run beside it see every key that nobody touches, once.
 */
class MovingRangesLinearizabilityIT {
    private static final int ROUNDS = 3;
    private static final int STILL_KEYS = 400;
    private static final ByteString FILLING = ByteString.copyFrom(new byte[500]);

    /** So slow that a copy takes seconds: it can be met in the middle. */
    private static final long SLOWLY = 10_000;

    /** One client that scans again and again. */
    private static final class Scanner implements AutoCloseable {
        private final TitanClient titan;
        private final List<String> expected;
        private final AtomicBoolean done = new AtomicBoolean();
        private final AtomicInteger scans = new AtomicInteger();
        private final ExecutorService thread = Executors.newSingleThreadExecutor();
        private final Future<?> running;

        Scanner(TitanClient titan) {
            this.titan = titan;
            expected = IntStream.range(0, STILL_KEYS)
                    .mapToObj(number -> "still-" + number)
                    .sorted()
                    .toList();
            expected.forEach(key -> titan.blocking().put(Key.of(key), FILLING));
            running = thread.submit(this::scan);
        }

        private void scan() {
            ScanQuery still = ScanQuery.ALL
                    .withKeyPrefix(ByteString.copyFromUtf8("still-"))
                    .withKeysOnly(true)
                    .withPageSize(20)
                    .withOptions(ReadOptions.DEFAULT.withTimeout(Duration.ofSeconds(60)));
            while (!done.get()) {
                List<String> seen = new ArrayList<>();
                try (ScanCursor cursor = titan.scan(still)) {
                    cursor.forEachRemaining(
                            record -> seen.add(record.key().bytes().toStringUtf8()));
                }
                assertThat(seen.stream().sorted().toList()).isEqualTo(expected);
                scans.incrementAndGet();
            }
        }

        /** One that begins after this has ended. */
        void awaitAnother() {
            int before = scans.get();
            patiently().until(() -> scans.get() > before + 1 || running.isDone());
        }

        void assertRight() throws Exception {
            awaitAnother();
            done.set(true);
            running.get();
        }

        @Override
        public void close() {
            done.set(true);
            thread.close();
        }
    }

    @Test
    void aRunInWhichRangesMoveAndTheirLeadersDieIsLinearizable() throws Exception {
        try (TestCluster cluster = TestCluster.start(3, 2);
                Scanner scanner = new Scanner(cluster.client());
                RandomClients clients = new RandomClients(cluster, System.nanoTime())) {
            for (int round = 0; round < ROUNDS; round++) {
                String shard = shards(cluster).getFirst();
                change(
                        cluster,
                        clients,
                        round % 2 == 0,
                        admin -> admin.change(shards -> shards.splitShard(
                                SplitShardRequest.newBuilder().setShardId(shard).build())));
                scanner.awaitAnother();
                // The shard that has been there longest: in the end every key was in several.
                change(
                        cluster,
                        clients,
                        round % 2 == 1,
                        admin -> admin.change(shards -> shards.mergeShard(
                                MergeShardRequest.newBuilder().setShardId(shard).build())));
                scanner.awaitAnother();
            }
            scanner.assertRight();
            clients.assertLinearizable();
        }
    }

    private static List<String> shards(TestCluster cluster) {
        try (ClusterAdmin admin = admin(cluster)) {
            return List.copyOf(patiently()
                    .until(admin::shards, shards -> shards.size() == 2)
                    .keySet());
        }
    }

    private static ClusterAdmin admin(TestCluster cluster) {
        return new ClusterAdmin(cluster, cluster.nodes().getFirst());
    }

    /** Has ranges moved, kills a leader of either side in the middle, and waits until it is done. */
    private static void change(
            TestCluster cluster, RandomClients clients, boolean killsSource, Function<ClusterAdmin, String> begin) {
        String operation;
        NodeId victim;
        clients.awaitAnswers(50);
        try (ClusterAdmin admin = admin(cluster)) {
            admin.limitTransfers(SLOWLY);
            operation = patiently().until(() -> begin.apply(admin), id -> !id.isEmpty());
            MovingArc moving = admin.awaitCopying();
            String shard = killsSource ? moving.getFromShardId() : moving.getToShardId();
            victim = new NodeId(
                    patiently().until(() -> admin.shard(shard).getLeaderNodeId(), leader -> !leader.isEmpty()));
        }
        cluster.kill(victim);
        clients.awaitAnswers(100);
        cluster.restart(victim);
        try (ClusterAdmin admin = admin(cluster)) {
            patiently().untilAsserted(() -> admin.limitTransfers(0));
            admin.awaitDone(operation);
        }
        clients.awaitAnswers(50);
    }
}
