package io.titankv.engine;

/**
 * Where a record lies.
 *
 * @param fileId the data file's id
 * @param offset the record's first byte in the file
 * @param recordBytes the record's length, header and key included
 * @param valueBytes the value's length
 */
public record RecordPlace(long fileId, long offset, int recordBytes, int valueBytes) {
    /** The name of the data file in the store's directory. */
    public String dataFileName() {
        return FileNames.data(fileId);
    }
}
