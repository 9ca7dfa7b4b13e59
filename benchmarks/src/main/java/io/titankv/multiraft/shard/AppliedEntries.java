package io.titankv.multiraft.shard;

import com.google.protobuf.ByteString;
import io.titankv.engine.EngineListener;
import io.titankv.engine.EngineOptions;
import io.titankv.model.Epoch;
import io.titankv.model.GroupId;
import io.titankv.model.Key;
import io.titankv.model.LogPosition;
import io.titankv.model.TokenRange;
import io.titankv.multiraft.snapshot.GenerationDirectory;
import io.titankv.proto.durable.v1.WriteOperation;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
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
 * Entries that Raft has committed, applied by a shard to its engine: read, judged, written, answered. Puts of keys that mostly have a
 * value, without request ids. Each iteration begins with an empty store, so that the disk does not fill. Figures are of the whole entry.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class AppliedEntries {
    private static final int KEYS = 100_000;
    private static final int ENTRIES = 1_024;
    private static final GroupId GROUP = new GroupId(1);
    private static final Epoch EPOCH = new Epoch(1);

    /** Puts in an entry. */
    @Param({"1", "64"})
    public int writes;

    /** Bytes of a value. */
    @Param({"100", "1024"})
    public int valueBytes;

    private final ByteString[] entries = new ByteString[ENTRIES];
    private @Nullable ShardStateMachine opened;
    private int next;
    private long index;

    /** Makes the entries. */
    @Setup(Level.Trial)
    public void make() {
        SplittableRandom random = new SplittableRandom(1);
        ByteString value = ByteString.copyFrom(new byte[valueBytes]);
        for (int i = 0; i < ENTRIES; i++) {
            List<WriteOperation> operations = new ArrayList<>();
            for (int j = 0; j < writes; j++) {
                operations.add(ShardCommands.operation(
                        new ShardWrite(
                                Key.of("perf-" + random.nextInt(KEYS)),
                                new ShardWrite.Action.Put(value),
                                new ShardWrite.Condition.Always(),
                                null,
                                EPOCH),
                        0));
            }
            entries[i] = ShardCommands.write(1, operations);
        }
    }

    /** Opens an empty store, which owns all tokens. */
    @Setup(Level.Iteration)
    public void open() throws IOException {
        Path directory = Files.createTempDirectory("titan-micro-");
        opened = new ShardStateMachine(
                GROUP,
                new GenerationDirectory(directory.resolve("shard"), "engine"),
                store -> EngineStore.open(store, EngineOptions.defaults(), new EngineListener() {}),
                request -> CompletableFuture.completedFuture(Optional.empty()),
                (group, what) -> {
                    throw new IllegalStateException("group " + group + " has corrupt data: " + what);
                },
                () -> {
                    try {
                        Files.delete(directory);
                    } catch (IOException e) {
                        throw new UncheckedIOException(e);
                    }
                },
                () -> {});
        index = opened.open().index() + 1;
        opened.apply(new LogPosition(1, index), ShardCommands.assignRanges(EPOCH, List.of(TokenRange.WHOLE)));
    }

    /** Takes it away. */
    @TearDown(Level.Iteration)
    public void close() {
        shard().destroy();
    }

    /** One entry; returns its result. */
    @Benchmark
    public ByteString apply() {
        next = (next + 1) % ENTRIES;
        index++;
        return shard().apply(new LogPosition(1, index), entries[next]);
    }

    private ShardStateMachine shard() {
        if (opened == null) {
            throw new IllegalStateException("not open");
        }
        return opened;
    }
}
