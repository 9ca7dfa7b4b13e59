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
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A process that writes, syncs, merges and makes checkpoints is killed again and again, and goes on each time where it was. What a
 * batch does follows from its index alone, so the index that was recovered says what must be there.
 */
class EngineKillTest {
    private static final int KILLS = 5;
    private static final int KEYS = 60;
    private static final EngineOptions OPTIONS =
            EngineOptions.defaults().withDataFileBytesMax(32 << 10).withSyncPolicy(new SyncPolicy.Always());

    @TempDir
    @Nullable
    Path temp;

    @Test
    void acknowledgedBatchesOutliveTheProcess() throws Exception {
        Path directory = Objects.requireNonNull(temp).resolve("store");
        Random random = new Random(20);
        long acknowledged = -1;
        for (int kill = 0; kill < KILLS; kill++) {
            acknowledged = Math.max(acknowledged, writeUntilKilled(directory, 20 + random.nextInt(400)));
            try (Engine engine = Engine.open(directory, OPTIONS)) {
                long recovered = engine.applied().index();
                assertThat(recovered).as("kill %d", kill).isGreaterThanOrEqualTo(acknowledged);
                assertThat(contents(engine)).as("kill %d", kill).isEqualTo(expected(recovered));
                assertThat(engine.count(0, 0)).isEqualTo(expected(recovered).size());
                acknowledged = recovered;
            }
        }
    }

    /** Returns the last batch that the process said was durable. */
    private static long writeUntilKilled(Path directory, int batches) throws Exception {
        Process writer = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:TieredStopAtLevel=1",
                        "-Xmx256m",
                        "-cp",
                        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                        EngineKillTest.WriterProcess.class.getName(),
                        directory.toString())
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

    private static String value(long index) {
        return index + "v".repeat((int) (index * 7 % 300));
    }

    private static WriteBatch batch(long index) {
        WriteBatch batch = new WriteBatch(new EntryPosition(1, index));
        batch.put(token(key(index)), TestStore.bytes(key(index)), TestStore.bytes(value(index)), index + 1);
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

    private static Map<String, String> expected(long applied) {
        Map<String, String> state = new TreeMap<>();
        for (long index = 0; index <= applied; index++) {
            state.put(key(index), value(index));
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
            PrintStream out = new PrintStream(System.out, false, StandardCharsets.US_ASCII);
            try (Engine engine = Engine.open(directory, OPTIONS)) {
                Thread merger = Thread.ofPlatform().daemon().start(() -> mergeForEver(engine));
                long first = engine.applied().index() + 1;
                for (long index = first; merger.isAlive(); index++) {
                    engine.apply(batch(index));
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
