package io.titankv.engine;

/**
 * What the manifest says of a sealed data file. Immutable.
 *
 * @param fileId 1 to 2^32-1
 * @param bytes the file's length
 * @param crc32c of all its bytes
 * @param records records in it
 * @param valueIndexMin smallest index of a record that holds a value, {@link Long#MAX_VALUE} when none does: no grave with a
 *     smaller index has anything to bury here
 * @param graveIndexMax greatest index of a tombstone, range drop or metadata delete, -1 when there is none
 * @param graves tombstones, range drops and metadata deletes
 * @param graveBytes bytes of those
 */
record SealedFile(
        long fileId,
        long bytes,
        int crc32c,
        long records,
        long valueIndexMin,
        long graveIndexMax,
        long graves,
        long graveBytes) {}
