package io.titankv.multiraft.transfer;

import io.titankv.model.TokenRange;
import java.util.List;

/** A replica from which ranges can be exported. Thread-safe. */
public interface ExportSource {
    /**
     * Begins to note what changes in the ranges. What was applied before is found by reading.
     *
     * @param transfer the export ends when the ranges are frozen for this transfer
     * @throws ExportLostException when the replica does not serve, does not own all of the ranges, or has settled the transfer
     */
    Export openExport(long transfer, List<TokenRange> ranges) throws ExportLostException;
}
