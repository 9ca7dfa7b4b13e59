package io.titankv.cli.common;

import io.titankv.client.WriteLevel;
import io.titankv.client.WriteOptions;
import picocli.CommandLine.Option;

/** How safe a write must be before it is answered. Filled in by the parser. */
public final class WriteFlags {
    @Option(
            names = "--all-replicas",
            description = "Wait until every replica has the write, not only a majority of them")
    private boolean areAllReplicasAsked;

    public boolean areAllReplicasAsked() {
        return areAllReplicasAsked;
    }

    public WriteOptions options() {
        return WriteOptions.DEFAULT.withLevel(areAllReplicasAsked ? WriteLevel.ALL : WriteLevel.MAJORITY);
    }
}
