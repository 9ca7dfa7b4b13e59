package io.titankv.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.ByteString;
import io.grpc.StatusRuntimeException;
import io.titankv.client.TitanClient;
import io.titankv.client.Versioned;
import io.titankv.client.WriteOptions;
import io.titankv.model.Key;
import io.titankv.model.Limits;
import io.titankv.model.NodeId;
import io.titankv.placement.state.Settings;
import io.titankv.proto.admin.v1.NodeIntent;
import io.titankv.testing.TestCluster;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.Test;

/** The cluster grows, shrinks and heals while it serves: real nodes, real Raft, a client that writes all the time. */
class ElasticIT {
    private static final Duration PATIENCE = Duration.ofMinutes(3);
    private static final int SHARDS = 4;
    private static final WriteOptions IN_TIME = WriteOptions.DEFAULT.withTimeout(Duration.ofSeconds(60));

    private static Key key(int number) {
        return Key.of("key-" + number);
    }

    private static ByteString value(int number) {
        return ByteString.copyFromUtf8("value-" + number);
    }

    /** Writes one key after the other until it is told to stop; no write may fail. */
    private static final class Writer implements Callable<Integer> {
        private final TitanClient titan;
        private final AtomicInteger written = new AtomicInteger();
        private final AtomicBoolean done = new AtomicBoolean();

        Writer(TitanClient titan) {
            this.titan = titan;
        }

        @Override
        public Integer call() {
            while (!done.get()) {
                titan.blocking().put(key(written.get()), value(written.get()), IN_TIME);
                written.incrementAndGet();
            }
            return written.get();
        }
    }

    private interface Change {
        void make(TestCluster cluster, Writer writer) throws Exception;
    }

    private static void whileWriting(TestCluster cluster, Change change) throws Exception {
        Writer writer = new Writer(cluster.client());
        try (ExecutorService thread = Executors.newSingleThreadExecutor()) {
            Future<Integer> written = thread.submit(writer);
            try {
                patiently().until(() -> writer.written.get() > 200);
                change.make(cluster, writer);
                int before = writer.written.get();
                patiently().until(() -> written.isDone() || writer.written.get() > before + 100);
            } finally {
                writer.done.set(true);
            }
            int count = written.get();
            for (int i = 0; i < count; i++) {
                Optional<Versioned> read = cluster.client().blocking().get(key(i));
                assertThat(read.map(Versioned::value))
                        .as("key %d of %d", i, count)
                        .contains(value(i));
                i += i > 500 ? 6 : 0;
            }
        }
    }

    private static ConditionFactory patiently() {
        return await().atMost(PATIENCE).ignoreExceptionsInstanceOf(StatusRuntimeException.class);
    }

    private static TestCluster start(int nodes, Duration healAfter) {
        return TestCluster.start(
                nodes, new Settings(SHARDS, 3, Limits.VALUE_BYTES_DEFAULT_MAX), Duration.ofMillis(500), healAfter);
    }

    @Test
    void aNodeJoinsAndOneOfTheFirstLeavesWhileAClientWrites() throws Exception {
        try (TestCluster cluster = start(3, ServerOptions.HEAL_AFTER_DEFAULT)) {
            NodeId first = cluster.nodes().getFirst();
            NodeId second = cluster.nodes().get(1);
            whileWriting(cluster, (growing, writer) -> {
                NodeId joined = growing.join();
                try (ClusterAdmin admin = new ClusterAdmin(growing, second)) {
                    patiently().until(() -> admin.node(joined).getReplicas() >= 2 && admin.isCalm());
                    admin.decommission(first);
                    patiently().until(() -> admin.node(first).getIntent() == NodeIntent.NODE_INTENT_DECOMMISSIONED);
                    assertThat(admin.node(first).getReplicas()).isZero();
                    assertThat(admin.node(first).getPlacementVoter()).isFalse();
                    assertThat(admin.node(joined).getPlacementVoter()).isTrue();
                    growing.stop(first);
                }
            });
            assertThat(cluster.runningNodes()).doesNotContain(first);
        }
    }

    @Test
    void aDeadNodeIsHealedOntoTheOthersAndCleanedWhenItComesBack() throws Exception {
        try (TestCluster cluster = start(4, Duration.ofSeconds(6))) {
            NodeId asked = cluster.nodes().getFirst();
            NodeId dead = cluster.nodes().get(2);
            try (ClusterAdmin admin = new ClusterAdmin(cluster, asked)) {
                patiently().until(admin::isCalm);
                whileWriting(cluster, (shrinking, writer) -> {
                    shrinking.kill(dead);
                    patiently()
                            .until(() -> admin.voters().stream()
                                    .allMatch(voters -> voters.equals(List.of("n1", "n2", "n4"))));
                });
                cluster.restart(dead);
                patiently()
                        .until(() -> admin.node(dead).getReplicas() > 0
                                && admin.isCalm()
                                && admin.voters().stream().allMatch(voters -> voters.size() == 3));
            }
        }
    }

    @Test
    void aMoveGoesOnWhenAllNodesAreKilledInTheMiddle() throws Exception {
        try (TestCluster cluster = start(4, ServerOptions.HEAL_AFTER_DEFAULT)) {
            NodeId asked = cluster.nodes().getFirst();
            NodeId leaving = cluster.nodes().getLast();
            try (ClusterAdmin admin = new ClusterAdmin(cluster, asked)) {
                patiently().until(admin::isCalm);
                long before = admin.node(leaving).getReplicas();
                assertThat(before).isPositive();
                admin.decommission(leaving);
                patiently().until(() -> admin.node(leaving).getReplicas() < before);
                cluster.nodes().forEach(cluster::kill);
                cluster.nodes().forEach(cluster::restart);
                patiently().until(() -> admin.node(leaving).getIntent() == NodeIntent.NODE_INTENT_DECOMMISSIONED);
                assertThat(admin.voters())
                        .allSatisfy(voters -> assertThat(voters).containsExactly("n1", "n2", "n3"));
            }
        }
    }
}
