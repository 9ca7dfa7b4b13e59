package io.titankv.benchmarks.engine;

import io.titankv.benchmarks.comparison.DiskUse;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** What the system keeps of files in memory, so that a read need not reach the disk. */
interface PageCache {
    /** Linux's. Of the whole machine: whatever else runs on it reads from the disk again, too. */
    PageCache OF_THE_SYSTEM = directory -> {
        Path drop = Path.of("/proc/sys/vm/drop_caches");
        // A page that is not written back yet would stay.
        DiskUse.sync(directory);
        try {
            Files.writeString(drop, "1");
            return null;
        } catch (IOException e) {
            return "the page cache cannot be dropped (that needs root): " + e;
        }
    };

    /** Writes back and drops what there is of the files under the directory; returns why not, or null. */
    @Nullable
    String dropOrWhyNot(Path directory);
}
