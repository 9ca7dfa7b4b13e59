package io.titankv.benchmarks.micro;

import io.titankv.engine.StoredRecord;
import java.lang.foreign.MemorySegment;
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

/** Reads of keys drawn uniformly. A miss is a lookup in the keydir and nothing else. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class EngineReads {
    /** Keys of the store. */
    @Param({"100000", "1000000"})
    public int keys;

    /** Bytes of a value: the differences show what checking and copying a record costs. */
    @Param({"100", "1024"})
    public int valueBytes;

    private final SplittableRandom random = new SplittableRandom(1);
    private @Nullable FilledEngine filled;

    /** Fills the store. */
    @Setup(Level.Trial)
    public void fill() {
        filled = new FilledEngine(keys, valueBytes);
    }

    /** Takes it away. */
    @TearDown(Level.Trial)
    public void close() {
        store().close();
    }

    /** A lookup in the keydir that finds nothing. */
    @Benchmark
    public long keydirMiss() {
        FilledEngine store = store();
        MemorySegment key = store.key(keys + (long) random.nextInt(keys));
        return store.engine().versionOf(store.token(), key);
    }

    /** A lookup, and the head of the record. */
    @Benchmark
    public long version() {
        FilledEngine store = store();
        MemorySegment key = store.key(random.nextInt(keys));
        return store.engine().versionOf(store.token(), key);
    }

    /** A lookup, and the record. */
    @Benchmark
    public @Nullable StoredRecord get() {
        FilledEngine store = store();
        MemorySegment key = store.key(random.nextInt(keys));
        return store.engine().getOrNull(store.token(), key);
    }

    private FilledEngine store() {
        if (filled == null) {
            throw new IllegalStateException("not filled");
        }
        return filled;
    }
}
