package io.titankv.client;

import com.google.protobuf.ByteString;
import io.titankv.model.Limits;
import io.titankv.model.TokenRange;

/**
 * Which records a scan gives, in token order. Immutable.
 *
 * @param range the part of the ring
 * @param keyPrefix only keys that begin with these bytes: a filter, the ring is in token order
 * @param keysOnly leave the values out
 * @param pageSize records a page, 1 .. {@link Limits#PAGE_RECORDS_MAX}
 * @param options how to read; the timeout is that of one page
 */
public record ScanQuery(TokenRange range, ByteString keyPrefix, boolean keysOnly, int pageSize, ReadOptions options) {
    /** Everything. */
    public static final ScanQuery ALL =
            new ScanQuery(TokenRange.WHOLE, ByteString.EMPTY, false, Limits.PAGE_RECORDS_DEFAULT, ReadOptions.DEFAULT);

    public ScanQuery {
        if (pageSize < 1 || pageSize > Limits.PAGE_RECORDS_MAX) {
            throw new IllegalArgumentException("a page has 1 to " + Limits.PAGE_RECORDS_MAX + " records: " + pageSize);
        }
        if (keyPrefix.size() > Limits.KEY_BYTES_MAX) {
            throw new IllegalArgumentException(
                    "a prefix has at most " + Limits.KEY_BYTES_MAX + " bytes: " + keyPrefix.size());
        }
    }

    public ScanQuery withRange(TokenRange other) {
        return new ScanQuery(other, keyPrefix, keysOnly, pageSize, options);
    }

    public ScanQuery withKeyPrefix(ByteString prefix) {
        return new ScanQuery(range, prefix, keysOnly, pageSize, options);
    }

    public ScanQuery withKeysOnly(boolean on) {
        return new ScanQuery(range, keyPrefix, on, pageSize, options);
    }

    public ScanQuery withPageSize(int records) {
        return new ScanQuery(range, keyPrefix, keysOnly, records, options);
    }

    public ScanQuery withOptions(ReadOptions other) {
        return new ScanQuery(range, keyPrefix, keysOnly, pageSize, other);
    }
}
