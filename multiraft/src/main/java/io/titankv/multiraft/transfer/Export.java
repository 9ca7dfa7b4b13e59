package io.titankv.multiraft.transfer;

import io.titankv.proto.internal.v1.ReadExportResponse;
import java.time.Duration;

/**
 * The records of some ranges in one replica, part by part: first every record, then what changed since, until the ranges are frozen and
 * all is sent. Read by one thread at a time; closed by any.
 */
public interface Export extends AutoCloseable {
    /** Live keys in the ranges when the export began. */
    long keys();

    /**
     * The next part, empty when there was nothing to send for as long as {@code patience}. The one with an end is the last.
     *
     * @param bytesMax the part ends with the record that reaches so many bytes
     * @throws ExportLostException when the replica cannot go on: begin another
     */
    ReadExportResponse read(int bytesMax, Duration patience) throws InterruptedException, ExportLostException;

    @Override
    void close();
}
