package io.titankv.engine;

import java.util.List;

/**
 * A page of a scan, in order of token, then of key.
 *
 * @param records the records
 * @param complete true when there is nothing behind the last record
 */
public record ScanPage(List<StoredRecord> records, boolean complete) {
    public ScanPage {
        records = List.copyOf(records);
    }
}
