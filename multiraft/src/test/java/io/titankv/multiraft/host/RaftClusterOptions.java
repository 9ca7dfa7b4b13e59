package io.titankv.multiraft.host;

import java.time.Duration;
import java.util.function.IntSupplier;

/** Options with something changed. */
final class RaftClusterOptions {
    private static final long UNBOUNDED = 1L << 40;

    private RaftClusterOptions() {}

    /** So many entries kept and a snapshot after so many, however long they are. */
    static LogBounds entries(int kept, int snapshotEvery) {
        return new LogBounds(kept, UNBOUNDED, snapshotEvery, UNBOUNDED, Duration.ofMinutes(10));
    }

    static RaftHostOptions withTimeouts(RaftHostOptions options, Duration min, Duration max) {
        return changed(options, min, max, options.entryBytesMax(), options.log(), options.gate());
    }

    static RaftHostOptions withLog(RaftHostOptions options, int entryBytesMax, LogBounds log) {
        return changed(
                options,
                options.electionTimeoutMin(),
                options.electionTimeoutMax(),
                () -> entryBytesMax,
                log,
                options.gate());
    }

    static RaftHostOptions withSnapshotEvery(RaftHostOptions options, Duration every) {
        LogBounds log = options.log();
        return withLog(
                options,
                options.entryBytesMax().getAsInt(),
                new LogBounds(
                        log.entriesKept(),
                        log.bytesKept(),
                        log.snapshotEveryEntries(),
                        log.snapshotEveryBytes(),
                        every));
    }

    static RaftHostOptions withGate(RaftHostOptions options, NetworkGate gate) {
        return changed(
                options,
                options.electionTimeoutMin(),
                options.electionTimeoutMax(),
                options.entryBytesMax(),
                options.log(),
                gate);
    }

    private static RaftHostOptions changed(
            RaftHostOptions options,
            Duration timeoutMin,
            Duration timeoutMax,
            IntSupplier entryBytesMax,
            LogBounds log,
            NetworkGate gate) {
        return new RaftHostOptions(
                options.node(),
                options.listenHost(),
                options.listenPort(),
                options.directory(),
                timeoutMin,
                timeoutMax,
                entryBytesMax,
                log,
                options.heapBytes(),
                options.disk(),
                gate,
                options.tls());
    }
}
