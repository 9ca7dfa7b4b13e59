package io.titankv.multiraft.host;

import java.time.Duration;

/** Options with something changed. */
final class RaftClusterOptions {
    private RaftClusterOptions() {}

    static RaftHostOptions withTimeouts(RaftHostOptions options, Duration min, Duration max) {
        return new RaftHostOptions(
                options.node(),
                options.listenHost(),
                options.listenPort(),
                options.directory(),
                min,
                max,
                options.entryBytesMax(),
                options.logEntriesKept(),
                options.snapshotEveryEntries(),
                options.snapshotEvery(),
                options.gate(),
                options.tls());
    }

    static RaftHostOptions withLog(RaftHostOptions options, int entryBytesMax, int kept, int snapshotEvery) {
        return new RaftHostOptions(
                options.node(),
                options.listenHost(),
                options.listenPort(),
                options.directory(),
                options.electionTimeoutMin(),
                options.electionTimeoutMax(),
                () -> entryBytesMax,
                kept,
                snapshotEvery,
                options.snapshotEvery(),
                options.gate(),
                options.tls());
    }

    static RaftHostOptions withSnapshotEvery(RaftHostOptions options, Duration every) {
        return new RaftHostOptions(
                options.node(),
                options.listenHost(),
                options.listenPort(),
                options.directory(),
                options.electionTimeoutMin(),
                options.electionTimeoutMax(),
                options.entryBytesMax(),
                options.logEntriesKept(),
                options.snapshotEveryEntries(),
                every,
                options.gate(),
                options.tls());
    }

    static RaftHostOptions withGate(RaftHostOptions options, NetworkGate gate) {
        return new RaftHostOptions(
                options.node(),
                options.listenHost(),
                options.listenPort(),
                options.directory(),
                options.electionTimeoutMin(),
                options.electionTimeoutMax(),
                options.entryBytesMax(),
                options.logEntriesKept(),
                options.snapshotEveryEntries(),
                options.snapshotEvery(),
                gate,
                options.tls());
    }
}
