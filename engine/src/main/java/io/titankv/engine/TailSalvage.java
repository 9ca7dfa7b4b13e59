package io.titankv.engine;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * Reads the active data file when something in it rotted that had been synced. What lies behind the sync mark was never promised: there
 * the first bad byte ends the file, as it does in recovery. Used once, by one thread.
 */
final class TailSalvage {
    private static final int READ_BYTES = 256 << 10;

    private final FileStore.File file;
    private final long fileId;
    private final long syncedBytes;
    private final HintTable good;
    private final HintTable lost;
    private final HintTable graves;
    private EntryPosition applied = EntryPosition.NONE;
    private EntryPosition reading = EntryPosition.NONE;
    private long takenEnd = DataFileHeader.BYTES;
    private int wholeEntries;
    private int nextOrdinal;
    private long unknownIndexMax = SalvagedFile.NONE_UNKNOWN;

    /** @param syncedBytes {@link Long#MAX_VALUE} when it is not known, and everything is to be read */
    TailSalvage(long fileId, FileStore.File file, long syncedBytes) {
        this.fileId = fileId;
        this.file = file;
        this.syncedBytes = syncedBytes;
        this.good = new HintTable(fileId);
        this.lost = new HintTable(fileId);
        this.graves = new HintTable(fileId);
    }

    SalvagedFile read() throws IOException {
        DamageWalk walk = DamageWalk.searching(file, file.size(), Salvage.lostInto(lost, graves));
        int stretchesBefore = 0;
        while (walk.next() && isPromised(walk)) {
            boolean skipped = walk.stretches().size() > stretchesBefore;
            stretchesBefore = walk.stretches().size();
            RecordScanner record = walk.record();
            if (record.index() < reading.index()) {
                // Entries come in order: these bytes are a part of something else.
                continue;
            }
            if (!skipped && !continuesTheLog(record)) {
                break;
            }
            take(record);
            if (skipped && walk.wasSearched()) {
                unknownIndexMax = Math.max(unknownIndexMax, record.index());
            }
        }
        List<DamageWalk.Stretch> bad = promised(walk.stretches());
        if (!bad.isEmpty() && bad.getLast().endExclusive() >= file.size()) {
            unknownIndexMax = Long.MAX_VALUE;
        }
        if (nextOrdinal > 0) {
            boolean hasLostItsEnd = !bad.isEmpty() && bad.getLast().startInclusive() >= takenEnd;
            if (hasLostItsEnd) {
                applied = reading;
            } else {
                good.cutTo(wholeEntries);
            }
        }
        return new SalvagedFile(fileId, false, good, lost, graves, bad, unknownIndexMax, applied);
    }

    /** Whether all that was bad so far lies before the sync mark. */
    private boolean isPromised(DamageWalk walk) {
        List<DamageWalk.Stretch> stretches = walk.stretches();
        return stretches.isEmpty() || stretches.getLast().startInclusive() < syncedBytes;
    }

    /** Bad stretches that are damage: not the torn tail, and not the room taken ahead. */
    private List<DamageWalk.Stretch> promised(List<DamageWalk.Stretch> stretches) throws IOException {
        List<DamageWalk.Stretch> bad = new ArrayList<>();
        for (DamageWalk.Stretch stretch : stretches) {
            boolean isRoomAhead =
                    syncedBytes == Long.MAX_VALUE && stretch.endExclusive() == file.size() && isZero(stretch);
            if (stretch.startInclusive() < syncedBytes && !isRoomAhead) {
                bad.add(stretch);
            }
        }
        if (syncedBytes != Long.MAX_VALUE && file.size() < syncedBytes) {
            bad.add(new DamageWalk.Stretch(file.size(), syncedBytes));
        }
        return bad;
    }

    private boolean isZero(DamageWalk.Stretch stretch) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocate(READ_BYTES);
        long at = stretch.startInclusive();
        while (at < stretch.endExclusive()) {
            int read = file.read(at, buffer.clear());
            for (int i = 0; i < read; i++) {
                if (buffer.get(i) != 0) {
                    return false;
                }
            }
            if (read == 0) {
                return true;
            }
            at += read;
        }
        return true;
    }

    private boolean continuesTheLog(RecordScanner record) {
        if (record.ordinal() != nextOrdinal) {
            return false;
        }
        return nextOrdinal > 0
                ? record.index() == reading.index() && record.term() == reading.term()
                : record.index() > applied.index();
    }

    private void take(RecordScanner record) {
        reading = new EntryPosition(record.term(), record.index());
        record.addTo(good);
        takenEnd = record.offset() + record.recordBytes();
        nextOrdinal = record.ordinal() + 1;
        if (record.isEndOfEntry()) {
            applied = reading;
            nextOrdinal = 0;
            wholeEntries = good.count();
        }
    }
}
