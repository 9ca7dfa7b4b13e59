package io.titankv.client;

import com.google.protobuf.ByteString;
import java.util.List;

/**
 * Some records of a scan. Immutable.
 *
 * @param nextPageToken empty when this was the last page
 */
public record ScanPage(List<ScanRecord> records, ByteString nextPageToken) {
    public ScanPage {
        records = List.copyOf(records);
    }

    public boolean isLast() {
        return nextPageToken.isEmpty();
    }
}
