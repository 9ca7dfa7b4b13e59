package io.titankv.cli.data;

import io.titankv.client.WriteLevel;
import io.titankv.client.WriteOptions;
import picocli.CommandLine.Option;

/** How safe a write must be before it is answered. Filled in by the parser. */
final class WriteFlags {
    @Option(
            names = "--all-replicas",
            description = "Wait until every replica has the write, not only a majority of them")
    private boolean areAllReplicasAsked;

    WriteOptions options() {
        return WriteOptions.DEFAULT.withLevel(areAllReplicasAsked ? WriteLevel.ALL : WriteLevel.MAJORITY);
    }
}
