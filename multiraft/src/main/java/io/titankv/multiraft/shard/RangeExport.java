package io.titankv.multiraft.shard;

import com.google.errorprone.annotations.concurrent.GuardedBy;
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
import io.titankv.proto.durable.v1.ImportedRecord;
import io.titankv.proto.internal.v1.ReadExportResponse;
import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Ranges of one replica on their way to another shard. What changes is noted by key from the beginning on, and read again after all was
 * read once: a fuzzy copy with the changes since (as in Das et al., "Albatross", 2011). Once the ranges are frozen nothing changes any
 * more, so what is noted by then is all that is left.
 *
 * <p>Bounds: {@link #NOTED_MAX} keys noted; changes are sent before more is copied when half as many wait. {@link #applied} is called by
 * the one who applies and only notes; {@link #read} by one thread.
 */
final class RangeExport implements Export {
    static final int NOTED_MAX = 1_000_000;

    private static final int PAGE_RECORDS_MAX = 4_096;
    /** What a record takes beside its key and value. */
    private static final int RECORD_BYTES = 32;

    private record Noted(long token, ByteString key) {}

    private final StoreLease lease;
    private final long transfer;
    private final List<TokenRange> ranges;
    private final ExportFeed feed;
    private final long keys;

    /** Read by the reader only: what is left to copy, the first from behind {@link #afterKey}. */
    private final Deque<TokenRange> uncopied;

    private @Nullable MemorySegment afterKey;

    /** Keys that changed, each with the version of its last change. */
    @GuardedBy("this")
    private final Map<Noted, Long> changed = new LinkedHashMap<>();

    /** Clients whose outcomes are to be sent. */
    @GuardedBy("this")
    private final Set<String> clients = new LinkedHashSet<>();

    /** The last version given before the ranges were frozen; null: they are not. */
    @GuardedBy("this")
    private @Nullable Long frozenAt;

    @GuardedBy("this")
    private @Nullable String lost;

    /** @param lease of the store, that the export uses while it reads */
    RangeExport(
            StoreLease lease,
            long transfer,
            List<TokenRange> ranges,
            Collection<String> clients,
            long keys,
            ExportFeed feed) {
        this.lease = lease;
        this.transfer = transfer;
        this.ranges = List.copyOf(ranges);
        this.uncopied = new ArrayDeque<>(this.ranges);
        this.clients.addAll(clients);
        this.keys = keys;
        this.feed = feed;
    }

    @Override
    public long keys() {
        return keys;
    }

    /** Notes what an entry changed. */
    synchronized void applied(List<ShardBatch.Change> changes, TransferPart part, long lastVersion) {
        if (part.isSettled(transfer)) {
            lose("transfer " + transfer + " is settled");
        }
        if (lost != null || frozenAt != null) {
            return;
        }
        for (ShardBatch.Change change : changes) {
            switch (change) {
                case ShardBatch.Change.Put put -> note(put.token(), put.key(), put.version());
                case ShardBatch.Change.Delete delete -> note(delete.token(), delete.key(), delete.version());
                case ShardBatch.Change.PutMeta put -> {
                    if (put.name().startsWith(Sessions.SESSION_PREFIX)) {
                        clients.add(put.name().substring(Sessions.SESSION_PREFIX.length()));
                    }
                }
                case ShardBatch.Change.DeleteMeta _, ShardBatch.Change.DropRange _ -> {}
            }
        }
        if (part.underWay() instanceof TransferPart.Export export && export.transfer() == transfer) {
            freeze(lastVersion);
        }
        if (changed.size() > NOTED_MAX) {
            lose("more than " + NOTED_MAX + " keys changed faster than they could be copied");
        }
        notifyAll();
    }

    @GuardedBy("this")
    private void note(long token, ByteString key, long version) {
        if (TokenRanges.contain(ranges, token)) {
            // The oldest change is sent first, as it is by then.
            changed.merge(new Noted(token, key), version, Math::max);
        }
    }

    /** Nothing changes any more. */
    synchronized void freeze(long lastVersion) {
        frozenAt = lastVersion;
        notifyAll();
    }

    /** The export cannot go on. */
    synchronized void lose(String why) {
        if (lost == null) {
            lost = why;
            changed.clear();
            notifyAll();
        }
    }

    @Override
    public ReadExportResponse read(int bytesMax, Duration patience) throws InterruptedException, ExportLostException {
        ShardStore store = lease.acquireOrNull();
        if (store == null) {
            throw new ExportLostException("the replica's store was closed");
        }
        try {
            Part part = new Part(store, bytesMax);
            if (!uncopied.isEmpty() && notedKeys() < NOTED_MAX / 2) {
                part.copy();
            } else {
                awaitNews(patience);
                part.addChanges();
            }
            return part.response();
        } finally {
            lease.release();
        }
    }

    private synchronized int notedKeys() {
        return changed.size();
    }

    private synchronized void awaitNews(Duration patience) throws InterruptedException {
        long deadline = System.nanoTime() + patience.toNanos();
        while (lost == null && frozenAt == null && changed.isEmpty() && clients.isEmpty()) {
            long left = deadline - System.nanoTime();
            if (left <= 0) {
                return;
            }
            wait(left / 1_000_000, (int) (left % 1_000_000));
        }
    }

    @Override
    public void close() {
        feed.remove(this);
        lose("the export was closed");
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
                        Math.max(1, bytesMax - bytes),
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

        void addChanges() throws ExportLostException {
            Map.Entry<Noted, Long> next = nextChange();
            while (next != null) {
                Noted noted = next.getKey();
                StoredRecord found = store.getOrNull(noted.token(), noted.key().toByteArray());
                if (found == null) {
                    addDeletion(noted, next.getValue());
                } else {
                    add(found);
                }
                next = bytes < bytesMax ? nextChange() : null;
            }
            String client = bytes < bytesMax ? nextClient() : null;
            while (client != null) {
                addClient(client);
                client = bytes < bytesMax ? nextClient() : null;
            }
        }

        private Map.@Nullable Entry<Noted, Long> nextChange() throws ExportLostException {
            synchronized (RangeExport.this) {
                requireGoingOn();
                Iterator<Map.Entry<Noted, Long>> oldest = changed.entrySet().iterator();
                if (!oldest.hasNext()) {
                    return null;
                }
                Map.Entry<Noted, Long> next = Map.Entry.copyOf(oldest.next());
                oldest.remove();
                return next;
            }
        }

        private @Nullable String nextClient() {
            synchronized (RangeExport.this) {
                Iterator<String> oldest = clients.iterator();
                if (!oldest.hasNext()) {
                    return null;
                }
                String next = oldest.next();
                oldest.remove();
                return next;
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

        private void addDeletion(Noted noted, long version) {
            response.addRecords(ImportedRecord.newBuilder()
                    .setToken(noted.token())
                    .setKey(noted.key())
                    .setVersion(version)
                    .setDelete(DeleteAction.getDefaultInstance()));
            bytes += RECORD_BYTES + noted.key().size();
        }

        private void addClient(String client) {
            try {
                Sessions.exported(store, client).ifPresent(imported -> {
                    response.addClients(imported);
                    bytes += imported.getSerializedSize();
                });
            } catch (InvalidProtocolBufferException e) {
                throw new ShardFaultException("metadata of a session cannot be read: " + client, e);
            }
        }

        ReadExportResponse response() throws ExportLostException {
            synchronized (RangeExport.this) {
                requireGoingOn();
                boolean isCopied = uncopied.isEmpty();
                response.setCopied(isCopied).setKeysLeft(changed.size());
                if (isCopied && frozenAt != null && changed.isEmpty() && clients.isEmpty()) {
                    response.setEnd(ImportEnd.newBuilder().setLastVersion(frozenAt));
                }
                return response.build();
            }
        }

        @GuardedBy("RangeExport.this")
        private void requireGoingOn() throws ExportLostException {
            if (lost != null) {
                throw new ExportLostException(lost);
            }
        }
    }
}
