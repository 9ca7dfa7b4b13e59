package io.titankv.engine;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Copies what is still needed of some data files, the victims, into new ones, a slice at a time. The store does not know of the new
 * files before the end, so a run can be dropped at any moment. Confined to the merging thread.
 */
final class MergeRun {
    /** Metadata that was copied. */
    record MetaMove(String name, long sourceFileId, long sourceOffset, DataFile target, long targetOffset) {}

    private final DataFiles files;
    private final Keydir keydir;
    private final MetaTable meta;
    private final RecordReader reader;
    private final long outputBytesMax;
    private final List<DataFile> victims;
    /** A grave with a smaller index buries nothing outside the victims. Files made later hold greater indexes only. */
    private final long valueIndexMinElsewhere;

    private final Places places = new Places();
    private final MergeMoves moves = new MergeMoves();
    private final List<MetaMove> metaMoves = new ArrayList<>();
    private final List<DataFile> outputs = new ArrayList<>();
    private int nextVictim;
    private @Nullable RecordScanner scanner;
    private @Nullable MergeOutput output;

    MergeRun(
            DataFiles files,
            Keydir keydir,
            MetaTable meta,
            RecordReader reader,
            long outputBytesMax,
            List<DataFile> victims,
            long valueIndexMinElsewhere) {
        this.files = files;
        this.keydir = keydir;
        this.meta = meta;
        this.reader = reader;
        this.outputBytesMax = outputBytesMax;
        this.victims = victims;
        this.valueIndexMinElsewhere = valueIndexMinElsewhere;
    }

    List<DataFile> victims() {
        return victims;
    }

    List<DataFile> outputs() {
        return outputs;
    }

    MergeMoves moves() {
        return moves;
    }

    List<MetaMove> metaMoves() {
        return metaMoves;
    }

    boolean isCopied() {
        return nextVictim == victims.size() && scanner == null && output == null;
    }

    /** Reads and copies until about the budget is used up, or all is copied; returns bytes read and written. */
    long copySome(long budgetBytes) throws IOException {
        long used = 0;
        while (!isCopied() && used < budgetBytes) {
            if (scanner == null) {
                if (nextVictim == victims.size()) {
                    used += sealOutput();
                    continue;
                }
                SealedFile victim = victims.get(nextVictim).requireSealed();
                scanner = new RecordScanner(victims.get(nextVictim).file(), DataFileHeader.BYTES, victim.bytes());
            }
            used += step(victims.get(nextVictim), scanner);
        }
        return used;
    }

    private long step(DataFile victim, RecordScanner records) throws IOException {
        return switch (records.next()) {
            case RECORD -> {
                long copied = isNeeded(victim, records) ? copy(victim, records) : 0;
                yield records.recordBytes() + copied;
            }
            case END -> {
                scanner = null;
                nextVictim++;
                yield 0;
            }
            case BAD ->
                throw new CorruptDataException("bad record in a sealed data file", victim.path(), records.offset());
        };
    }

    private boolean isNeeded(DataFile victim, RecordScanner record) {
        return switch (record.kind()) {
            case PUT -> isPointedAt(victim, record);
            case TOMBSTONE -> isGraveNeeded(record) && !isPutAgain(record);
            case RANGE_DROP -> isGraveNeeded(record);
            case META_PUT -> {
                MetaTable.Entry entry = meta.entryOrNull(nameOf(record));
                yield entry != null && entry.isAt(victim.fileId(), record.offset());
            }
            case META_DELETE -> isGraveNeeded(record) && meta.entryOrNull(nameOf(record)) == null;
            // The manifest knows the position of every sealed record.
            case MARK, END -> false;
        };
    }

    private boolean isGraveNeeded(RecordScanner grave) {
        return MergePlanner.isGraveNeeded(grave.index(), valueIndexMinElsewhere);
    }

    private boolean isPointedAt(DataFile victim, RecordScanner record) {
        int found = keydir.find(record.token(), places);
        for (int i = 0; i < found; i++) {
            if (places.fileId(i) == victim.fileId() && places.offset(i) == record.offset()) {
                return true;
            }
        }
        return false;
    }

    /** Whether a later put of the same key stands: it buries whatever the tombstone does. */
    private boolean isPutAgain(RecordScanner tombstone) {
        DataFileSet set = files.enter();
        try {
            int found = keydir.find(tombstone.token(), places);
            for (int i = 0; i < found; i++) {
                // A file that is newer than the set is not looked at: keeping a tombstone is always right.
                DataFile file = set.fileOrNull(places.fileId(i));
                if (file != null && reader.keyIs(file, places.offset(i), places.recordBytes(i), tombstone.key())) {
                    return true;
                }
            }
            return false;
        } finally {
            set.leave();
        }
    }

    private long copy(DataFile victim, RecordScanner record) throws IOException {
        if (output != null && output.bytes() + record.recordBytes() > outputBytesMax) {
            sealOutput();
        }
        if (output == null) {
            output = new MergeOutput(files);
        }
        long offset = output.copy(record);
        long targetId = output.data().fileId();
        if (record.kind() == RecordKind.PUT) {
            moves.add(record.token(), victim.fileId(), record.offset(), targetId, offset, record.recordBytes());
        } else if (record.kind() == RecordKind.META_PUT) {
            metaMoves.add(new MetaMove(nameOf(record), victim.fileId(), record.offset(), output.data(), offset));
        }
        return record.recordBytes();
    }

    private long sealOutput() throws IOException {
        MergeOutput full = output;
        if (full == null) {
            return 0;
        }
        full.seal();
        outputs.add(full.data());
        output = null;
        HintFile.Summary hint = full.data().hint();
        return hint == null ? 0 : hint.bytes();
    }

    /** Drops what was copied: nothing points at it. */
    void discard() {
        if (output != null) {
            files.discard(output.data());
            output = null;
        }
        outputs.forEach(files::discard);
        outputs.clear();
    }

    /** Closes what was copied and leaves it on disk, for the next opening to judge. */
    void leave() {
        if (output != null) {
            files.closeQuietly(output.data());
        }
        outputs.forEach(files::closeQuietly);
    }

    private static String nameOf(RecordScanner record) {
        return HintTable.name(record.key());
    }
}
