package io.titankv.benchmarks.engine;

import io.titankv.benchmarks.comparison.DiskUse;
import io.titankv.benchmarks.comparison.Records;
import io.titankv.benchmarks.comparison.WrongValueException;
import java.nio.file.Path;
import java.util.Map;
import org.HdrHistogram.Histogram;

/**
 * A few operations on a store of which nothing is in memory, and the reads of the disk that they cost. Every operation is timed.
 * They are so few that hardly two of them want the same page; and as the system reads ahead of what is wanted, megabytes at a time
 * where it is told to, they are done in rounds that end before much of the store was read, each on a store dropped from memory anew.
 * Confined to one thread.
 */
final class ColdPass {
    /** After so many rounds it is enough, whether all is done or not. */
    static final int ROUNDS_MAX = 5;

    /** Bytes of keys and values that the store has for each operation. */
    private static final long USER_BYTES_PER_OPERATION = 128 << 10;

    private static final int OPERATIONS_MIN = 16;
    /** A round ends when this part of the store was read. A guess: one read in 16 may find what another one brought. */
    private static final long STORE_BYTES_PER_BYTE_READ = 16;
    /** What the device may have read beyond what was read for us; over this, others were reading. A guess. */
    private static final double FOREIGN_SHARE_MAX = 0.1;

    private static final long FOREIGN_BYTES_MAX = 64 << 10;

    /** What is done. */
    enum Kind {
        GET(Workload.COLD_GET),
        ABSENT(Workload.COLD_ABSENT),
        OVERWRITE(Workload.COLD_OVERWRITE);

        final Workload workload;

        Kind(Workload workload) {
            this.workload = workload;
        }
    }

    private final Kind kind;
    private final int[] indexes;
    private final Path directory;
    private final RunListener listener;
    private final Records records;
    private final byte[] key;
    private final byte[] value;
    private final Histogram latencies = Pass.newHistogram();
    private DiskReads total = DiskReads.NOTHING;
    private long nanos;
    /** Operations done. */
    private int at;

    /** @param indexes of the keys, for each operation */
    ColdPass(Kind kind, int[] indexes, Shape shape, Path directory, RunListener listener) {
        this.kind = kind;
        this.indexes = indexes;
        this.directory = directory;
        this.listener = listener;
        records = new Records(shape.valueBytes());
        key = new byte[shape.keyBytes()];
        value = new byte[shape.valueBytes()];
    }

    /** How many operations a store of this shape allows. */
    static int operations(Shape shape) {
        long fitting = shape.userBytes() / USER_BYTES_PER_OPERATION;
        return (int) Math.min(shape.keys(), Math.max(OPERATIONS_MIN, fitting));
    }

    boolean isDone() {
        return at == indexes.length;
    }

    /**
     * Goes on until all is done or too much of the store was read, once at least.
     *
     * @param version of what is written
     */
    void round(Session session, long version) {
        long readMax = DiskUse.bytes(directory) / STORE_BYTES_PER_BYTE_READ;
        DiskReads before = DiskReads.now(directory);
        DiskReads reads = before;
        while (!isDone() && reads.since(before).ownBytes() <= readMax) {
            long took = timed(session, indexes[at++], version);
            latencies.recordValue(took);
            nanos += took;
            reads = DiskReads.now(directory);
        }
        total = total.plus(reads.since(before));
    }

    /** Figures of the measurement, after at least one round. */
    Map<String, Double> figures() {
        warnOfOthers();
        Map<String, Double> figures = Measurement.rates(at, nanos, latencies);
        DiskReads.Device device = total.device();
        if (device != null) {
            figures.put(Measurement.READS_PER_OPERATION, (double) device.requests() / at);
        }
        figures.put(Measurement.READ_BYTES_PER_OPERATION, (double) total.ownBytes() / at);
        figures.put("operations", (double) at);
        return figures;
    }

    private void warnOfOthers() {
        DiskReads.Device device = total.device();
        if (device != null && device.bytes() > total.ownBytes() * (1 + FOREIGN_SHARE_MAX) + FOREIGN_BYTES_MAX) {
            listener.noted(kind.workload.label() + ": the disk read " + device.bytes() + " bytes, but only "
                    + total.ownBytes() + " for the store: others were reading, and reads_per_operation is too high");
        }
    }

    private long timed(Session session, int index, long version) {
        return switch (kind) {
            case GET -> get(session, index);
            case ABSENT -> getAbsent(session, index);
            case OVERWRITE -> overwrite(session, index, version);
        };
    }

    private long get(Session session, int index) {
        Records.key(index, key);
        long began = System.nanoTime();
        byte[] got = session.getOrNull(key);
        long took = System.nanoTime() - began;
        if (got == null) {
            throw new WrongValueException("a key that was put has no value", index);
        }
        records.requireValue(index, got);
        return took;
    }

    private long getAbsent(Session session, int index) {
        Records.key(Pass.ABSENT + index, key);
        long began = System.nanoTime();
        byte[] got = session.getOrNull(key);
        long took = System.nanoTime() - began;
        if (got != null) {
            throw new WrongValueException("a key that was never put has a value", index);
        }
        return took;
    }

    private long overwrite(Session session, int index, long version) {
        Records.key(index, key);
        records.value(index, version, value);
        long began = System.nanoTime();
        session.put(key, value);
        return System.nanoTime() - began;
    }
}
