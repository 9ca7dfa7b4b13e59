package io.titankv.benchmarks.engine;

import io.titankv.benchmarks.comparison.Records;
import io.titankv.benchmarks.comparison.WrongValueException;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;

/**
 * Runs operations on one session and measures them. Every 16th operation is timed by itself for the latencies, and every 16th read
 * is checked byte by byte, outside of its own time; the rate is over the whole pass. Confined to one thread.
 */
final class Pass {
    private static final int SAMPLE_MASK = 15;
    private static final int CHECKED = 8;
    /** Short enough that the loop is compiled as a method, called often, and not in the middle of its only call. */
    private static final int STRETCH = 512;
    /** Absent keys lie beyond all present ones. */
    static final long ABSENT = 1L << 40;
    /** Longer than any operation should take; a longer one is counted as this. */
    private static final long NANOS_MAX = TimeUnit.MINUTES.toNanos(1);

    private final Session session;
    private final Records records;
    private final byte[] key;
    private final byte[] value;
    private final Histogram gets = newHistogram();
    private final Histogram puts = newHistogram();
    private long version;
    /** Depends on every value read, so that no read can be left out. */
    private long consumed;

    Pass(Session session, Shape shape, long firstVersion) {
        this.session = session;
        this.records = new Records(shape.valueBytes());
        this.key = new byte[shape.keyBytes()];
        this.value = new byte[shape.valueBytes()];
        this.version = firstVersion;
    }

    static Histogram newHistogram() {
        return new Histogram(NANOS_MAX, 3);
    }

    /** Reads and writes present keys, as the operations say. Nanoseconds that it took. */
    long run(int[] operations) {
        return run(operations, 0, operations.length);
    }

    /** The part of the operations from {@code start} to before {@code end}. */
    long run(int[] operations, int start, int end) {
        long began = System.nanoTime();
        for (int at = start; at < end; at += STRETCH) {
            stretch(operations, at, Math.min(end, at + STRETCH));
        }
        return System.nanoTime() - began;
    }

    private void stretch(int[] operations, int start, int end) {
        for (int i = start; i < end; i++) {
            int operation = operations[i];
            if (operation < 0) {
                put(~operation, i);
            } else {
                get(operation, i);
            }
        }
    }

    /** Reads keys that no store has. */
    long runAbsent(int[] operations) {
        long began = System.nanoTime();
        for (int at = 0; at < operations.length; at += STRETCH) {
            absentStretch(operations, at, Math.min(operations.length, at + STRETCH));
        }
        return System.nanoTime() - began;
    }

    private void absentStretch(int[] operations, int start, int end) {
        for (int i = start; i < end; i++) {
            long index = ABSENT + operations[i];
            Records.key(index, key);
            boolean timed = (i & SAMPLE_MASK) == 0;
            long began = timed ? System.nanoTime() : 0;
            byte[] got = session.getOrNull(key);
            if (timed) {
                record(gets, System.nanoTime() - began);
            }
            if (got != null) {
                throw new WrongValueException("a key that was never put has a value", index);
            }
        }
    }

    private void put(int index, int i) {
        Records.key(index, key);
        records.value(index, version++, value);
        if ((i & SAMPLE_MASK) == 0) {
            long start = System.nanoTime();
            session.put(key, value);
            record(puts, System.nanoTime() - start);
        } else {
            session.put(key, value);
        }
    }

    private void get(int index, int i) {
        Records.key(index, key);
        byte[] got;
        if ((i & SAMPLE_MASK) == 0) {
            long start = System.nanoTime();
            got = session.getOrNull(key);
            record(gets, System.nanoTime() - start);
        } else {
            got = session.getOrNull(key);
        }
        if (got == null) {
            throw new WrongValueException("a key that was put has no value", index);
        }
        if (got.length != value.length) {
            throw new WrongValueException("a value has the wrong length", index);
        }
        consumed += got[0] ^ got[got.length - 1];
        if ((i & SAMPLE_MASK) == CHECKED) {
            records.requireValue(index, got);
        }
    }

    private static void record(Histogram histogram, long nanos) {
        histogram.recordValue(Math.min(nanos, NANOS_MAX));
    }

    /** Sampled latencies of reads, nanoseconds. */
    Histogram gets() {
        return gets;
    }

    /** Sampled latencies of writes, nanoseconds. */
    Histogram puts() {
        return puts;
    }

    /** Sampled latencies of all operations, nanoseconds. */
    Histogram all() {
        Histogram all = gets.copy();
        all.add(puts);
        return all;
    }

    void forgetLatencies() {
        gets.reset();
        puts.reset();
    }

    /** The version that the next write would have. */
    long nextVersion() {
        return version;
    }

    long consumed() {
        return consumed;
    }
}
