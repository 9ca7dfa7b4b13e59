package io.titankv.benchmarks.cluster;

import java.util.List;

/**
 * A cluster that is started, filled and measured step by step. Immutable.
 *
 * @param shards Raft groups that keep the data; 0 where nothing is kept
 */
record Arrangement(Contender contender, int shards, int valueBytes, List<Step> steps) {
    Arrangement {
        steps = List.copyOf(steps);
    }

    /** For people, and for the name of a directory. */
    String name() {
        return contender.label() + (shards == 0 ? "" : "-" + shards) + "-" + valueBytes;
    }
}
