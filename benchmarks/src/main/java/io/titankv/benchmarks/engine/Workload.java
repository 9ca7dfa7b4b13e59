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
    /** Reads of present keys, uniform, while another thread writes. */
    GET_BESIDE_PUT,
    /** Reopening after a clean close. */
    OPEN,
    /** Opening what a process that was killed has left. */
    KILL_OPEN,
    /** Reads of present keys, none of them in the page cache. */
    COLD_GET,
    /** Reads of absent keys, nothing in the page cache. */
    COLD_ABSENT,
    /** Writes of present keys, none of them in the page cache. */
    COLD_OVERWRITE,
    /** Zipfian overwrites and reads while space is reclaimed. */
    MERGE,
    /** Puts that are durable when they return, on a store of their own. */
    DURABLE,
    /** The same by virtual threads. */
    DURABLE_VIRTUAL,
    /** Dropping a sixteenth of all tokens: the last, as the keys are gone. */
    RANGE_DROP;

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
