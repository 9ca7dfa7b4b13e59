package io.titankv.benchmarks.engine;

import java.util.Locale;

/** What is measured, in the order of a run. */
enum Workload {
    /** All keys once, in random order, into an empty store. */
    FILL,
    /** Bytes of files after the fill. */
    SPACE,
    /** Bytes of the index in memory after the fill. */
    MEMORY,
    /** Reads of present keys, uniform. */
    GET,
    /** Reads of absent keys. */
    GET_ABSENT,
    /** Reads, zipfian. */
    YCSB_C,
    /** 95 % reads, 5 % updates, zipfian. */
    YCSB_B,
    /** Half reads, half updates, zipfian. */
    YCSB_A,
    /** Writes of present keys, uniform. */
    OVERWRITE,
    /** Reopening after a clean close. */
    OPEN,
    /** Zipfian overwrites and reads while space is reclaimed. */
    MERGE;

    /** The name in options and results. */
    String label() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** @throws IllegalArgumentException when there is none of this name */
    static Workload named(String label) {
        for (Workload workload : values()) {
            if (workload.label().equals(label)) {
                return workload;
            }
        }
        throw new IllegalArgumentException("no such workload: " + label);
    }
}
