package io.titankv.engine;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Walks the index entries of one data file in the order of {@link HintFormat}. After {@link #next} said true, the accessors speak of
 * the entry it moved to, until the next call. Confined to one thread.
 */
interface HintCursor {
    /** Moves to the next entry; false when there is none. */
    boolean next();

    long fileId();

    RecordKind kind();

    long token();

    long version();

    long index();

    int ordinal();

    long offset();

    int recordBytes();

    /** The array that holds the key, valid until {@link #next}. */
    byte[] keyBase();

    int keyOffset();

    int keyLength();

    default MemorySegment key() {
        return MemorySegment.ofArray(keyBase()).asSlice(keyOffset(), keyLength());
    }

    default byte[] copyOfKey() {
        return Arrays.copyOfRange(keyBase(), keyOffset(), keyOffset() + keyLength());
    }

    /** The key of a metadata record, as text. */
    default String name() {
        return new String(keyBase(), keyOffset(), keyLength(), StandardCharsets.UTF_8);
    }

    /** The exclusive end of a range drop. */
    default long rangeEnd() {
        return ByteBuffer.wrap(keyBase(), keyOffset(), keyLength())
                .order(ByteOrder.LITTLE_ENDIAN)
                .getLong();
    }

    /** 0 range drops, 1 metadata, 2 keys: the order of a hint file. */
    static int section(RecordKind kind) {
        return switch (kind) {
            case RANGE_DROP -> 0;
            case META_PUT, META_DELETE -> 1;
            case PUT, TOMBSTONE -> 2;
            case MARK, END -> 3;
        };
    }

    /** Compares by section, token and key: 0 when both speak of the same thing. */
    static int compareSubjects(HintCursor left, HintCursor right) {
        int bySection = Integer.compare(section(left.kind()), section(right.kind()));
        if (bySection != 0) {
            return bySection;
        }
        int byToken = Long.compareUnsigned(left.token(), right.token());
        return byToken != 0
                ? byToken
                : Arrays.compareUnsigned(
                        left.keyBase(),
                        left.keyOffset(),
                        left.keyOffset() + left.keyLength(),
                        right.keyBase(),
                        right.keyOffset(),
                        right.keyOffset() + right.keyLength());
    }

    /** Compares which of two entries of one subject stands; the greater one does. */
    static int compareStanding(HintCursor left, HintCursor right) {
        return RecordOrder.compare(
                left.index(), left.version(), left.ordinal(), right.index(), right.version(), right.ordinal());
    }
}
