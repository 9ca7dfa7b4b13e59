package io.titankv.cli.data;

import io.titankv.model.Limits;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Cuts a stream into lines of bytes, never holding more than one. Ends of line are LF or CR LF. Confined to one thread. */
final class LineReader {
    /** A line with the largest key and value, each byte escaped as six characters of JSON. */
    static final int LINE_BYTES_MAX = 6 * (Limits.VALUE_BYTES_SETTING_MAX + 2 * Limits.KEY_BYTES_MAX) + 1024;

    private static final int BUFFER_BYTES = 1 << 16;
    private static final byte[] UTF8_MARK = {(byte) 0xef, (byte) 0xbb, (byte) 0xbf};

    private final InputStream in;
    private long lineNumber;

    LineReader(InputStream in) {
        this.in = new BufferedInputStream(in, BUFFER_BYTES);
    }

    /** The number of the line read last, from 1. */
    long lineNumber() {
        return lineNumber;
    }

    /**
     * The next line without its end, or null when there is none.
     *
     * @throws IOException also when the line is over {@link #LINE_BYTES_MAX}
     */
    byte @Nullable [] nextOrNull() throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream(256);
        boolean isEmpty = true;
        while (true) {
            int next = in.read();
            if (next < 0 && isEmpty) {
                return null;
            }
            isEmpty = false;
            if (next < 0 || next == '\n') {
                lineNumber++;
                return trimmed(line.toByteArray());
            }
            if (line.size() == LINE_BYTES_MAX) {
                lineNumber++;
                throw new IOException("a line is over " + LINE_BYTES_MAX + " bytes");
            }
            line.write(next);
        }
    }

    private byte[] trimmed(byte[] line) {
        int start = lineNumber == 1 && line.length >= UTF8_MARK.length && Arrays.equals(line, 0, 3, UTF8_MARK, 0, 3)
                ? UTF8_MARK.length
                : 0;
        int end = line.length > start && line[line.length - 1] == '\r' ? line.length - 1 : line.length;
        return start == 0 && end == line.length ? line : Arrays.copyOfRange(line, start, end);
    }
}
