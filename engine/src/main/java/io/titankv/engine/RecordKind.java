package io.titankv.engine;

/** What a record says. The codes are on disk: a number once used is never given another meaning. */
enum RecordKind {
    /** The key has this value. */
    PUT(1),
    /** The key is gone. */
    TOMBSTONE(2),
    /** All keys of a stretch of tokens are gone: {@code token} is its start, the value its end. */
    RANGE_DROP(3),
    /** The metadata named by the key has this value. */
    META_PUT(4),
    /** The metadata named by the key is gone. */
    META_DELETE(5),
    /** Nothing but the entry's position: what an empty batch leaves. */
    MARK(6),
    /** The file ends here, and the next entry is in another one. Its position is that of the entry before. */
    END(7);

    private static final RecordKind[] BY_CODE = new RecordKind[8];

    static {
        for (RecordKind kind : values()) {
            BY_CODE[kind.code] = kind;
        }
    }

    private final byte code;

    RecordKind(int code) {
        this.code = (byte) code;
    }

    byte code() {
        return code;
    }

    /** Whether older records may rely on this one to stay dead. */
    boolean isGrave() {
        return this == TOMBSTONE || this == RANGE_DROP || this == META_DELETE;
    }

    /** Whether this record holds something that a grave can bury. */
    boolean holdsValue() {
        return this == PUT || this == META_PUT;
    }

    static boolean isCode(int code) {
        return code >= 1 && code < BY_CODE.length;
    }

    static RecordKind ofCode(int code) {
        Invariants.check(isCode(code), "the code was checked when the record was read");
        return BY_CODE[code];
    }
}
