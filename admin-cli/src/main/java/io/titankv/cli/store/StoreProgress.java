package io.titankv.cli.store;

import io.titankv.cli.common.Console;
import io.titankv.cli.common.Progress;
import io.titankv.cli.common.Quantity;
import io.titankv.cli.store.StoreDirectories.Found;
import java.time.Duration;
import java.util.List;

/** A bar with bytes, rate and time left on standard error while stores are worked on; nothing where that is no terminal. */
final class StoreProgress {
    private static final int BAR_COLUMNS = 20;

    private final boolean isShown;
    private final Progress progress;
    private final String verb;
    private long bytesBefore;
    private int storeBefore;
    private long bytesOfStore;

    StoreProgress(Console console, String verb) {
        this.isShown = console.terminal().err();
        this.progress = new Progress(console);
        this.verb = verb;
    }

    /** So many bytes of a store are done. */
    void update(List<Found> found, int store, String file, long bytesDone, long bytesAll) {
        if (!isShown) {
            return;
        }
        if (store != storeBefore) {
            bytesBefore += bytesOfStore;
            storeBefore = store;
        }
        bytesOfStore = bytesDone;
        double within = bytesAll == 0 ? 0 : Math.min(1, (double) bytesDone / bytesAll);
        double part = (store + within) / found.size();
        progress.update(() -> line(part, bytesBefore + bytesDone, progress.elapsed()) + "  "
                + found.get(store).name() + " " + file);
    }

    String line(double part, long bytes, Duration elapsed) {
        long millis = Math.max(1, elapsed.toMillis());
        String left = part <= 0
                ? ""
                : ", " + Quantity.duration(Duration.ofSeconds(Math.round(millis / 1000.0 * (1 - part) / part)))
                        + " left";
        return verb + " " + Progress.bar(part, BAR_COLUMNS) + " " + Quantity.percent(part) + "  "
                + Quantity.bytes(bytes) + ", " + Quantity.bytes(bytes * 1000 / millis) + "/s" + left;
    }

    void clear() {
        progress.clear();
    }
}
