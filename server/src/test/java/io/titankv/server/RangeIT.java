package io.titankv.server;

import static io.titankv.server.ClusterAdmin.patiently;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.titankv.client.TitanClient;
import io.titankv.client.Versioned;
import io.titankv.client.WriteOptions;
import io.titankv.model.GroupId;
import io.titankv.model.Key;
import io.titankv.model.Limits;
import io.titankv.model.NodeId;
import io.titankv.placement.state.Settings;
import io.titankv.proto.admin.v1.CreateShardRequest;
import io.titankv.proto.admin.v1.MergeShardRequest;
import io.titankv.proto.admin.v1.MovingArc;
import io.titankv.proto.admin.v1.OperationState;
import io.titankv.proto.admin.v1.SplitShardRequest;
import io.titankv.testing.TestCluster;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/**
 * Ranges go from shard to shard in real nodes while clients write, overwrite and delete: no request fails, and in the end every key has
 * what was acknowledged last, whoever was killed meanwhile.
 */
class RangeIT {
    private static final int SHARDS = 3;
    private static final int WRITERS = 3;
    private static final int KEYS_OF_EACH = 200;
    private static final WriteOptions IN_TIME = WriteOptions.DEFAULT.withTimeout(Duration.ofSeconds(60));
    private static final ByteString FILLING = ByteString.copyFrom(new byte[3_000]);

    /** So slow that a copy takes many seconds: it can be met in the middle. */
    private static final long SLOWLY = 10_000;

    /** Clients that write keys of their own, each key again and again, and delete some. */
    private static final class Writers implements AutoCloseable {
        private final TitanClient titan;
        private final AtomicBoolean done = new AtomicBoolean();
        private final AtomicLong writes = new AtomicLong();
        /** What was acknowledged last; empty: deleted. */
        private final Map<Key, Optional<ByteString>> acknowledged = new ConcurrentHashMap<>();

        private final ExecutorService threads = Executors.newFixedThreadPool(WRITERS);
        private final List<Future<?>> running = new ArrayList<>();

        Writers(TitanClient titan) {
            this.titan = titan;
            for (int writer = 0; writer < WRITERS; writer++) {
                int number = writer;
                running.add(threads.submit(() -> write(number)));
            }
            patiently().until(() -> writes.get() > WRITERS * KEYS_OF_EACH);
        }

        private void write(int writer) {
            for (long count = 0; !done.get(); count++) {
                Key key = Key.of("writer-" + writer + "-key-" + count % KEYS_OF_EACH);
                boolean deletes = count % 7 == 3;
                if (deletes) {
                    titan.blocking().delete(key, IN_TIME);
                    acknowledged.put(key, Optional.empty());
                } else {
                    ByteString value = ByteString.copyFromUtf8("value-" + count).concat(FILLING);
                    titan.blocking().put(key, value, IN_TIME);
                    acknowledged.put(key, Optional.of(value));
                }
                writes.incrementAndGet();
            }
        }

        /** Some more writes are answered. */
        void awaitMore() {
            long before = writes.get();
            patiently()
                    .until(() -> writes.get() > before + 30 || running.stream().anyMatch(Future::isDone));
        }

        void assertNothingIsLost() throws Exception {
            awaitMore();
            done.set(true);
            for (Future<?> each : running) {
                each.get();
            }
            acknowledged.forEach((key, value) -> {
                Optional<Versioned> read = titan.blocking().get(key);
                assertThat(read.map(Versioned::value)).as("%s", key).isEqualTo(value);
            });
        }

        @Override
        public void close() {
            done.set(true);
            threads.close();
        }
    }

    private static TestCluster start() {
        return TestCluster.start(3, new Settings(SHARDS, 3, Limits.VALUE_BYTES_DEFAULT_MAX), Duration.ofMillis(500));
    }

    private static String split(ClusterAdmin admin, String shard) {
        return admin.change(shards -> shards.splitShard(
                SplitShardRequest.newBuilder().setShardId(shard).build()));
    }

    /** Keys by count of every shard's leader: none is there twice. */
    private static void assertKeysAreThereOnce(ClusterAdmin admin, Writers writers) {
        long kept = writers.acknowledged.values().stream()
                .filter(Optional::isPresent)
                .count();
        patiently().until(() -> admin.cluster().getKeys() == kept);
    }

    @Test
    void shards_are_split_created_and_merged_while_clients_write() throws Exception {
        try (TestCluster cluster = start();
                ClusterAdmin admin = new ClusterAdmin(cluster, cluster.nodes().getFirst());
                Writers writers = new Writers(cluster.client())) {
            admin.awaitDone(split(admin, "s1"));
            assertThat(admin.shard("s4").getShare()).isBetween(0.15, 0.18);
            writers.awaitMore();
            admin.awaitDone(admin.change(shards -> shards.createShard(CreateShardRequest.getDefaultInstance())));
            assertThat(admin.shard("s5").getShare()).isBetween(0.19, 0.21);
            admin.awaitDone(admin.change(shards -> shards.mergeShard(
                    MergeShardRequest.newBuilder().setShardId("s2").build())));
            assertThat(admin.shards()).doesNotContainKey("s2").hasSize(4);
            writers.assertNothingIsLost();
            assertKeysAreThereOnce(admin, writers);
            assertThat(IntStream.range(0, 3)
                            .mapToObj(i -> cluster.server(cluster.nodes().get(i)))
                            .map(server -> server.keys(new GroupId(2))))
                    .as("replicas of the merged shard are gone")
                    .allMatch(keys -> keys.isEmpty());
        }
    }

    @Test
    void a_transfer_goes_on_whoever_is_killed_in_the_middle() throws Exception {
        try (TestCluster cluster = start();
                Writers writers = new Writers(cluster.client())) {
            for (String who : List.of("source", "target", "placement")) {
                String operation;
                NodeId victim;
                try (ClusterAdmin admin =
                        new ClusterAdmin(cluster, cluster.nodes().getFirst())) {
                    admin.limitTransfers(SLOWLY);
                    operation = split(admin, "s1");
                    MovingArc moving = admin.awaitCopying();
                    victim = new NodeId(
                            switch (who) {
                                case "source" ->
                                    admin.shard(moving.getFromShardId()).getLeaderNodeId();
                                case "target" ->
                                    admin.shard(moving.getToShardId()).getLeaderNodeId();
                                default -> admin.cluster().getPlacementLeaderNodeId();
                            });
                }
                cluster.kill(victim);
                writers.awaitMore();
                cluster.restart(victim);
                try (ClusterAdmin admin =
                        new ClusterAdmin(cluster, cluster.nodes().getFirst())) {
                    patiently().untilAsserted(() -> admin.limitTransfers(0));
                    admin.awaitDone(operation);
                }
                writers.awaitMore();
            }
            writers.assertNothingIsLost();
            try (ClusterAdmin admin = new ClusterAdmin(cluster, cluster.nodes().getFirst())) {
                assertKeysAreThereOnce(admin, writers);
            }
        }
    }

    @Test
    void a_transfer_goes_on_when_all_nodes_were_killed() throws Exception {
        try (TestCluster cluster = start();
                Writers writers = new Writers(cluster.client());
                ClusterAdmin admin = new ClusterAdmin(cluster, cluster.nodes().getFirst())) {
            admin.limitTransfers(SLOWLY);
            String operation = split(admin, "s1");
            var _ = admin.awaitCopying();
            cluster.nodes().forEach(cluster::kill);
            cluster.nodes().forEach(cluster::restart);
            patiently().untilAsserted(() -> admin.limitTransfers(0));
            admin.awaitDone(operation);
            writers.assertNothingIsLost();
            assertKeysAreThereOnce(admin, writers);
        }
    }

    @Test
    void what_is_cancelled_in_the_middle_leaves_the_ranges_where_they_were() throws Exception {
        try (TestCluster cluster = start();
                Writers writers = new Writers(cluster.client());
                ClusterAdmin admin = new ClusterAdmin(cluster, cluster.nodes().getFirst())) {
            admin.limitTransfers(SLOWLY);
            String operation = split(admin, "s1");
            var _ = admin.awaitCopying();
            admin.cancel(operation);
            patiently().until(() -> admin.operation(operation).getState() == OperationState.OPERATION_STATE_CANCELLED);
            patiently().until(() -> !admin.shards().containsKey("s4"));
            assertThat(admin.shard("s1").getShare()).isBetween(0.33, 0.34);
            writers.assertNothingIsLost();
            assertKeysAreThereOnce(admin, writers);
        }
    }
}
