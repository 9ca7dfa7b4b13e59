package io.titankv.multiraft.shard;

import com.google.protobuf.CodedOutputStream;
import io.titankv.proto.durable.v1.WriteOperation;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** Writes that came together, and whoever waits for them. */
final class WaitingWrites {
    final List<WriteOperation> operations;
    final long bytes;
    final long arrivedAtNanos;
    final long deadlineNanos;
    final CompletableFuture<List<WriteOutcome>> done = new CompletableFuture<>();

    WaitingWrites(List<WriteOperation> operations, long arrivedAtNanos, Duration timeout) {
        this.operations = operations;
        this.arrivedAtNanos = arrivedAtNanos;
        this.deadlineNanos = arrivedAtNanos + timeout.toNanos();
        long total = 0;
        for (WriteOperation operation : operations) {
            int size = operation.getSerializedSize();
            total += 1 + CodedOutputStream.computeUInt32SizeNoTag(size) + size;
        }
        this.bytes = total;
    }

    /** One outcome for all. False when they were answered before. */
    boolean completeAll(WriteOutcome outcome) {
        return done.complete(Collections.nCopies(operations.size(), outcome));
    }
}
