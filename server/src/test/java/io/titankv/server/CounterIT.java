package io.titankv.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.ByteString;
import io.titankv.client.Condition;
import io.titankv.client.TitanClient;
import io.titankv.client.TitanException;
import io.titankv.client.Versioned;
import io.titankv.client.WriteOptions;
import io.titankv.model.Key;
import io.titankv.model.NodeId;
import io.titankv.testing.TestCluster;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** A counter that several clients raise by compare-and-set while its leaders are killed. */
class CounterIT {
    private static final Key COUNTER = Key.of("counter");
    private static final int CLIENTS = 8;

    private final AtomicLong acknowledged = new AtomicLong();
    private final AtomicLong undetermined = new AtomicLong();
    private final AtomicBoolean done = new AtomicBoolean();

    @Test
    void endsAtWhatWasAcknowledgedPlusAtMostWhatIsUndetermined() throws Exception {
        try (TestCluster cluster = TestCluster.start(3, 1);
                ExecutorService threads = Executors.newFixedThreadPool(CLIENTS)) {
            List<Future<?>> running = new ArrayList<>();
            for (int i = 0; i < CLIENTS; i++) {
                TitanClient titan = cluster.client();
                running.add(threads.submit(() -> raise(titan)));
            }
            try {
                killLeaders(cluster);
            } finally {
                // Also after a failure: closing the threads waits for them.
                done.set(true);
            }
            for (Future<?> client : running) {
                client.get();
            }
            long counted = value(cluster.client().blocking().get(COUNTER));
            assertThat(counted).isBetween(acknowledged.get(), acknowledged.get() + undetermined.get());
        }
    }

    private void killLeaders(TestCluster cluster) throws Exception {
        for (int kill = 0; kill < 3; kill++) {
            long target = acknowledged.get() + 50;
            await().atMost(Duration.ofSeconds(90)).until(() -> acknowledged.get() >= target);
            NodeId leader = cluster.awaitLeaderOf(COUNTER);
            cluster.kill(leader);
            long afterwards = acknowledged.get() + 50;
            await().atMost(Duration.ofSeconds(90)).until(() -> acknowledged.get() >= afterwards);
            cluster.restart(leader);
            cluster.awaitReady();
        }
    }

    private void raise(TitanClient titan) {
        while (!done.get()) {
            try {
                Optional<Versioned> before = titan.blocking().get(COUNTER);
                Condition condition =
                        before.isPresent() ? Condition.versionIs(before.get().version()) : Condition.absent();
                ByteString next = ByteString.copyFromUtf8(Long.toString(value(before) + 1));
                titan.blocking().put(COUNTER, next, WriteOptions.DEFAULT.withCondition(condition));
                acknowledged.incrementAndGet();
            } catch (TitanException.ConditionFailed | TitanException.Unavailable e) {
                // Not done: the next round reads again.
            } catch (TitanException.OutcomeUndetermined e) {
                undetermined.incrementAndGet();
            }
        }
    }

    private static long value(Optional<Versioned> read) {
        return read.map(versioned -> Long.parseLong(versioned.value().toStringUtf8()))
                .orElse(0L);
    }
}
