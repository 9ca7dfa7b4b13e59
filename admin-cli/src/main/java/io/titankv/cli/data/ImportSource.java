package io.titankv.cli.data;

import io.titankv.cli.common.CliException;
import io.titankv.cli.common.Console;
import io.titankv.cli.common.ExitCode;
import io.titankv.cli.common.Failures;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalDouble;
import java.util.concurrent.atomic.AtomicLong;
import java.util.zip.GZIPInputStream;

/** A file or standard input to read lines from, unpacked where its name ends with .gz, and how much of it has been read. */
final class ImportSource implements AutoCloseable {
    private static final int BUFFER_BYTES = 1 << 16;

    private final InputStream in;
    private final AtomicLong bytesRead;
    /** 0: unknown. */
    private final long bytesTotal;

    private ImportSource(InputStream in, AtomicLong bytesRead, long bytesTotal) {
        this.in = in;
        this.bytesRead = bytesRead;
        this.bytesTotal = bytesTotal;
    }

    /**
     * @param name a file's, or {@code -} for standard input
     * @throws CliException when it cannot be read
     */
    static ImportSource open(String name, Console console) {
        try {
            AtomicLong bytesRead = new AtomicLong();
            if (name.equals("-")) {
                return new ImportSource(console.in(), bytesRead, 0);
            }
            Path file = Path.of(name);
            if (Files.isDirectory(file)) {
                throw CliException.usage(name + " is a directory; give a file of JSON lines, or - for standard input");
            }
            // A pipe or device has no size to measure progress by.
            long total = Files.isRegularFile(file) ? Files.size(file) : 0;
            InputStream counted = new Counted(Files.newInputStream(file), bytesRead);
            InputStream in = name.endsWith(".gz") ? new GZIPInputStream(counted, BUFFER_BYTES) : counted;
            return new ImportSource(in, bytesRead, total);
        } catch (IOException e) {
            throw new CliException(ExitCode.USAGE, "cannot read " + name + ": " + Failures.explainFile(e), e);
        }
    }

    InputStream stream() {
        return in;
    }

    /** The part of the file that has been read, where its size is known. Any thread. */
    OptionalDouble part() {
        return bytesTotal == 0 ? OptionalDouble.empty() : OptionalDouble.of((double) bytesRead.get() / bytesTotal);
    }

    @Override
    public void close() {
        try {
            in.close();
        } catch (IOException e) {
            // Read to its end or given up: nothing depends on how it closes.
            return;
        }
    }

    private static final class Counted extends FilterInputStream {
        private final AtomicLong bytes;

        Counted(InputStream in, AtomicLong bytes) {
            super(in);
            this.bytes = bytes;
        }

        @Override
        public int read() throws IOException {
            int next = in.read();
            if (next >= 0) {
                bytes.incrementAndGet();
            }
            return next;
        }

        @Override
        public int read(byte[] target, int offset, int length) throws IOException {
            int count = in.read(target, offset, length);
            bytes.addAndGet(Math.max(0, count));
            return count;
        }
    }
}
