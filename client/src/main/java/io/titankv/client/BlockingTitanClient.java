package io.titankv.client;

import com.google.protobuf.ByteString;
import io.titankv.model.ErrorReason;
import io.titankv.model.Key;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;

/**
 * The verbs of {@link TitanClient}, waiting for the answer. Thread-safe. Every method throws {@link TitanException}, within the
 * operation's timeout. Not for code that runs when a future of the client completes: it would hold up the answers behind it.
 */
public final class BlockingTitanClient {
    private final TitanClient client;

    BlockingTitanClient(TitanClient client) {
        this.client = client;
    }

    /** The key's value; empty when it has none. */
    public Optional<Versioned> get(Key key) {
        return await(client.get(key), false);
    }

    /** The key's value as of that level; empty when it has none. */
    public Optional<Versioned> get(Key key, ReadOptions options) {
        return await(client.get(key, options), false);
    }

    public WriteResult put(Key key, ByteString value) {
        return await(client.put(key, value), true);
    }

    public WriteResult put(Key key, ByteString value, WriteOptions options) {
        return await(client.put(key, value, options), true);
    }

    public WriteResult delete(Key key) {
        return await(client.delete(key), true);
    }

    public WriteResult delete(Key key, WriteOptions options) {
        return await(client.delete(key, options), true);
    }

    /** One outcome for each key, in the same order. */
    public List<ReadOutcome> batchGet(List<Key> keys, ReadOptions options) {
        return await(client.batchGet(keys, options), false);
    }

    /** One outcome for each write, in the same order; conditions are those of the writes. */
    public List<WriteOutcome> batchWrite(List<BatchWrite> writes, Atomicity atomicity, WriteOptions options) {
        return await(client.batchWrite(writes, atomicity, options), true);
    }

    /** One page; an empty token asks for the first. */
    public ScanPage scanPage(ScanQuery query, ByteString pageToken) {
        return await(client.scanPage(query, pageToken), false);
    }

    public ScanCursor scan(ScanQuery query) {
        return client.scan(query);
    }

    public long count(ScanQuery query) {
        return await(client.count(query), false);
    }

    public Explanation explain(Key key, ReadOptions options) {
        return await(client.explain(key, options), false);
    }

    static <T> T await(CompletableFuture<T> answer, boolean write) {
        try {
            return answer.get();
        } catch (ExecutionException e) {
            throw asTitan(e.getCause() == null ? e : e.getCause(), write);
        } catch (InterruptedException e) {
            answer.cancel(false);
            Thread.currentThread().interrupt();
            throw write
                    ? new TitanException.OutcomeUndetermined(
                            ErrorReason.OUTCOME_UNDETERMINED, "interrupted while waiting for the answer", e)
                    : new TitanException.Unavailable(
                            ErrorReason.TIMED_OUT, "interrupted while waiting for the answer", null, e);
        }
    }

    /** Anything else is a fault of this client; of a write it is then not known what became of it. */
    private static TitanException asTitan(Throwable failure, boolean write) {
        return switch (failure) {
            case TitanException titan -> titan;
            default ->
                write
                        ? new TitanException.OutcomeUndetermined(ErrorReason.INTERNAL, failure.toString(), failure)
                        : new TitanException.Unavailable(ErrorReason.INTERNAL, failure.toString(), null, failure);
        };
    }
}
