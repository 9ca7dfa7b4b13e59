package io.titankv.engine;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads damaged data files for what is left in them. Changes nothing. Pure but for reading. */
final class Salvage {
    private Salvage() {}

    /**
     * What its intact hint file says was in a sealed file, against what can be read. Records that the hint file does not list were
     * replaced within the file, and are not brought back.
     *
     * @param file null when the file is missing, or is another one
     */
    static SalvagedFile withHint(long fileId, FileStore.@Nullable File file, long sealedBytes, HintCursor hint)
            throws IOException {
        HintTable listed = new HintTable(fileId);
        List<Long> offsets = new ArrayList<>();
        Map<Long, Integer> expected = new HashMap<>();
        while (hint.next()) {
            add(listed, hint);
            offsets.add(hint.offset());
            expected.put(hint.offset(), hint.recordBytes());
        }
        List<DamageWalk.Stretch> stretches = List.of();
        Set<Long> intact = new HashSet<>();
        EntryPosition last = EntryPosition.NONE;
        if (file != null) {
            long[] known = offsets.stream().mapToLong(Long::longValue).sorted().toArray();
            DamageWalk walk = DamageWalk.withOffsets(file, Math.min(file.size(), sealedBytes), known);
            while (walk.next()) {
                RecordScanner record = walk.record();
                last = later(last, new EntryPosition(record.term(), record.index()));
                Integer bytes = expected.get(record.offset());
                if (bytes != null && bytes == record.recordBytes()) {
                    intact.add(record.offset());
                }
            }
            stretches = withEnds(file, walk.stretches(), sealedBytes);
        }
        HintTable good = new HintTable(fileId);
        HintTable lost = new HintTable(fileId);
        HintTable graves = new HintTable(fileId);
        HintCursor each = listed.sorted();
        while (each.next()) {
            boolean isIntact = intact.contains(each.offset());
            add(isIntact ? good : each.kind().isGrave() ? graves : lost, each);
        }
        return new SalvagedFile(fileId, file == null, good, lost, graves, stretches, SalvagedFile.NONE_UNKNOWN, last);
    }

    /** What can be found in a sealed file without a hint file. */
    static SalvagedFile sealed(long fileId, FileStore.@Nullable File file, long sealedBytes, long indexMax)
            throws IOException {
        HintTable good = new HintTable(fileId);
        HintTable lost = new HintTable(fileId);
        HintTable graves = new HintTable(fileId);
        if (file == null) {
            return new SalvagedFile(fileId, true, good, lost, graves, List.of(), indexMax, EntryPosition.NONE);
        }
        DamageWalk walk = DamageWalk.searching(file, Math.min(file.size(), sealedBytes), lostInto(lost, graves));
        EntryPosition last = EntryPosition.NONE;
        while (walk.next()) {
            RecordScanner record = walk.record();
            record.addTo(good);
            last = later(last, new EntryPosition(record.term(), record.index()));
        }
        boolean isShort = file.size() < sealedBytes;
        long unknownIndexMax = walk.wasSearched() || isShort ? indexMax : SalvagedFile.NONE_UNKNOWN;
        return new SalvagedFile(
                fileId,
                false,
                good,
                lost,
                graves,
                withEnds(file, walk.stretches(), sealedBytes),
                unknownIndexMax,
                last);
    }

    /** Notes the heads of records whose values are bad. A grave is all head, but for a range drop, whose end is its value. */
    static DamageWalk.LostHeads lostInto(HintTable lost, HintTable graves) {
        return (kind, offset, head) -> {
            if (kind == RecordKind.RANGE_DROP || kind == RecordKind.MARK) {
                return;
            }
            HintTable table = kind.isGrave() ? graves : lost;
            int keyAt = RecordFormat.keyOffset(head, 0);
            byte[] key = new byte[RecordFormat.keyBytes(head, 0)];
            head.get(keyAt, key);
            addHead(table, kind, offset, head, key);
        };
    }

    private static void addHead(HintTable table, RecordKind kind, long offset, ByteBuffer head, byte[] key) {
        table.add(
                kind,
                RecordFormat.token(head, 0),
                RecordFormat.version(head, 0),
                RecordFormat.index(head, 0),
                RecordFormat.ordinal(head, 0),
                offset,
                RecordFormat.recordBytes(head, 0),
                MemorySegment.ofArray(key));
    }

    private static void add(HintTable table, HintCursor entry) {
        table.add(
                entry.kind(),
                entry.token(),
                entry.version(),
                entry.index(),
                entry.ordinal(),
                entry.offset(),
                entry.recordBytes(),
                entry.key());
    }

    static EntryPosition later(EntryPosition left, EntryPosition right) {
        return left.compareTo(right) >= 0 ? left : right;
    }

    /** With an end that is missing, or one that nobody wrote. */
    private static List<DamageWalk.Stretch> withEnds(
            FileStore.File file, List<DamageWalk.Stretch> stretches, long sealedBytes) throws IOException {
        List<DamageWalk.Stretch> all = new ArrayList<>(stretches);
        if (file.size() < sealedBytes) {
            all.add(new DamageWalk.Stretch(file.size(), sealedBytes));
        } else if (file.size() > sealedBytes && sealedBytes != Long.MAX_VALUE) {
            all.add(new DamageWalk.Stretch(sealedBytes, file.size()));
        }
        return all;
    }
}
