package io.titankv.gateway;

import static io.titankv.gateway.SimCluster.bytes;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.grpc.StatusRuntimeException;
import io.titankv.model.ErrorReason;
import io.titankv.proto.errors.TitanErrors;
import io.titankv.proto.kv.v1.Atomicity;
import io.titankv.proto.kv.v1.BatchGetRequest;
import io.titankv.proto.kv.v1.BatchGetResponse;
import io.titankv.proto.kv.v1.BatchWriteRequest;
import io.titankv.proto.kv.v1.BatchWriteResponse;
import io.titankv.proto.kv.v1.GetRequest;
import io.titankv.proto.kv.v1.Precondition;
import io.titankv.proto.kv.v1.WriteOperation;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Batches over three shards on three nodes. */
final class BatchesTest {
    private final SimCluster cluster = SimCluster.of(3).withGroups(3);

    @AfterEach
    void close() {
        cluster.close();
    }

    private static WriteOperation put(String key, String value) {
        return WriteOperation.newBuilder()
                .setKey(bytes(key))
                .setPut(WriteOperation.Put.newBuilder().setValue(bytes(value)))
                .build();
    }

    private static WriteOperation ifAbsent(WriteOperation operation) {
        return operation.toBuilder()
                .setPrecondition(Precondition.newBuilder().setAbsent(true))
                .build();
    }

    private BatchWriteResponse write(int node, Atomicity atomicity, WriteOperation... operations) {
        return cluster.node(node)
                .kv()
                .batchWrite(BatchWriteRequest.newBuilder()
                        .addAllOperations(List.of(operations))
                        .setAtomicity(atomicity)
                        .build());
    }

    private boolean has(String key) {
        return cluster.node(1)
                .kv()
                .get(GetRequest.newBuilder().setKey(bytes(key)).build())
                .getFound();
    }

    @Test
    void eachKeyHasItsStatusInTheOrderOfTheRequest() {
        String taken = cluster.keyIn(2);
        cluster.load(taken, "before");
        BatchWriteResponse response = write(
                1,
                Atomicity.ATOMICITY_PER_KEY,
                put(cluster.keyIn(3), "a"),
                ifAbsent(put(taken, "b")),
                put(cluster.keyIn(1), "c"));
        assertThat(response.getItems(0).getStatus().getCode()).isZero();
        assertThat(response.getItems(1).getStatus().getReason()).isEqualTo(ErrorReason.VERSION_MISMATCH.name());
        assertThat(response.getItems(1).getStatus().getCurrentVersion()).isPositive();
        assertThat(response.getItems(2).getStatus().getCode()).isZero();

        BatchGetResponse read = cluster.node(2)
                .kv()
                .batchGet(BatchGetRequest.newBuilder()
                        .addItems(BatchGetRequest.Item.newBuilder().setKey(bytes(cluster.keyIn(1))))
                        .addItems(BatchGetRequest.Item.newBuilder().setKey(bytes("absent")))
                        .addItems(BatchGetRequest.Item.newBuilder().setKey(bytes(taken)))
                        .build());
        assertThat(read.getItemsList().stream().map(BatchGetResponse.Item::getFound))
                .containsExactly(true, false, true);
        assertThat(read.getItems(2).getValue()).isEqualTo(bytes("before"));
    }

    @Test
    void oneShardIsDoneWholeOrNotAtAllAndOthersAreTheirOwn() {
        String taken = cluster.keyIn(2, 0);
        cluster.load(taken, "before");
        BatchWriteResponse response = write(
                1,
                Atomicity.ATOMICITY_PER_SHARD,
                put(cluster.keyIn(2, 1), "not done"),
                ifAbsent(put(taken, "not done")),
                put(cluster.keyIn(1, 0), "done"),
                put(cluster.keyIn(1, 1), "done"));
        assertThat(response.getItemsList().stream().map(item -> item.getStatus().getReason()))
                .containsExactly(ErrorReason.BATCH_ABORTED.name(), ErrorReason.VERSION_MISMATCH.name(), "", "");
        assertThat(has(cluster.keyIn(2, 1))).isFalse();
        assertThat(has(cluster.keyIn(1, 1))).isTrue();
    }

    @Test
    void aPartWhoseKeysHaveMovedApartIsSplitAgain() {
        // Both keys were shard 1's; n3 learns only when refused that half of the range is shard 2's now.
        var whole = SimGroup.evenly(3).getFirst();
        var half = new io.titankv.model.TokenRange(0, whole.endExclusive() >>> 1);
        String moved = keyIn(half);
        String stays = keyIn(new io.titankv.model.TokenRange(half.endExclusive(), whole.endExclusive()));
        cluster.move(half, 2);
        Thread learner = Thread.ofVirtual().start(() -> {
            org.awaitility.Awaitility.await()
                    .atMost(60, java.util.concurrent.TimeUnit.SECONDS)
                    .until(() -> cluster.group(1).writesSeen() >= 1);
            cluster.publish();
        });
        BatchWriteResponse response = write(3, Atomicity.ATOMICITY_PER_SHARD, put(moved, "a"), put(stays, "b"));
        assertThat(response.getItemsList()).allMatch(item -> item.getStatus().getCode() == 0);
        assertThat(has(moved) && has(stays)).isTrue();
        assertThat(learner.isAlive()).isFalse();
    }

    private static String keyIn(io.titankv.model.TokenRange range) {
        for (int i = 0; ; i++) {
            if (range.contains(SimGroup.tokenOf("key-" + i))) {
                return "key-" + i;
            }
        }
    }

    @Test
    void whatNoEntryHoldsIsRefusedBeforeItIsSent() {
        WriteOperation[] operations = new WriteOperation[3];
        for (int i = 0; i < operations.length; i++) {
            operations[i] = put(cluster.keyIn(2, i), "x".repeat(900_000));
        }
        BatchWriteResponse response = write(1, Atomicity.ATOMICITY_PER_SHARD, operations);
        assertThat(response.getItemsList())
                .allMatch(item -> item.getStatus().getReason().equals(ErrorReason.BATCH_TOO_LARGE.name()));
        assertThat(cluster.group(2).writesSeen()).isZero();
    }

    @Test
    void aKeyStandsOnlyOnce() {
        StatusRuntimeException failure = catchThrowableOfType(
                StatusRuntimeException.class,
                () -> write(1, Atomicity.ATOMICITY_PER_KEY, put("k", "1"), put("k", "2")));
        assertThat(TitanErrors.parse(failure).orElseThrow().reason()).isEqualTo(ErrorReason.BAD_REQUEST);
        assertThat(has("k")).isFalse();
    }
}
