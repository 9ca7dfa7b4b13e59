package io.titankv.multiraft.shard;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.UnsafeByteOperations;
import io.titankv.engine.ScanPage;
import io.titankv.engine.ScanSpec;
import io.titankv.engine.StoredRecord;
import io.titankv.model.TokenRange;
import io.titankv.multiraft.transfer.Export;
import io.titankv.multiraft.transfer.ExportLostException;
import io.titankv.proto.durable.v1.DeleteAction;
import io.titankv.proto.durable.v1.ImportEnd;
import io.titankv.proto.durable.v1.ImportedClient;
import io.titankv.proto.durable.v1.ImportedRecord;
import io.titankv.proto.internal.v1.ReadExportResponse;
import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Ranges of one replica on their way to another shard. What changes is noted by key from the beginning on, and read again after all was
 * read once: a fuzzy copy with the changes since (as in Das et al., "Albatross", 2011). Once the ranges are frozen nothing changes any
 * more, so what is noted by then is all that is left.
 */
final class RangeExport implements Export {
    /** With so many changes waiting they are sent before more is copied. */
    private static final int CHANGES_FIRST = ChangesSince.KEYS_MAX / 2;

    private static final int PAGE_RECORDS_MAX = 4_096;
    /** What a record takes beside its key and value. */
    private static final int RECORD_BYTES = 32;

    private final StoreLease lease;
    private final ExportFeed feed;
    private final ChangesSince changes;
    private final long keys;

    /** What is left to copy, the first from behind {@link #afterKey}. Used by the reader only. */
    private final Deque<TokenRange> uncopied;

    private @Nullable MemorySegment afterKey;

    /**
     * @param lease of the store, taken for each read
     * @param feed that tells {@code changes} what is applied
     * @param keys live keys in the ranges
     */
    RangeExport(StoreLease lease, ExportFeed feed, ChangesSince changes, List<TokenRange> ranges, long keys) {
        this.lease = lease;
        this.feed = feed;
        this.changes = changes;
        this.uncopied = new ArrayDeque<>(ranges);
        this.keys = keys;
    }

    @Override
    public long keys() {
        return keys;
    }

    @Override
    public ReadExportResponse read(int bytesMax, Duration patience) throws InterruptedException, ExportLostException {
        ShardStore store = lease.acquireOrNull();
        if (store == null) {
            throw new ExportLostException("the replica's store was closed");
        }
        try {
            Part part = new Part(store, bytesMax);
            if (!uncopied.isEmpty() && changes.keys() < CHANGES_FIRST) {
                part.copy();
            } else {
                changes.await(patience);
                part.addChanges();
            }
            return part.response();
        } finally {
            lease.release();
        }
    }

    @Override
    public void close() {
        feed.remove(changes);
        changes.lose("the export was closed");
    }

    /** One part in the making. */
    private final class Part {
        private final ShardStore store;
        private final int bytesMax;
        private final ReadExportResponse.Builder response = ReadExportResponse.newBuilder();
        private long bytes;

        Part(ShardStore store, int bytesMax) {
            this.store = store;
            this.bytesMax = bytesMax;
        }

        void copy() {
            while (!uncopied.isEmpty() && bytes < bytesMax) {
                TokenRange range = uncopied.getFirst();
                ScanPage page = store.scan(new ScanSpec(
                        range.startInclusive(),
                        range.endExclusive(),
                        afterKey,
                        PAGE_RECORDS_MAX,
                        bytesMax - bytes,
                        true));
                page.records().forEach(this::add);
                uncopied.removeFirst();
                afterKey = null;
                if (!page.complete()) {
                    StoredRecord last = page.records().getLast();
                    uncopied.addFirst(new TokenRange(last.token(), range.endExclusive()));
                    afterKey = last.key();
                }
            }
        }

        /** What a key is by now, which may be later than the change that was noted. */
        void addChanges() throws ExportLostException {
            while (bytes < bytesMax) {
                ChangesSince.Change change = changes.nextOrNull();
                if (change == null) {
                    break;
                }
                StoredRecord found =
                        store.getOrNull(change.token(), change.key().toByteArray());
                if (found == null) {
                    addDeletion(change.token(), change.key(), change.version());
                } else {
                    add(found);
                }
            }
            while (bytes < bytesMax) {
                String client = changes.nextClientOrNull();
                if (client == null) {
                    break;
                }
                addClient(client);
            }
        }

        private void add(StoredRecord record) {
            response.addRecords(ImportedRecord.newBuilder()
                    .setToken(record.token())
                    .setKey(UnsafeByteOperations.unsafeWrap(record.keyArray()))
                    .setVersion(record.version())
                    .setPut(UnsafeByteOperations.unsafeWrap(record.valueArray())));
            bytes += RECORD_BYTES + record.key().byteSize() + record.value().byteSize();
        }

        private void addDeletion(long token, ByteString key, long version) {
            response.addRecords(ImportedRecord.newBuilder()
                    .setToken(token)
                    .setKey(key)
                    .setVersion(version)
                    .setDelete(DeleteAction.getDefaultInstance()));
            bytes += RECORD_BYTES + key.size();
        }

        private void addClient(String client) {
            try {
                Optional<ImportedClient> known = Sessions.exported(store, client);
                if (known.isPresent()) {
                    response.addClients(known.get());
                    bytes += known.get().getSerializedSize();
                }
            } catch (InvalidProtocolBufferException e) {
                throw new ShardFaultException("metadata of a session cannot be read: " + client, e);
            }
        }

        ReadExportResponse response() throws ExportLostException {
            boolean isCopied = uncopied.isEmpty();
            response.setCopied(isCopied).setKeysLeft(changes.keys());
            if (isCopied) {
                changes.end()
                        .ifPresent(
                                last -> response.setEnd(ImportEnd.newBuilder().setLastVersion(last)));
            }
            return response.build();
        }
    }
}
