package io.titankv.benchmarks.micro;

import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/**
 * Batches of one put: encode, append, index. Each iteration begins with a small store, so that the disk does not fill; what one
 * iteration writes stays until its end.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class EngineWrites {
    private static final int KEYS = 100_000;

    /** Bytes of a value: the differences show what encoding and writing a record costs. */
    @Param({"100", "1024"})
    public int valueBytes;

    private final SplittableRandom random = new SplittableRandom(1);
    private @Nullable FilledEngine filled;
    private long next;

    /** Fills the store. */
    @Setup(Level.Iteration)
    public void fill() {
        filled = new FilledEngine(KEYS, valueBytes);
        next = KEYS;
    }

    /** Takes it away. */
    @TearDown(Level.Iteration)
    public void close() {
        store().close();
    }

    /** A put of a new key. */
    @Benchmark
    public void append() {
        store().put(next++);
    }

    /** A put of a key that has a value. */
    @Benchmark
    public void overwrite() {
        store().put(random.nextInt(KEYS));
    }

    private FilledEngine store() {
        if (filled == null) {
            throw new IllegalStateException("not filled");
        }
        return filled;
    }
}
