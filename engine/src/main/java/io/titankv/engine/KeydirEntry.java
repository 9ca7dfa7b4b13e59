package io.titankv.engine;

/**
 * The entry of a token in a {@link Keydir}.
 *
 * @param start file id in the upper half, offset in the lower
 * @param recordBytes the record's length
 */
record KeydirEntry(long start, int recordBytes) {
    /** The token has no entry. */
    static final KeydirEntry NONE = new KeydirEntry(0, 0);

    /** The token has several entries, or the writer was in the way: {@link Keydir#find} tells. It points at no file. */
    static final KeydirEntry UNCLEAR = new KeydirEntry(0, 1);

    boolean isNone() {
        return start == 0 && recordBytes == 0;
    }

    /** 1 to 2^32-1; 0 in what is no entry, and no file has that id. */
    long fileId() {
        return start >>> Integer.SIZE;
    }

    long offset() {
        return start & 0xFFFF_FFFFL;
    }
}
