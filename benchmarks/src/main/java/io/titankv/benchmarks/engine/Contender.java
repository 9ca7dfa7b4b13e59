package io.titankv.benchmarks.engine;

import java.nio.file.Path;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** A system that is measured. */
enum Contender {
    TITAN,
    ROCKSDB,
    LMDB,
    CHRONICLE;

    /** Opens the system's store in an existing directory. */
    Store open(Path directory, Shape shape) {
        return switch (this) {
            case TITAN -> new TitanStore(directory);
            case ROCKSDB -> new RocksStore(directory, shape, false);
            case LMDB -> new LmdbStore(directory, shape, false);
            case CHRONICLE -> new ChronicleStore(directory, shape);
        };
    }

    /** Opens a store whose puts are durable when they return, or null when the system promises that of none. */
    @Nullable
    Store openSyncedOrNull(Path directory, Shape shape) {
        return switch (this) {
            case TITAN -> new SyncedTitanStore(directory);
            case ROCKSDB -> new RocksStore(directory, shape, true);
            case LMDB -> new LmdbStore(directory, shape, true);
            case CHRONICLE -> null;
        };
    }

    /** The name in options and results. */
    String label() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** @throws IllegalArgumentException when there is none of this name */
    static Contender named(String label) {
        for (Contender contender : values()) {
            if (contender.label().equals(label)) {
                return contender;
            }
        }
        throw new IllegalArgumentException("no such system: " + label);
    }
}
