package io.titankv.multiraft.shard;

import com.google.protobuf.CodedOutputStream;
import io.titankv.proto.durable.v1.WriteOperation;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** Writes that came together, and whoever waits for them. */
final class WaitingWrites {
    /** How many. */
    final int count;

    final long bytes;
    final long arrivedAtNanos;
    final long deadlineNanos;
    final CompletableFuture<List<WriteOutcome>> done = new CompletableFuture<>();

    private List<WriteOperation> operations;

    WaitingWrites(List<WriteOperation> operations, long arrivedAtNanos, Duration timeout) {
        this.operations = operations;
        this.count = operations.size();
        this.arrivedAtNanos = arrivedAtNanos;
        this.deadlineNanos = arrivedAtNanos + timeout.toNanos();
        long total = 0;
        for (WriteOperation operation : operations) {
            int size = operation.getSerializedSize();
            total += 1 + CodedOutputStream.computeUInt32SizeNoTag(size) + size;
        }
        this.bytes = total;
    }

    /** The writes, once: while their entry is in flight, it alone holds their values. Not thread-safe. */
    List<WriteOperation> take() {
        List<WriteOperation> taken = operations;
        operations = List.of();
        return taken;
    }

    /** One outcome for all. False when they were answered before. */
    boolean completeAll(WriteOutcome outcome) {
        return done.complete(Collections.nCopies(count, outcome));
    }
}
