package io.titankv.benchmarks.cluster;

import io.titankv.benchmarks.comparison.Records;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.HdrHistogram.Histogram;

/**
 * What the disk itself takes for the bytes of three replicas: as many values as are in flight are written to one file, which is synced,
 * then to the next two; a put has ended when the third sync has. No cluster on this disk can do with less than these bytes.
 */
final class DiskWrites {
    static final String SYSTEM = "disk";

    private static final int COPIES = 3;
    /** Then a file begins anew. */
    private static final long FILE_BYTES_MAX = 512 << 20;

    private static final long NANOS_MAX = Duration.ofHours(1).toNanos();

    private DiskWrites() {}

    /** @param directory existing; the files stay in it */
    static Measurement measure(Path directory, int valueBytes, int inFlight, Duration time) throws IOException {
        byte[] value = new byte[valueBytes];
        new Records(valueBytes).value(0, 1, value);
        Histogram latencies = new Histogram(1000, NANOS_MAX, 3);
        List<FileChannel> files = new ArrayList<>();
        try {
            for (int copy = 0; copy < COPIES; copy++) {
                Path file = directory.resolve("copy-" + copy);
                files.add(FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE));
            }
            long began = System.nanoTime();
            long now = began;
            while (now - began < time.toNanos()) {
                long batchBegan = now;
                for (FileChannel file : files) {
                    write(file, ByteBuffer.wrap(value), inFlight);
                }
                now = System.nanoTime();
                latencies.recordValueWithCount(Math.min(now - batchBegan, NANOS_MAX), inFlight);
            }
            return new Measurement(
                    new Measurement.Subject(SYSTEM, Workload.PUT.label(), 0, inFlight, valueBytes),
                    Measurement.rates((now - began) / 1e9, latencies, 0));
        } finally {
            for (FileChannel file : files) {
                file.close();
            }
        }
    }

    private static void write(FileChannel file, ByteBuffer value, int times) throws IOException {
        if (file.position() > FILE_BYTES_MAX) {
            file.truncate(0);
        }
        for (int i = 0; i < times; i++) {
            value.rewind();
            while (value.hasRemaining()) {
                file.write(value);
            }
        }
        file.force(false);
    }
}
