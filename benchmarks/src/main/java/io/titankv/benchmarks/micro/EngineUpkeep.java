package io.titankv.benchmarks.micro;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import io.titankv.engine.EngineOptions;
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

/** What an engine does once in a while: merging half-dead files, and opening again after a clean close. One shot each. */
@State(Scope.Thread)
@BenchmarkMode(Mode.SingleShotTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
public class EngineUpkeep {
    private static final int VALUE_BYTES = 100;
    /** Small, so that there are several files to merge. */
    private static final EngineOptions OPTIONS = EngineOptions.defaults().withDataFileBytesMax(4 << 20);

    private static final long BUDGET_BYTES = 16 << 20;

    /** Keys of the store. */
    @Param({"100000", "1000000"})
    public int keys;

    private @Nullable FilledEngine filled;

    /** Fills the store, and writes every second key again. */
    @Setup(Level.Iteration)
    public void fill() {
        FilledEngine filling = new FilledEngine(keys, VALUE_BYTES, OPTIONS);
        for (int index = 0; index < keys; index += 2) {
            filling.put(index);
        }
        filled = filling;
    }

    /** Takes it away. */
    @TearDown(Level.Iteration)
    public void close() {
        store().close();
    }

    /** Merges until there is nothing worth it. */
    @Benchmark
    @CanIgnoreReturnValue
    public long merge() {
        long bytes = 0;
        for (long some = 1; some > 0; bytes += some) {
            some = store().engine().mergeSome(BUDGET_BYTES);
        }
        return bytes;
    }

    /** Closes and opens. */
    @Benchmark
    public void reopen() {
        store().reopen();
    }

    private FilledEngine store() {
        if (filled == null) {
            throw new IllegalStateException("not filled");
        }
        return filled;
    }
}
