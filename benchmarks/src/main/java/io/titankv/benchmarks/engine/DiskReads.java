package io.titankv.benchmarks.engine;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What was read from the disk up to now, as Linux counts it. Immutable.
 *
 * @param ownBytes by this process, from /proc/self/io
 * @param device by all processes, from /proc/diskstats; null when the directory's file system is not on one device of its own there
 */
record DiskReads(long ownBytes, @Nullable Device device) {
    static final DiskReads NOTHING = new DiskReads(0, new Device(0, 0));

    static final Path OWN = Path.of("/proc/self/io");
    static final Path DEVICES = Path.of("/proc/diskstats");

    private static final String OWN_BYTES = "read_bytes: ";
    private static final long SECTOR_BYTES = 512;

    /** @param requests reads completed */
    record Device(long requests, long bytes) {}

    /** Counts for the device that the directory is on. */
    static DiskReads now(Path directory) {
        try {
            long number = ((Number) Files.getAttribute(directory, "unix:dev")).longValue();
            return new DiskReads(ownBytes(Files.readAllLines(OWN)), deviceOrNull(Files.readAllLines(DEVICES), number));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static long ownBytes(List<String> lines) {
        return lines.stream()
                .filter(line -> line.startsWith(OWN_BYTES))
                .mapToLong(line -> Long.parseLong(line.substring(OWN_BYTES.length())))
                .findFirst()
                .orElseThrow(() -> new StoreException("no " + OWN_BYTES + "in " + OWN));
    }

    /** Fields as in the kernel's admin-guide/iostats: major, minor, name, reads completed, reads merged, sectors read. */
    static @Nullable Device deviceOrNull(List<String> lines, long number) {
        String major = Long.toString(major(number));
        String minor = Long.toString(minor(number));
        return lines.stream()
                .map(line -> Arrays.asList(line.strip().split("\\s+", -1)))
                .filter(fields -> fields.get(0).equals(major) && fields.get(1).equals(minor))
                .map(fields -> new Device(Long.parseLong(fields.get(3)), SECTOR_BYTES * Long.parseLong(fields.get(5))))
                .findFirst()
                .orElse(null);
    }

    /** As in glibc's sys/sysmacros.h. */
    private static long major(long number) {
        return ((number >>> 8) & 0xFFF) | ((number >>> 32) & ~0xFFFL);
    }

    private static long minor(long number) {
        return (number & 0xFF) | ((number >>> 12) & ~0xFFL);
    }

    /** Of the device, if both know it. */
    DiskReads plus(DiskReads other) {
        Device sum = device == null || other.device == null
                ? null
                : new Device(device.requests + other.device.requests, device.bytes + other.device.bytes);
        return new DiskReads(ownBytes + other.ownBytes, sum);
    }

    DiskReads since(DiskReads earlier) {
        Device difference = device == null || earlier.device == null
                ? null
                : new Device(device.requests - earlier.device.requests, device.bytes - earlier.device.bytes);
        return new DiskReads(ownBytes - earlier.ownBytes, difference);
    }
}
