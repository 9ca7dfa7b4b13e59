package io.titankv.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.titankv.engine.EngineOptions.SyncPolicy;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * A process that writes, syncs, merges and makes checkpoints is killed again and again, and goes on each time where it was. What a
 * batch does follows from its index alone, so the index that was recovered says what must be there.
 */
class EngineKillTest {
    private static final int KILLS = 5;
    private static final int KEYS = 60;

    /** What is written. */
    enum Load {
        /** Many files, each batch synced. */
        SMALL_VALUES(32 << 10, true) {
            @Override
            long valueBytes(long index) {
                return index * 7 % 300;
            }
        },
        /** Values that are stored to memory and values that go to the file by themselves, in turns. What a process wrote outlives it unsynced. */
        LARGE_AND_SMALL_VALUES(8 << 20, false) {
            @Override
            long valueBytes(long index) {
                return index % 4 == 0 ? 66_000 + index * 7_919 % 100_000 : index * 7_919 % 60_000;
            }
        };

        private final long dataFileBytesMax;
        private final boolean isSynced;

        Load(long dataFileBytesMax, boolean isSynced) {
            this.dataFileBytesMax = dataFileBytesMax;
            this.isSynced = isSynced;
        }

        EngineOptions options() {
            return EngineOptions.defaults()
                    .withDataFileBytesMax(dataFileBytesMax)
                    .withSyncPolicy(isSynced ? new SyncPolicy.Always() : new SyncPolicy.Never());
        }

        abstract long valueBytes(long index);

        private String value(long index) {
            return index + "v".repeat((int) valueBytes(index));
        }
    }

    @TempDir
    @Nullable
    Path temp;

    @ParameterizedTest
    @EnumSource
    void acknowledgedBatchesOutliveTheProcess(Load load) throws Exception {
        Path directory = Objects.requireNonNull(temp).resolve("store");
        Random random = new Random(20);
        long acknowledged = -1;
        for (int kill = 0; kill < KILLS; kill++) {
            acknowledged = Math.max(acknowledged, writeUntilKilled(directory, load, 20 + random.nextInt(400)));
            try (Engine engine = Engine.open(directory, load.options())) {
                long recovered = engine.applied().index();
                assertThat(recovered).as("kill %d", kill).isGreaterThanOrEqualTo(acknowledged);
                assertThat(contents(engine)).as("kill %d", kill).isEqualTo(expected(load, recovered));
                assertThat(engine.count(0, 0))
                        .isEqualTo(expected(load, recovered).size());
                acknowledged = recovered;
            }
        }
    }

    /** Returns the last batch that the process said was durable. */
    private static long writeUntilKilled(Path directory, Load load, int batches) throws Exception {
        Process writer = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:TieredStopAtLevel=1",
                        "-Xmx256m",
                        "-cp",
                        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                        EngineKillTest.WriterProcess.class.getName(),
                        directory.toString(),
                        load.name())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        long last = -1;
        try (BufferedReader lines =
                new BufferedReader(new InputStreamReader(writer.getInputStream(), StandardCharsets.US_ASCII))) {
            for (int i = 0; i < batches; i++) {
                String line = lines.readLine();
                assertThat(line).as("the writer goes on until it is killed").isNotNull();
                last = Long.parseLong(Objects.requireNonNull(line));
            }
            writer.destroyForcibly();
            // What it said before it died counts, too; the last line may be cut short.
            long next = last + 1;
            for (String line = lines.readLine(); line != null && line.equals("" + next); line = lines.readLine()) {
                last = next++;
            }
        } catch (IOException e) {
            assertThat(writer.waitFor()).as("the pipe broke by the kill").isNotZero();
        } finally {
            writer.destroyForcibly().waitFor();
        }
        return last;
    }

    private static String key(long index) {
        return "key" + index % KEYS;
    }

    private static WriteBatch batch(Load load, long index) {
        WriteBatch batch = new WriteBatch(new EntryPosition(1, index));
        batch.put(token(key(index)), TestStore.bytes(key(index)), TestStore.bytes(load.value(index)), index + 1);
        batch.put(token("last"), TestStore.bytes("last"), TestStore.bytes("" + index), index + 1);
        if (index % 3 == 0) {
            batch.delete(token(key(index / 2)), TestStore.bytes(key(index / 2)), index + 1);
        }
        if (index % 97 == 96) {
            batch.dropRange(token("key7"), token("key7") + 1, index + 1);
        }
        return batch;
    }

    private static long token(String key) {
        return TestStore.SPREAD.applyAsLong(key);
    }

    private static Map<String, String> expected(Load load, long applied) {
        Map<String, String> state = new TreeMap<>();
        for (long index = 0; index <= applied; index++) {
            state.put(key(index), load.value(index));
            state.put("last", "" + index);
            if (index % 3 == 0) {
                state.remove(key(index / 2));
            }
            if (index % 97 == 96) {
                state.remove("key7");
            }
        }
        return state;
    }

    private static Map<String, String> contents(Engine engine) {
        Map<String, String> all = new TreeMap<>();
        ScanPage page = engine.scan(new ScanSpec(0, 0, null, Integer.MAX_VALUE, Long.MAX_VALUE, true));
        assertThat(page.complete()).isTrue();
        for (StoredRecord record : page.records()) {
            String key = TestStore.text(record.keyArray());
            all.put(key, TestStore.text(record.valueArray()));
            StoredRecord found = engine.getOrNull(record.token(), MemorySegment.ofArray(record.keyArray()));
            assertThat(Objects.requireNonNull(found).valueArray()).isEqualTo(record.valueArray());
        }
        return all;
    }

    /** Writes batches, says each one's index when it is durable, and merges on another thread, until it is killed. */
    static final class WriterProcess {
        private WriterProcess() {}

        public static void main(String[] args) throws Exception {
            Path directory = Path.of(args[0]);
            Load load = Load.valueOf(args[1]);
            PrintStream out = new PrintStream(System.out, false, StandardCharsets.US_ASCII);
            try (Engine engine = Engine.open(directory, load.options())) {
                Thread merger = Thread.ofPlatform().daemon().start(() -> mergeForEver(engine));
                long first = engine.applied().index() + 1;
                for (long index = first; merger.isAlive(); index++) {
                    engine.apply(batch(load, index));
                    out.print(index + "\n");
                    out.flush();
                    if (index % 50 == 0) {
                        engine.checkpoint(directory.resolveSibling("checkpoint" + index));
                    }
                }
            }
        }

        private static void mergeForEver(Engine engine) {
            while (true) {
                if (engine.mergeSome(4 << 10) == 0) {
                    LockSupport.parkNanos(1_000_000);
                }
            }
        }
    }
}
