package io.titankv.gateway;

import static io.titankv.gateway.SimCluster.bytes;
import static org.assertj.core.api.Assertions.assertThat;

import io.titankv.model.ErrorReason;
import io.titankv.multiraft.shard.WriteOutcome;
import io.titankv.proto.kv.v1.GetRequest;
import io.titankv.proto.kv.v1.PutRequest;
import io.titankv.proto.kv.v1.RequestOptions;
import io.titankv.proto.kv.v1.SessionOperation;
import io.titankv.proto.kv.v1.SessionResult;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/** Sessions: many operations on one stream, to a cluster of two nodes. */
final class KvSessionTest {
    private static SessionOperation put(long id, String key, String value) {
        return SessionOperation.newBuilder()
                .setId(id)
                .setPut(PutRequest.newBuilder().setKey(bytes(key)).setValue(bytes(value)))
                .build();
    }

    private static SessionOperation get(long id, String key) {
        return SessionOperation.newBuilder()
                .setId(id)
                .setGet(GetRequest.newBuilder().setKey(bytes(key)))
                .build();
    }

    private static void awaitNothingHeld(SimCluster cluster) {
        Gateway gateway = cluster.node(1).gateway;
        Awaitility.await()
                .atMost(60, TimeUnit.SECONDS)
                .until(() -> gateway.opsInFlight() == 0 && gateway.bytesInFlight() == 0);
    }

    private static SimCluster twoNodes(UnaryOperator<GatewayOptions> change) {
        return SimCluster.of(2, change).withGroups(2);
    }

    @Test
    void everyOperationIsAnsweredOnceThenTheStreamEnds() throws Exception {
        try (SimCluster cluster = twoNodes(UnaryOperator.identity())) {
            SessionCaller caller = new SessionCaller(cluster.node(1), true);
            int id = 0;
            for (int message = 0; message < 20; message++) {
                SessionOperation[] operations = new SessionOperation[50];
                for (int i = 0; i < operations.length; i++) {
                    operations[i] = put(++id, "key-" + id, "v" + id);
                }
                caller.send(operations);
            }
            caller.out().onCompleted();
            assertThat(caller.ended.await(60, TimeUnit.SECONDS)).isTrue();
            assertThat(caller.failure.get()).isNull();
            assertThat(caller.results).hasSize(1000);
            assertThat(caller.twice).hasValue(0);
            assertThat(caller.results.values()).allMatch(result -> !result.hasStatus() && result.hasPut());
            // Some of them belong to the other node.
            assertThat(cluster.group(2).writesSeen()).isPositive();
            awaitNothingHeld(cluster);
        }
    }

    @Test
    void whatIsAnsweredTogetherLeavesInOneMessage() {
        try (SimCluster cluster = twoNodes(UnaryOperator.identity())) {
            SessionCaller caller = new SessionCaller(cluster.node(1), true);
            caller.send(IntStream.rangeClosed(1, 500)
                    .mapToObj(i -> put(i, cluster.keyIn(1), "v" + i))
                    .toArray(SessionOperation[]::new));
            assertThat(caller.resultOf(500).hasPut()).isTrue();
            assertThat(caller.results).hasSize(500);
            assertThat(caller.messages).hasValue(1);
        }
    }

    @Test
    void oneThatWaitsHoldsUpNoOther() {
        try (SimCluster cluster = twoNodes(UnaryOperator.identity())) {
            cluster.group(1).freeze(true);
            SessionCaller caller = new SessionCaller(cluster.node(1), true);
            caller.send(put(1, cluster.keyIn(1), "waits"), put(2, cluster.keyIn(2), "goes"));
            assertThat(caller.resultOf(2).hasPut()).isTrue();
            assertThat(caller.results).doesNotContainKey(1L);
            cluster.group(1).freeze(false);
            assertThat(caller.resultOf(1).hasPut()).isTrue();
            caller.out().onCompleted();
            awaitNothingHeld(cluster);
        }
    }

    @Test
    void errorsBelongToTheirOperation() {
        try (SimCluster cluster = twoNodes(UnaryOperator.identity())) {
            cluster.group(2).answerWrites(_ -> new WriteOutcome.Undetermined("leader lost"));
            SessionCaller caller = new SessionCaller(cluster.node(1), true);
            caller.send(
                    put(1, "", "no key"),
                    SessionOperation.newBuilder().setId(2).build(),
                    put(3, cluster.keyIn(2), "who knows"),
                    get(4, cluster.keyIn(1)),
                    get(5, "late").toBuilder().setTimeoutMillis(300_001).build());
            assertThat(caller.resultOf(1).getStatus().getReason()).isEqualTo(ErrorReason.KEY_EMPTY.name());
            assertThat(caller.resultOf(2).getStatus().getReason()).isEqualTo(ErrorReason.BAD_REQUEST.name());
            assertThat(caller.resultOf(3).getStatus().getReason()).isEqualTo(ErrorReason.OUTCOME_UNDETERMINED.name());
            assertThat(caller.resultOf(4).hasStatus()).isFalse();
            assertThat(caller.resultOf(5).getStatus().getReason()).isEqualTo(ErrorReason.BAD_REQUEST.name());
            caller.out().onCompleted();
            awaitNothingHeld(cluster);
        }
    }

    @Test
    void anOperationEndsByItsOwnTimeout() {
        try (SimCluster cluster = twoNodes(UnaryOperator.identity())) {
            cluster.group(1).lead(null);
            SessionCaller caller = new SessionCaller(cluster.node(1), true);
            caller.send(put(1, cluster.keyIn(1), "v").toBuilder()
                    .setTimeoutMillis(300)
                    .build());
            assertThat(caller.resultOf(1).getStatus().getReason()).isEqualTo(ErrorReason.NO_LEADER.name());
            caller.out().onCompleted();
            awaitNothingHeld(cluster);
        }
    }

    @Test
    void anOldRouteIsToldTheNewEpoch() {
        try (SimCluster cluster = twoNodes(UnaryOperator.identity())) {
            cluster.move(SimGroup.evenly(4).getFirst(), 2);
            cluster.publish();
            SessionCaller caller = new SessionCaller(cluster.node(1), true);
            caller.send(SessionOperation.newBuilder()
                    .setId(1)
                    .setGet(GetRequest.newBuilder()
                            .setKey(bytes("k"))
                            .setOptions(RequestOptions.newBuilder().setEpoch(1)))
                    .build());
            assertThat(caller.resultOf(1).getCurrentEpoch()).isEqualTo(2);
            caller.out().onCompleted();
            awaitNothingHeld(cluster);
        }
    }

    @Test
    void aCallerThatReadsNothingIsReadFromNoFurther() {
        try (SimCluster cluster = twoNodes(options -> options.withSessionBounds(8, 1 << 20))) {
            String key = cluster.keyIn(1);
            SessionCaller caller = new SessionCaller(cluster.node(1), false);
            for (int i = 1; i <= 2_000; i++) {
                caller.send(put(i, key, "x".repeat(1_000)));
            }
            // As much as the transport buffers, and what the session may hold; far from all.
            Awaitility.await()
                    .atMost(60, TimeUnit.SECONDS)
                    .until(() -> cluster.group(1).writesSeen() >= 8);
            Awaitility.await()
                    .during(300, TimeUnit.MILLISECONDS)
                    .atMost(60, TimeUnit.SECONDS)
                    .until(() -> cluster.node(1).gateway.opsInFlight() <= 9);
            assertThat(cluster.group(1).writesSeen()).isLessThan(2_000);
            caller.out().request(Integer.MAX_VALUE);
            Awaitility.await().atMost(60, TimeUnit.SECONDS).until(() -> caller.results.size() == 2_000);
            caller.out().onCompleted();
            awaitNothingHeld(cluster);
        }
    }

    @Test
    void aFullNodeAnswersBusyWithADelay() {
        try (SimCluster cluster = twoNodes(options -> options.withNodeBounds(1, 1 << 20))) {
            cluster.group(1).freeze(true);
            SessionCaller first = new SessionCaller(cluster.node(1), true);
            first.send(put(1, cluster.keyIn(1), "holds the room"));
            Awaitility.await()
                    .atMost(60, TimeUnit.SECONDS)
                    .until(() -> cluster.node(1).gateway.opsInFlight() == 1);
            SessionCaller second = new SessionCaller(cluster.node(1), true);
            second.send(put(1, cluster.keyIn(2), "no room"));
            SessionResult refused = second.resultOf(1);
            assertThat(refused.getStatus().getReason()).isEqualTo(ErrorReason.BUSY.name());
            assertThat(refused.getStatus().hasRetryDelay()).isTrue();
            cluster.group(1).freeze(false);
            assertThat(first.resultOf(1).hasPut()).isTrue();
            awaitNothingHeld(cluster);
            second.send(put(2, cluster.keyIn(2), "room again"));
            assertThat(second.resultOf(2).hasPut()).isTrue();
            awaitNothingHeld(cluster);
        }
    }

    @Test
    void aCallerThatGoesAwayLeavesNothingBehind() {
        try (SimCluster cluster = twoNodes(UnaryOperator.identity())) {
            cluster.group(1).freeze(true);
            SessionCaller caller = new SessionCaller(cluster.node(1), true);
            caller.send(put(1, cluster.keyIn(1), "a"), put(2, cluster.keyIn(1), "b"));
            Awaitility.await()
                    .atMost(60, TimeUnit.SECONDS)
                    .until(() -> cluster.node(1).gateway.opsInFlight() == 2);
            caller.out().cancel("gone", null);
            awaitNothingHeld(cluster);
        }
    }

    @Test
    void aMessageWithTooManyOperationsIsRefusedWhole() {
        try (SimCluster cluster = twoNodes(UnaryOperator.identity())) {
            SessionCaller caller = new SessionCaller(cluster.node(1), true);
            SessionOperation[] operations = new SessionOperation[1001];
            for (int i = 0; i < operations.length; i++) {
                operations[i] = put(i + 1, "key-" + i, "v");
            }
            caller.send(operations);
            assertThat(caller.resultOf(1001).getStatus().getReason()).isEqualTo(ErrorReason.BATCH_TOO_LARGE.name());
            assertThat(cluster.group(1).writesSeen()).isZero();
            caller.out().onCompleted();
            awaitNothingHeld(cluster);
        }
    }
}
