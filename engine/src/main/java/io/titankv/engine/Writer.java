package io.titankv.engine;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.List;

/** Appends batches and keeps the index true to them. Confined to the engine's write lock. */
final class Writer {
    /** A batch buffer that grew over this is let go after the batch. */
    private static final int KEPT_BUFFER_BYTES = 4 << 20;

    private static final int FIRST_BUFFER_BYTES = 64 << 10;
    private static final MemorySegment EMPTY = MemorySegment.ofArray(new byte[0]);

    private final EngineOptions options;
    private final DataFiles files;
    private final Sealer sealer;
    private final Keydir keydir;
    private final MetaTable meta;
    private final SyncGate gate;
    private final EngineListener listener;
    private final OverwriteChecks checks;
    private final BatchPlan plan;
    private RecordBuffer buffer = RecordBuffer.direct(FIRST_BUFFER_BYTES);
    private int[] offsetsInBatch = new int[16];
    private ActiveFile active;

    Writer(
            EngineOptions options,
            StoreOpening.Opened opened,
            Keydir keydir,
            MetaTable meta,
            RecordReader reader,
            OverwriteChecks checks,
            SyncGate gate,
            EngineListener listener) {
        this.options = options;
        this.files = opened.files();
        this.active = opened.active();
        this.sealer = new Sealer(files, gate, opened.tasks(), options.dataFileBytesMax(), opened.spare(), listener);
        this.keydir = keydir;
        this.meta = meta;
        this.gate = gate;
        this.listener = listener;
        this.checks = checks;
        this.plan = new BatchPlan(keydir, reader, checks);
    }

    /** The files that are not sealed, the active one last. */
    List<ActiveFile> unsealed() {
        return sealer.unsealed(active);
    }

    /** Applies the batch whole, or throws and has changed nothing that anybody sees. */
    void apply(WriteBatch batch) {
        EntryPosition position = batch.position();
        EntryPosition applied = gate.applied();
        if (position.index() <= applied.index() || position.term() < applied.term()) {
            throw new IllegalArgumentException("batch " + position + " is not above what was applied, " + applied);
        }
        plan.prepare(batch, files.current(), meta);
        int bytes = encode(batch);
        if (!active.isEmpty() && active.bytes() + bytes > options.dataFileBytesMax()) {
            goOn(sealer::next);
        }
        long start = active.bytes();
        try {
            active.write(buffer.buffer().clear().limit(bytes));
        } catch (FinalFailure e) {
            throw gate.stop("cannot write", active.data().path(), e);
        } catch (IOException e) {
            throw new StorageException("cannot write", active.data().path(), e);
        }
        index(batch, start);
        gate.onApplied(active.bytes(), position);
        sealer.onGrown(active.bytes());
        checks.onApplied();
        if (buffer.capacity() > KEPT_BUFFER_BYTES) {
            buffer = RecordBuffer.direct(FIRST_BUFFER_BYTES);
        }
    }

    /** Seals all that was written. Nothing has changed when this throws, but the gate may be shut. */
    void seal() {
        goOn(file -> {
            sealer.await();
            return file.isEmpty() ? file : sealer.seal(file);
        });
    }

    /** Makes all durable that was written, and gives up the room that was taken ahead. */
    void close() throws IOException {
        try {
            sealer.await();
        } catch (FinalFailure e) {
            throw gate.stop("cannot seal", active.data().path(), e);
        }
        gate.sync();
        active.trim();
    }

    /** Ends a file and gives the next, or throws and has changed nothing. */
    private interface Step {
        ActiveFile from(ActiveFile file) throws IOException;
    }

    private void goOn(Step step) {
        ActiveFile before = active;
        try {
            active = step.from(before);
        } catch (FinalFailure e) {
            throw gate.stop("cannot seal", before.data().path(), e);
        } catch (IOException e) {
            throw new StorageException("cannot seal", before.data().path(), e);
        }
        if (active != before) {
            listener.onSealed(FileNames.data(before.data().fileId()), before.bytes());
        }
    }

    /** Writes the records of the batch into the buffer; returns how many bytes. */
    private int encode(WriteBatch batch) {
        long bytesMax = batch.recordBytes();
        if (buffer.capacity() < bytesMax) {
            buffer = RecordBuffer.direct(Math.toIntExact(Math.max(bytesMax, 2L * buffer.capacity())));
        }
        if (offsetsInBatch.length < batch.size()) {
            offsetsInBatch = new int[batch.size() * 2];
        }
        buffer.buffer().clear();
        if (plan.writtenCount() == 0) {
            return encode(0, RecordKind.MARK, true, 0, new RecordFormat.Stamp(0, batch.position(), 0), EMPTY, EMPTY);
        }
        int at = 0;
        int ordinal = 0;
        for (int i = 0; i < batch.size(); i++) {
            if (plan.isWritten(i)) {
                boolean isLast = ordinal == plan.writtenCount() - 1;
                offsetsInBatch[i] = at;
                RecordFormat.Stamp stamp = new RecordFormat.Stamp(batch.version(i), batch.position(), ordinal);
                at += encode(at, batch.kind(i), isLast, batch.token(i), stamp, batch.key(i), batch.value(i));
                ordinal++;
            }
        }
        return at;
    }

    private int encode(
            int at,
            RecordKind kind,
            boolean isLast,
            long token,
            RecordFormat.Stamp stamp,
            MemorySegment key,
            MemorySegment value) {
        return RecordFormat.encode(buffer.buffer(), buffer.bytes(), at, kind, isLast, token, stamp, key, value);
    }

    /** Points the index at the records, which lie in the file from {@code start} on. Only memory is touched. */
    private void index(WriteBatch batch, long start) {
        DataFileSet open = files.current();
        for (int i = 0; i < batch.size(); i++) {
            if (plan.isWritten(i)) {
                indexOperation(batch, i, start + offsetsInBatch[i], start, open);
            }
        }
        if (plan.writtenCount() == 0) {
            active.count(RecordKind.MARK, batch.position().index(), RecordFormat.HEADER_BYTES);
        }
    }

    private void indexOperation(WriteBatch batch, int operation, long offset, long batchStart, DataFileSet open) {
        RecordKind kind = batch.kind(operation);
        long token = batch.token(operation);
        int bytes = RecordFormat.recordBytes(
                batch.key(operation).byteSize(), batch.value(operation).byteSize());
        active.count(kind, batch.position().index(), bytes);
        DataFile data = active.data();
        switch (kind) {
            case PUT -> {
                long oldFileId = oldFileId(operation);
                if (oldFileId == 0) {
                    keydir.insert(token, data.fileId(), offset, bytes);
                    if (plan.isBeside(operation)) {
                        checks.unchecked().add(token, plan.oldBytes(operation));
                    }
                } else {
                    boolean replaced = keydir.replace(
                            token, oldFileId, oldOffset(operation, batchStart), data.fileId(), offset, bytes);
                    Invariants.check(replaced, "the record that gives way was found in the keydir");
                    onDead(open, oldFileId, oldBytes(batch, operation));
                }
                data.liveBytes().addAndGet(bytes);
            }
            case TOMBSTONE -> {
                long oldFileId = oldFileId(operation);
                if (oldFileId != 0) {
                    boolean removed = keydir.remove(token, oldFileId, oldOffset(operation, batchStart));
                    Invariants.check(removed, "the record that is deleted was found in the keydir");
                    onDead(open, oldFileId, oldBytes(batch, operation));
                }
            }
            case RANGE_DROP -> {
                long end = batch.drop(operation).endExclusive();
                keydir.removeRange(token, end, (dropped, fileId, at, recordBytes) -> onDead(open, fileId, recordBytes));
                checks.unchecked().removeRange(token, end);
            }
            case META_PUT -> {
                byte[] value = batch.value(operation).toArray(java.lang.foreign.ValueLayout.JAVA_BYTE);
                meta.put(batch.name(operation), new MetaTable.Entry(value, data, offset, bytes));
            }
            case META_DELETE -> meta.remove(batch.name(operation));
            case MARK, END -> throw new IllegalStateException("broken invariant: no operation is a mark");
        }
    }

    private long oldFileId(int operation) {
        return plan.oldOperation(operation) >= 0 ? active.data().fileId() : plan.oldFileId(operation);
    }

    private long oldOffset(int operation, long batchStart) {
        int old = plan.oldOperation(operation);
        return old >= 0 ? batchStart + offsetsInBatch[old] : plan.oldOffset(operation);
    }

    private int oldBytes(WriteBatch batch, int operation) {
        int old = plan.oldOperation(operation);
        return old >= 0
                ? RecordFormat.recordBytes(
                        batch.key(old).byteSize(), batch.value(old).byteSize())
                : plan.oldBytes(operation);
    }

    private static void onDead(DataFileSet open, long fileId, int bytes) {
        open.require(fileId).liveBytes().addAndGet(-bytes);
    }
}
