package io.titankv.cli.store;

import io.titankv.cli.common.Cell;
import io.titankv.cli.common.Context;
import io.titankv.cli.common.ExitCode;
import io.titankv.cli.common.Interruption;
import io.titankv.cli.common.Sheet;
import io.titankv.cli.common.TitanCommand;
import io.titankv.cli.store.StoreDirectories.Found;
import io.titankv.engine.Engine;
import io.titankv.engine.EngineOptions;
import io.titankv.engine.StoreScan;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "merge",
        description = {
            "Merge the data files of the stores in a data directory until nothing is worth merging, and tell the space"
                    + " before and after.",
            "What is interrupted leaves the store valid; what was merged till then stays so."
        })
final class StoreMergeCommand extends TitanCommand {
    /** Between two looks at whether to stop: some hundredths of a second. */
    private static final long SLICE_BYTES = 4L << 20;

    /** Longer than a slice takes on a slow disk. What is not closed by then is as after a kill. */
    private static final long CLOSING_SECONDS_MAX = 10;

    @Parameters(
            paramLabel = "DIR",
            description = "A node's data directory, the directory of 'titan up', or one engine's")
    private Path directory = Path.of("");

    @Option(
            names = "--all",
            description = "Rewrite everything that is not dense already; needs room for a copy of what is live")
    private boolean isAll;

    private final AtomicBoolean isStopping = new AtomicBoolean();

    StoreMergeCommand(Context context) {
        super(context);
    }

    @Override
    protected int run() {
        List<Found> found = StoreDirectories.find(directory);
        Sheet sheet = Sheet.of("store", "before>", "after>", "freed>", "data_files>");
        StoreProgress progress = new StoreProgress(console(), "merging");
        CountDownLatch closed = new CountDownLatch(1);
        Interruption interruption = Interruption.runs(() -> stop(closed));
        try {
            for (int i = 0; i < found.size() && !isStopping.get(); i++) {
                int index = i;
                Found one = found.get(i);
                long before = spaceOf(one.directory());
                int files = StoreFailures.explained(one, () -> merge(found, index, before, progress));
                long after = spaceOf(one.directory());
                sheet.row(
                        Cell.of(one.name()),
                        Cell.bytes(before),
                        Cell.bytes(after),
                        Cell.bytes(before - after),
                        Cell.of(files));
            }
        } finally {
            closed.countDown();
            interruption.over();
            progress.clear();
        }
        sheet.print(console(), context.format());
        return ExitCode.OK;
    }

    /** On the thread of the interruption. */
    private void stop(CountDownLatch closed) {
        isStopping.set(true);
        try {
            boolean isClosed = closed.await(CLOSING_SECONDS_MAX, TimeUnit.SECONDS);
            console().errorLine(isClosed ? "titan: interrupted; the store is closed" : "titan: interrupted");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private int merge(List<Found> found, int index, long spaceBefore, StoreProgress progress) {
        try (Engine engine = open(found.get(index))) {
            // What is copied is read and written: twice the files at most.
            long bytesAll = spaceBefore * 2;
            long done = 0;
            long used = isAll && !engine.beginMergeOfAll() ? 0 : engine.mergeSome(SLICE_BYTES);
            while (used > 0 && !isStopping.get()) {
                done += used;
                progress.update(found, index, "", done, bytesAll);
                used = engine.mergeSome(SLICE_BYTES);
            }
            return engine.stats().dataFiles();
        }
    }

    private static Engine open(Found found) {
        EngineOptions.Owner owner;
        try (StoreScan scan = StoreScan.open(found.directory())) {
            owner = new EngineOptions.Owner(scan.clusterId(), scan.groupNumber());
        }
        return Engine.open(found.directory(), EngineOptions.defaults().withOwner(owner));
    }

    private static long spaceOf(Path directory) {
        try (Stream<Path> files = Files.list(directory)) {
            return files.mapToLong(file -> file.toFile().length()).sum();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
