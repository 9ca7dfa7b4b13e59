package io.titankv.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.ByteString;
import io.titankv.client.Condition;
import io.titankv.client.ReadOptions;
import io.titankv.client.TitanClient;
import io.titankv.client.TitanException;
import io.titankv.client.Versioned;
import io.titankv.client.WriteOptions;
import io.titankv.model.Key;
import io.titankv.testing.TestCluster;
import io.titankv.testing.linearizability.LinearizabilityChecker;
import io.titankv.testing.linearizability.Operation;
import io.titankv.testing.linearizability.Operation.Call;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import org.awaitility.core.ConditionTimeoutException;

/** Several clients that do random operations on a few keys of a cluster, and the history of what each of them saw. */
final class RandomClients implements AutoCloseable {
    private static final int CLIENTS = 6;
    private static final int KEYS = 12;

    /** A run in which too little was answered proves nothing. */
    private static final int ANSWERED_MIN = 500;

    private final TestCluster cluster;
    private final long seed;
    private final Queue<Operation> history = new ConcurrentLinkedQueue<>();
    private final AtomicBoolean done = new AtomicBoolean();
    private final ExecutorService threads = Executors.newFixedThreadPool(CLIENTS);
    private final List<Future<?>> running = new ArrayList<>();

    RandomClients(TestCluster cluster, long seed) {
        this.cluster = cluster;
        this.seed = seed;
        for (int i = 0; i < CLIENTS; i++) {
            int client = i;
            TitanClient connection = cluster.client();
            running.add(threads.submit(() -> operate(client, connection, new Random(seed + client))));
        }
    }

    /** One of the keys. */
    static Key key(Random random) {
        return Key.of("key-" + random.nextInt(KEYS));
    }

    /** Waits until the clients got so many more answers: what happens meanwhile was really met by a load. */
    void awaitAnswers(int more) {
        int before = history.size();
        try {
            await().atMost(Duration.ofSeconds(60)).until(() -> history.size() >= before + more);
        } catch (ConditionTimeoutException e) {
            throw new AssertionError((history.size() - before) + " answers in a minute from\n" + cluster, e);
        }
    }

    /** Ends the clients and judges what they saw. */
    void assertLinearizable() throws Exception {
        done.set(true);
        for (Future<?> client : running) {
            client.get();
        }
        assertThat(history.stream().filter(operation -> operation.returnedNanos() != Operation.NEVER))
                .as("answered operations, seed %d", seed)
                .hasSizeGreaterThan(ANSWERED_MIN);
        LinearizabilityChecker.Verdict verdict = LinearizabilityChecker.check(List.copyOf(history));
        assertThat(verdict.linearizable())
                .as("seed %d: %s", seed, verdict.explanation())
                .isTrue();
    }

    /** Also after a failure: closing the threads waits for them. */
    @Override
    public void close() {
        done.set(true);
        threads.close();
    }

    private void operate(int client, TitanClient titan, Random random) {
        int count = 0;
        while (!done.get()) {
            String fresh = client + "-" + count++;
            Key key = key(random);
            switch (random.nextInt(4)) {
                case 0, 1 -> get(client, titan, key);
                case 2 -> put(client, titan, key, fresh);
                default -> compareAndSet(client, titan, key, fresh);
            }
        }
    }

    private Optional<Versioned> get(int client, TitanClient titan, Key key) {
        long invoked = System.nanoTime();
        try {
            Optional<Versioned> seen =
                    titan.blocking().get(key, ReadOptions.DEFAULT.withTimeout(Duration.ofSeconds(3)));
            record(client, key, new Call.Get(text(seen)), invoked, System.nanoTime());
            return seen;
        } catch (TitanException.Unavailable e) {
            return Optional.empty(); // an unanswered read says nothing
        }
    }

    private void put(int client, TitanClient titan, Key key, String value) {
        Call call = new Call.Put(Optional.of(value));
        long invoked = System.nanoTime();
        try {
            titan.blocking().put(key, ByteString.copyFromUtf8(value), options());
            record(client, key, call, invoked, System.nanoTime());
        } catch (TitanException.OutcomeUndetermined e) {
            record(client, key, call, invoked, Operation.NEVER);
        } catch (TitanException.Unavailable e) {
            // Known not to have happened: if it did, a read shows a value that no operation wrote, and the judge finds
            // it.
        }
    }

    private void compareAndSet(int client, TitanClient titan, Key key, String value) {
        Optional<Versioned> before = get(client, titan, key);
        Condition condition =
                before.isPresent() ? Condition.versionIs(before.get().version()) : Condition.absent();
        long invoked = System.nanoTime();
        try {
            titan.blocking().put(key, ByteString.copyFromUtf8(value), options().withCondition(condition));
            record(client, key, set(before, value, true), invoked, System.nanoTime());
        } catch (TitanException.ConditionFailed e) {
            record(client, key, set(before, value, false), invoked, System.nanoTime());
        } catch (TitanException.OutcomeUndetermined e) {
            record(client, key, set(before, value, true), invoked, Operation.NEVER);
        } catch (TitanException.Unavailable e) {
            // As above.
        }
    }

    private static Call set(Optional<Versioned> before, String value, boolean done) {
        return new Call.CompareAndSet(text(before), Optional.of(value), done);
    }

    private static Optional<String> text(Optional<Versioned> seen) {
        return seen.map(versioned -> versioned.value().toStringUtf8());
    }

    private static WriteOptions options() {
        return WriteOptions.DEFAULT.withTimeout(Duration.ofSeconds(3));
    }

    private void record(int client, Key key, Call call, long invoked, long returned) {
        history.add(new Operation(client, key.bytes().toStringUtf8(), call, invoked, returned));
    }
}
