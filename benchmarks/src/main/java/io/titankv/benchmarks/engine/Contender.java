package io.titankv.benchmarks.engine;

import java.nio.file.Path;
import java.util.Locale;

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
            case ROCKSDB -> new RocksStore(directory, shape);
            case LMDB -> new LmdbStore(directory, shape);
            case CHRONICLE -> new ChronicleStore(directory, shape);
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
