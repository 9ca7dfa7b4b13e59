package io.titankv.gateway;

import static io.titankv.gateway.SimCluster.bytes;
import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.Status;
import io.titankv.model.ErrorReason;
import io.titankv.proto.errors.TitanErrors;
import io.titankv.proto.kv.v1.BatchGetRequest;
import io.titankv.proto.kv.v1.BatchGetResponse;
import io.titankv.proto.kv.v1.GetRequest;
import io.titankv.proto.kv.v1.SessionOperation;
import io.titankv.proto.kv.v1.SessionResult;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/** Callers that ask for more than they read: what is read for them is bounded, and waits in the store. */
final class LargeResultsTest {
    private static final int VALUE_BYTES = 10_000;
    private static final int GETS = 300;

    /** Half of it is for results, a quarter for those of one session. */
    private static final int NODE_BYTES = 400_000;

    /** As long as a few values fit beside what a node may hold, far from all. */
    private static final long HELD_MAX = NODE_BYTES / 2 + 10 * VALUE_BYTES;

    private static SimCluster twoNodes() {
        return SimCluster.of(2, options -> options.withNodeBounds(10_000, NODE_BYTES))
                .withGroups(2);
    }

    private static SessionOperation get(long id, String key) {
        return SessionOperation.newBuilder()
                .setId(id)
                .setTimeoutMillis(200_000)
                .setGet(GetRequest.newBuilder().setKey(bytes(key)))
                .build();
    }

    private static SessionCaller askedForMuch(SimCluster cluster, String key) {
        SessionCaller caller = new SessionCaller(cluster.node(1), false);
        IntStream.rangeClosed(1, GETS).forEach(i -> caller.send(get(i, key)));
        return caller;
    }

    private static void awaitReadsWait(SimCluster cluster) {
        Awaitility.await()
                .atMost(60, TimeUnit.SECONDS)
                .until(() -> cluster.gauge(1, "titan_gateway_in_flight_operations") >= GETS / 2.0
                        && cluster.gauge(1, "titan_gateway_waiting_reads") >= GETS / 2.0);
    }

    private static void takeAll(SessionCaller caller) {
        caller.out().request(Integer.MAX_VALUE);
        Awaitility.await().atMost(60, TimeUnit.SECONDS).until(() -> caller.results.size() == GETS);
        assertThat(caller.results.values())
                .allMatch(result -> !result.hasStatus()
                        && result.getGet().getValue().size() == VALUE_BYTES
                        && result.getBytesNeeded() == 0);
        caller.out().onCompleted();
    }

    private static void awaitNothingHeld(SimCluster cluster) {
        for (int node = 1; node <= 2; node++) {
            Gateway gateway = cluster.node(node).gateway;
            Awaitility.await()
                    .atMost(60, TimeUnit.SECONDS)
                    .until(() -> gateway.opsInFlight() == 0 && gateway.bytesInFlight() == 0);
        }
    }

    @Test
    void readsWaitWhileASessionTakesNoAnswers() {
        try (SimCluster cluster = twoNodes()) {
            String key = cluster.keyIn(1);
            cluster.load(key, "x".repeat(VALUE_BYTES));
            SessionCaller caller = askedForMuch(cluster, key);
            awaitReadsWait(cluster);
            assertThat(cluster.node(1).gateway.bytesInFlight()).isLessThan(HELD_MAX);
            // Another one is served meanwhile.
            assertThat(cluster.node(1)
                            .kv()
                            .get(GetRequest.newBuilder().setKey(bytes(key)).build())
                            .getValue()
                            .size())
                    .isEqualTo(VALUE_BYTES);
            takeAll(caller);
            awaitNothingHeld(cluster);
        }
    }

    @Test
    void readsOfAnotherNodeAreSentForAsFarAsThereIsRoom() {
        try (SimCluster cluster = twoNodes()) {
            String key = cluster.keyIn(2);
            cluster.load(key, "x".repeat(VALUE_BYTES));
            SessionCaller caller = askedForMuch(cluster, key);
            awaitReadsWait(cluster);
            assertThat(cluster.node(1).gateway.bytesInFlight()).isLessThan(HELD_MAX);
            assertThat(cluster.node(2).gateway.bytesInFlight()).isLessThan(HELD_MAX);
            takeAll(caller);
            awaitNothingHeld(cluster);
            // The first answers were larger than expected and asked for twice; the next ones are not.
            int before = cluster.group(2).readsSeen();
            SessionCaller second = new SessionCaller(cluster.node(1), true);
            for (int i = 1; i <= 20; i++) {
                second.send(get(i, key));
                assertThat(second.resultOf(i).getGet().getFound()).isTrue();
            }
            second.out().onCompleted();
            assertThat(cluster.group(2).readsSeen()).isEqualTo(before + 20);
        }
    }

    @Test
    void twoNodesWhoseClientsReadNothingDoNotWaitForEachOther() {
        try (SimCluster cluster = twoNodes()) {
            cluster.load(cluster.keyIn(1), "x".repeat(VALUE_BYTES));
            cluster.load(cluster.keyIn(2), "x".repeat(VALUE_BYTES));
            SessionCaller first = askedForMuch(cluster, cluster.keyIn(2));
            SessionCaller second = new SessionCaller(cluster.node(2), false);
            IntStream.rangeClosed(1, GETS).forEach(i -> second.send(get(i, cluster.keyIn(1))));
            awaitReadsWait(cluster);
            takeAll(first);
            takeAll(second);
            awaitNothingHeld(cluster);
        }
    }

    @Test
    void aSessionWhoseAnswersAreNotTakenIsEnded() throws Exception {
        try (SimCluster cluster = SimCluster.of(
                        2, options -> options.withNodeBounds(10_000, NODE_BYTES).withUntakenMax(Duration.ofMillis(300)))
                .withGroups(2)) {
            String key = cluster.keyIn(1);
            cluster.load(key, "x".repeat(VALUE_BYTES));
            SessionCaller caller = askedForMuch(cluster, key);
            awaitNothingHeld(cluster);
            caller.out().request(Integer.MAX_VALUE);
            assertThat(caller.ended.await(60, TimeUnit.SECONDS)).isTrue();
            assertThat(TitanErrors.parse(Objects.requireNonNull(caller.failure.get()))
                            .orElseThrow()
                            .message())
                    .startsWith("session's answers were not read for");
            assertThat(cluster.gauge(1, "titan_gateway_sessions")).isZero();
        }
    }

    @Test
    void aBatchGetsNoMoreThanThereIsRoomFor() {
        try (SimCluster cluster = twoNodes()) {
            String key = cluster.keyIn(1);
            BatchGetRequest.Builder batch = BatchGetRequest.newBuilder();
            for (int i = 0; i < 100; i++) {
                String one = cluster.keyIn(1, i);
                cluster.load(one, "x".repeat(VALUE_BYTES));
                batch.addItems(BatchGetRequest.Item.newBuilder().setKey(bytes(one)));
            }
            BatchGetResponse response = cluster.node(1).kv().batchGet(batch.build());
            long there = response.getItemsList().stream()
                    .filter(BatchGetResponse.Item::getFound)
                    .count();
            assertThat(there).isBetween(10L, HELD_MAX / VALUE_BYTES);
            assertThat(response.getItemsList())
                    .filteredOn(item -> !item.getFound())
                    .allMatch(item -> item.getStatus().getReason().equals(ErrorReason.BUSY.name())
                            && item.getStatus().hasRetryDelay());
            awaitNothingHeld(cluster);
            assertThat(cluster.node(1)
                            .kv()
                            .get(GetRequest.newBuilder().setKey(bytes(key)).build())
                            .getFound())
                    .isTrue();
        }
    }

    @Test
    void aReadThatFindsNoRoomInTimeIsToldSo() {
        try (SimCluster cluster = twoNodes()) {
            String key = cluster.keyIn(1);
            cluster.load(key, "x".repeat(VALUE_BYTES));
            SessionCaller caller = askedForMuch(cluster, key);
            awaitReadsWait(cluster);
            SessionCaller second = askedForMuch(cluster, key);
            Awaitility.await()
                    .atMost(60, TimeUnit.SECONDS)
                    .until(() -> cluster.gauge(1, "titan_gateway_result_bytes") >= NODE_BYTES / 2.0);
            SessionCaller third = new SessionCaller(cluster.node(1), true);
            third.send(get(1, key).toBuilder().setTimeoutMillis(100).build());
            SessionResult refused = third.resultOf(1);
            assertThat(refused.getStatus().getReason()).isEqualTo(ErrorReason.BUSY.name());
            assertThat(refused.getStatus().getMessage()).contains("no room for a result of up to " + VALUE_BYTES);
            caller.out().cancel("gone", Status.CANCELLED.asException());
            second.out().cancel("gone", Status.CANCELLED.asException());
            third.out().onCompleted();
            awaitNothingHeld(cluster);
        }
    }
}
