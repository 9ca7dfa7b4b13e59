package io.titankv.client;

import com.google.protobuf.ByteString;
import io.titankv.client.RetryLoop.Job;
import io.titankv.client.RetryRule.Repeat;
import io.titankv.client.session.TimerWheel;
import io.titankv.model.ErrorReason;
import io.titankv.model.ErrorReason.Retry;
import io.titankv.model.Version;
import io.titankv.proto.errors.TitanError;
import io.titankv.proto.errors.TitanErrors;
import io.titankv.proto.kv.v1.BatchWriteRequest;
import io.titankv.proto.kv.v1.BatchWriteResponse;
import io.titankv.proto.kv.v1.WriteOperation;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * A batch whose writes are all or none in each shard. What the shards were not ready for is sent again, together and under the
 * same request ids, until it is done, refused, or time is up. One round is under way at a time.
 */
final class AtomicBatch {
    private final Requests requests;
    private final RequestIds ids;
    private final List<BatchWrite> writes;
    private final List<Optional<Long>> sequences;
    private final WriteOptions options;
    private final Duration timeout;
    private final long startNanos;
    private final TimerWheel timer;
    private final @Nullable WriteOutcome[] outcomes;
    /** Writes of which an earlier round may have been done. */
    private final boolean[] mayHaveHappened;

    AtomicBatch(Requests requests, RequestIds ids, List<BatchWrite> writes, WriteOptions options, Duration timeout) {
        this.requests = requests;
        this.ids = ids;
        this.writes = List.copyOf(writes);
        this.options = options;
        this.timeout = timeout;
        this.timer = requests.timer();
        this.startNanos = timer.nanoTime();
        this.outcomes = new WriteOutcome[writes.size()];
        this.mayHaveHappened = new boolean[writes.size()];
        this.sequences = writes.stream()
                .map(write -> options.exactlyOnce() ? Optional.of(ids.take()) : Optional.<Long>empty())
                .toList();
    }

    /** Begins. The future does not fail: each write has its own outcome. */
    CompletableFuture<List<WriteOutcome>> start() {
        CompletableFuture<List<WriteOutcome>> done = new CompletableFuture<>();
        round(IntStream.range(0, writes.size()).toArray(), done);
        var _ = done.whenComplete((all, never) -> sequences.forEach(sequence -> sequence.ifPresent(ids::giveBack)));
        return done;
    }

    private void round(int[] pending, CompletableFuture<List<WriteOutcome>> done) {
        Duration left = timeout.minusNanos(timer.nanoTime() - startNanos);
        long bytes = Arrays.stream(pending)
                .mapToLong(index -> KeyOperations.heldBytes(
                        writes.get(index).key(), valueOf(writes.get(index)).size()))
                .sum();
        Job<BatchWriteResponse> job = new Job<>(
                writes.get(pending[0]).key().token(),
                false,
                KeyOperations.repeatOf(options),
                left.isNegative() || left.isZero() ? Duration.ofNanos(1) : left,
                options.level() == WriteLevel.ALL,
                Arrays.stream(pending).anyMatch(index -> mayHaveHappened[index]),
                (connection, timeoutOfTry) -> UnaryCalls.call(
                                connection, timeoutOfTry, stub -> stub.batchWrite(request(pending)))
                        .thenApply(response -> requireProgress(pending, response)));
        var _ = requests.submit(job, pending.length, bytes).whenComplete((response, failure) -> {
            if (response != null) {
                take(pending, response, done);
            } else {
                TitanException all = (TitanException) Objects.requireNonNull(failure);
                Arrays.stream(pending).forEach(index -> outcomes[index] = new WriteOutcome.Failed(all));
                finish(done);
            }
        });
    }

    /** When no write of a round was done and all may be sent again, the round itself failed: the loop tries again, elsewhere. */
    private BatchWriteResponse requireProgress(int[] pending, BatchWriteResponse response) {
        if (response.getItemsCount() != pending.length) {
            throw new TryFailure.Answered(TitanError.of(
                    ErrorReason.INTERNAL, response.getItemsCount() + " outcomes for " + pending.length + " writes"));
        }
        if (IntStream.range(0, pending.length).allMatch(i -> maySendAgain(response, i))) {
            for (int i = 0; i < pending.length; i++) {
                mayHaveHappened[pending[i]] |= retryOf(response, i) == Retry.IF_IDEMPOTENT;
            }
            int worst = IntStream.range(0, pending.length)
                    .filter(i -> retryOf(response, i) == Retry.IF_IDEMPOTENT)
                    .findFirst()
                    .orElse(0);
            throw new TryFailure.Answered(errorOf(response, worst).orElseThrow());
        }
        return response;
    }

    private void take(int[] pending, BatchWriteResponse response, CompletableFuture<List<WriteOutcome>> done) {
        // A write that was refused because of another of its shard must not be parted from it.
        boolean apart = IntStream.range(0, pending.length)
                .noneMatch(i -> errorOf(response, i)
                        .filter(error -> error.reason() == ErrorReason.BATCH_ABORTED)
                        .isPresent());
        int[] again = IntStream.range(0, pending.length)
                .filter(i -> apart && maySendAgain(response, i))
                .toArray();
        for (int i = 0; i < pending.length; i++) {
            int index = pending[i];
            mayHaveHappened[index] |= retryOf(response, i) == Retry.IF_IDEMPOTENT;
            outcomes[index] = outcomeOf(response, i, mayHaveHappened[index]);
        }
        if (again.length == 0 || timer.nanoTime() - startNanos >= timeout.toNanos()) {
            finish(done);
        } else {
            // It may wait for room, which this thread of gRPC's must not.
            int[] next = Arrays.stream(again).map(i -> pending[i]).toArray();
            Thread.startVirtualThread(() -> round(next, done));
        }
    }

    private void finish(CompletableFuture<List<WriteOutcome>> done) {
        done.complete(Arrays.stream(outcomes).map(Objects::requireNonNull).toList());
    }

    private static Optional<TitanError> errorOf(BatchWriteResponse response, int item) {
        return TitanErrors.fromKeyStatus(response.getItems(item).getStatus());
    }

    private static @Nullable Retry retryOf(BatchWriteResponse response, int item) {
        return errorOf(response, item).map(error -> error.reason().retry()).orElse(null);
    }

    private boolean maySendAgain(BatchWriteResponse response, int item) {
        Optional<TitanError> error = errorOf(response, item);
        if (error.isEmpty() || error.get().reason() == ErrorReason.REQUEST_ID_EXPIRED) {
            return false;
        }
        return switch (error.get().reason().retry()) {
            case SAFE -> true;
            case IF_IDEMPOTENT -> KeyOperations.repeatOf(options) != Repeat.HARMFUL;
            case NO -> false;
        };
    }

    private WriteOutcome outcomeOf(BatchWriteResponse response, int item, boolean mayHave) {
        Optional<TitanError> error = errorOf(response, item);
        if (error.isPresent()) {
            TryFailure failure = TryFailure.of(new TryFailure.Answered(error.get()));
            return new WriteOutcome.Failed(
                    RetryRule.ending(KeyOperations.repeatOf(options), mayHave, failure, "in a batch", null));
        }
        BatchWriteResponse.Item done = response.getItems(item);
        return new WriteOutcome.Done(new WriteResult(
                new Version(done.getVersion()), done.getExisted(), WireForms.token(response.getSessionToken())));
    }

    private BatchWriteRequest request(int[] pending) {
        BatchWriteRequest.Builder request = BatchWriteRequest.newBuilder()
                .setAtomicity(WireForms.atomicity(Atomicity.PER_SHARD))
                .setOptions(WireForms.writeOptions(
                        options.level(), requests.routes().epoch()));
        for (int index : pending) {
            BatchWrite write = writes.get(index);
            WriteOperation.Builder operation = WriteOperation.newBuilder()
                    .setKey(write.key().bytes())
                    .setRoutingTag(write.key().routingTag());
            switch (write) {
                case BatchWrite.Put put ->
                    operation.setPut(WriteOperation.Put.newBuilder().setValue(put.value()));
                case BatchWrite.Delete _ -> operation.setDelete(WriteOperation.Delete.getDefaultInstance());
            }
            if (!(write.condition() instanceof Condition.None)) {
                operation.setPrecondition(WireForms.precondition(write.condition()));
            }
            sequences.get(index).ifPresent(sequence -> operation.setRequestId(ids.toProto(sequence)));
            request.addOperations(operation);
        }
        return request.build();
    }

    static ByteString valueOf(BatchWrite write) {
        return write instanceof BatchWrite.Put put ? put.value() : ByteString.EMPTY;
    }
}
