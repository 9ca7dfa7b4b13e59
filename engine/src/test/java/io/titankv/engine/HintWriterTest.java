package io.titankv.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.Executor;
import org.junit.jupiter.api.Test;

class HintWriterTest {
    private static final Path DIRECTORY = TestStore.DIRECTORY;

    private final Queue<Runnable> waiting = new ArrayDeque<>();
    private final List<EngineListener.Recovered> recoveries = new ArrayList<>();
    private final EngineOptions options = EngineOptions.defaults().withDataFileBytesMax(2048);
    private SimFileStore disk = new SimFileStore();

    private Engine open(Executor hints) {
        return Engine.open(
                DIRECTORY,
                options,
                disk,
                new EngineListener() {
                    @Override
                    public void onRecovered(Recovered recovered) {
                        recoveries.add(recovered);
                    }
                },
                hints);
    }

    private static void put(Engine engine, int number) {
        byte[] bytes = ("key-" + number).getBytes(StandardCharsets.UTF_8);
        MemorySegment key = MemorySegment.ofArray(bytes);
        engine.apply(new WriteBatch(new EntryPosition(1, number)).put(number, key, key, number));
    }

    /** Puts until the first file is sealed; returns how many keys there are. */
    private static int fillOneFile(Engine engine) {
        int number = 1;
        put(engine, number);
        while (engine.stats().dataFiles() < 2) {
            put(engine, ++number);
        }
        return number;
    }

    @Test
    void aStoreThatIsKilledBeforeItsHintFileIsWrittenHasItsKeysAndMakesTheFile() {
        Engine engine = open(waiting::add);
        int keys = fillOneFile(engine);
        assertThat(waiting).hasSize(1);
        engine.sync();
        disk = disk.crash(new Random(1));
        try (Engine again = open(Runnable::run)) {
            assertThat(again.count(0, 0)).isEqualTo(keys);
            assertThat(recoveries.getLast().hintsRebuilt()).isEqualTo(1);
        }
        try (Engine again = open(Runnable::run)) {
            assertThat(again.count(0, 0)).isEqualTo(keys);
            assertThat(recoveries.getLast().hintsRebuilt()).isZero();
        }
    }

    @Test
    void whatCannotBeWrittenIsLeftToTheNextOpening() throws IOException {
        HintWriter writer = new HintWriter(Runnable::run);
        List<String> done = new ArrayList<>();
        writer.begin(() -> {
            throw new IOException("no space left");
        });
        writer.begin(() -> done.add("second"));
        writer.await();
        assertThat(done).containsExactly("second");
    }

    @Test
    void anFsyncThatFailedIsFinal() throws IOException {
        HintWriter writer = new HintWriter(Runnable::run);
        writer.begin(() -> {
            throw FinalFailure.of("fsync failed", new IOException("bad sector"));
        });
        assertThatThrownBy(writer::await).isInstanceOf(FinalFailure.class).hasMessageContaining("hint file");
        assertThatThrownBy(() -> writer.begin(() -> {})).isInstanceOf(FinalFailure.class);
    }

    @Test
    void oneThatSealsFasterWaits() throws Exception {
        HintWriter writer = new HintWriter(HintWriter.THREADS);
        List<Integer> order = Collections.synchronizedList(new ArrayList<>());
        for (int i = 0; i < 50; i++) {
            int number = i;
            writer.begin(() -> order.add(number));
            assertThat(order).hasSizeGreaterThanOrEqualTo(i);
        }
        writer.await();
        assertThat(order).isSorted().hasSize(50);
    }
}
