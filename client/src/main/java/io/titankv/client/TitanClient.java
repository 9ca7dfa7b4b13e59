package io.titankv.client;

import com.google.protobuf.ByteString;
import io.titankv.client.RetryLoop.Job;
import io.titankv.client.RetryRule.Repeat;
import io.titankv.model.ErrorReason;
import io.titankv.model.Key;
import io.titankv.model.Limits;
import io.titankv.model.ShardMap;
import io.titankv.proto.kv.v1.ExplainRequest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * A client of one Titan-KV cluster. Thread-safe; one is enough for a process.
 *
 * <p>It promises:
 * <ul>
 *   <li>Every future ends within the operation's timeout: with the answer, or with a {@link TitanException} whose class says
 *       whether anything happened.
 *   <li>An operation is tried again only where that is safe: when it is known not to have happened, when it is a read, or when
 *       the shard will do it once however often it comes (the default for writes) or the caller calls it idempotent.
 *   <li>What it holds is bounded, in operations and bytes; see {@link WhenFull}.
 *   <li>Operations go straight to the leader of the owning shard where that is known and reachable, else to any node.
 * </ul>
 *
 * <p>Two operations under way at once are not ordered with each other, not even on one key. Futures complete on threads of the
 * client: what is chained to them must not block.
 */
public final class TitanClient implements AutoCloseable {
    private final Requests requests;
    private final RequestIds ids;
    private final KeyOperations keys;
    private final Scans scans;
    private final Duration defaultTimeout;
    private final BlockingTitanClient blocking = new BlockingTitanClient(this);

    TitanClient(Requests requests, RequestIds ids, Duration defaultTimeout) {
        this.requests = requests;
        this.ids = ids;
        this.defaultTimeout = defaultTimeout;
        this.keys = new KeyOperations(requests, ids, defaultTimeout);
        this.scans = new Scans(requests, defaultTimeout);
    }

    /**
     * A client with the default settings. Does not wait for a connection.
     *
     * @param endpoints HOST:PORT of one node at least
     */
    public static TitanClient connect(String... endpoints) {
        return builder(endpoints).build();
    }

    /**
     * A client with settings of the caller's.
     *
     * @param endpoints HOST:PORT of one node at least
     */
    public static TitanClientBuilder builder(String... endpoints) {
        return new TitanClientBuilder(List.of(endpoints));
    }

    /** The same verbs, waiting for the answer. */
    public BlockingTitanClient blocking() {
        return blocking;
    }

    /** The key's value, linearizable; empty when it has none. */
    public CompletableFuture<Optional<Versioned>> get(Key key) {
        return keys.get(key, ReadOptions.DEFAULT);
    }

    /** The key's value; empty when it has none. */
    public CompletableFuture<Optional<Versioned>> get(Key key, ReadOptions options) {
        return keys.get(key, options);
    }

    public CompletableFuture<WriteResult> put(Key key, ByteString value) {
        return keys.put(key, value, WriteOptions.DEFAULT);
    }

    public CompletableFuture<WriteResult> put(Key key, ByteString value, WriteOptions options) {
        return keys.put(key, value, options);
    }

    public CompletableFuture<WriteResult> delete(Key key) {
        return keys.delete(key, WriteOptions.DEFAULT);
    }

    public CompletableFuture<WriteResult> delete(Key key, WriteOptions options) {
        return keys.delete(key, options);
    }

    /** Reads many keys in any shards. One outcome for each, in the same order; the future does not fail for one of them. */
    public CompletableFuture<List<ReadOutcome>> batchGet(List<Key> batch, ReadOptions options) {
        return inOrder(batch.stream()
                .map(key -> this.<ReadOutcome>settled(
                        get(key, options)
                                .thenApply(found -> found.<ReadOutcome>map(ReadOutcome.Found::new)
                                        .orElseGet(ReadOutcome.Absent::new)),
                        ReadOutcome.Failed::new))
                .toList());
    }

    /**
     * Writes many keys in any shards. One outcome for each write, in the same order; the future does not fail for one of them.
     *
     * @param writes their conditions count, that of {@code options} must be none
     */
    public CompletableFuture<List<WriteOutcome>> batchWrite(
            List<BatchWrite> writes, Atomicity atomicity, WriteOptions options) {
        if (!(options.condition() instanceof Condition.None)) {
            throw new IllegalArgumentException("a batch takes its conditions from its writes");
        }
        if (writes.isEmpty()) {
            return CompletableFuture.completedFuture(List.of());
        }
        return switch (atomicity) {
            case PER_KEY ->
                inOrder(writes.stream()
                        .map(write -> this.<WriteOutcome>settled(
                                writeOne(write, options.withCondition(write.condition()))
                                        .thenApply(WriteOutcome.Done::new),
                                WriteOutcome.Failed::new))
                        .toList());
            case PER_SHARD -> atomically(writes, options);
        };
    }

    private CompletableFuture<WriteResult> writeOne(BatchWrite write, WriteOptions options) {
        return switch (write) {
            case BatchWrite.Put put -> put(put.key(), put.value(), options);
            case BatchWrite.Delete delete -> delete(delete.key(), options);
        };
    }

    private CompletableFuture<List<WriteOutcome>> atomically(List<BatchWrite> writes, WriteOptions options) {
        List<@Nullable TitanException> refusals = new ArrayList<>();
        long bytes = 0;
        for (BatchWrite write : writes) {
            refusals.add(KeyOperations.refusalOrNull(write.key(), AtomicBatch.valueOf(write)));
            bytes += KeyOperations.heldBytes(
                    write.key(), AtomicBatch.valueOf(write).size());
        }
        if (writes.size() > Limits.REQUEST_OPERATIONS_MAX || bytes > Limits.REQUEST_BYTES_MAX) {
            TitanException tooLarge = new TitanException.Refused(
                    ErrorReason.BATCH_TOO_LARGE,
                    writes.size() + " writes of " + bytes + " bytes; the limits are " + Limits.REQUEST_OPERATIONS_MAX
                            + " and " + Limits.REQUEST_BYTES_MAX,
                    null);
            return CompletableFuture.completedFuture(writes.stream()
                    .<WriteOutcome>map(write -> new WriteOutcome.Failed(tooLarge))
                    .toList());
        }
        if (refusals.stream().anyMatch(refusal -> refusal != null)) {
            return CompletableFuture.completedFuture(IntStream.range(0, writes.size())
                    .<WriteOutcome>mapToObj(i -> new WriteOutcome.Failed(refusalOrAborted(refusals.get(i))))
                    .toList());
        }
        return new AtomicBatch(requests, ids, writes, options, options.timeout().orElse(defaultTimeout)).start();
    }

    private static TitanException refusalOrAborted(@Nullable TitanException refusal) {
        return refusal != null
                ? refusal
                : new TitanException.Refused(
                        ErrorReason.BATCH_ABORTED, "another write of the batch was refused; none was sent", null);
    }

    private <T> CompletableFuture<T> settled(CompletableFuture<T> answer, Function<TitanException, T> failed) {
        return answer.exceptionally(thrown -> {
            Throwable failure =
                    thrown.getCause() == null || thrown instanceof TitanException ? thrown : thrown.getCause();
            if (failure instanceof TitanException titan) {
                return failed.apply(titan);
            }
            throw new IllegalStateException(failure);
        });
    }

    private static <T> CompletableFuture<List<T>> inOrder(List<CompletableFuture<T>> answers) {
        return CompletableFuture.allOf(answers.toArray(CompletableFuture[]::new))
                .thenApply(
                        nothing -> answers.stream().map(CompletableFuture::join).toList());
    }

    /** One page of a scan; an empty page token asks for the first. */
    public CompletableFuture<ScanPage> scanPage(ScanQuery query, ByteString pageToken) {
        return scans.page(query, pageToken);
    }

    /** All records of a scan, read page by page as they are taken. */
    public ScanCursor scan(ScanQuery query) {
        return new ScanCursor(scans, query);
    }

    /** The number of keys that the query meets. Keys written or deleted meanwhile may count or not. */
    public CompletableFuture<Long> count(ScanQuery query) {
        return scans.count(query);
    }

    /** Where a key lives and how a read of it goes: for people who look into a cluster. */
    public CompletableFuture<Explanation> explain(Key key, ReadOptions options) {
        @Nullable TitanException refusal = KeyOperations.refusalOrNull(key, ByteString.EMPTY);
        if (refusal != null) {
            return CompletableFuture.failedFuture(refusal);
        }
        Job<Explanation> job = new Job<>(
                key.token(),
                Requests.anyReplica(options.level()),
                Repeat.HARMLESS,
                options.timeout().orElse(defaultTimeout),
                false,
                false,
                (connection, timeout) -> UnaryCalls.call(
                                connection,
                                timeout,
                                stub -> stub.explain(ExplainRequest.newBuilder()
                                        .setKey(key.bytes())
                                        .setRoutingTag(key.routingTag())
                                        .setOptions(WireForms.readOptions(
                                                options.level(),
                                                requests.routes().epoch()))
                                        .build()))
                        .thenApply(Explanation::fromProto));
        return requests.submit(job, 1, KeyOperations.heldBytes(key, 0));
    }

    /** The routes as this client knows them now; {@link ShardMap#EMPTY} before the first came. */
    public ShardMap routes() {
        return requests.routes().map();
    }

    /** Operations under way. */
    public int inFlight() {
        return requests.inFlight();
    }

    /** Fails what is under way and closes every connection. */
    @Override
    public void close() {
        requests.close();
    }
}
