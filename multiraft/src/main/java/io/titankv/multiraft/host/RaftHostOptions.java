package io.titankv.multiraft.host;

import io.titankv.model.NodeId;
import java.nio.file.Path;
import java.time.Duration;
import java.util.function.IntSupplier;
import org.jspecify.annotations.Nullable;

/**
 * How a node's Raft runs. Immutable.
 *
 * @param node this node; never reused after its disk was lost
 * @param listenHost interface to listen on
 * @param listenPort port to listen on, 0 for any free one
 * @param directory where Raft logs go; created when missing
 * @param electionTimeoutMin least time without a leader before an election; leases and heartbeats follow from it
 * @param electionTimeoutMax most time without a leader before an election
 * @param entryBytesMax largest entry, bytes; asked when groups are opened, and always the same then: a cluster decides it when it is
 *     founded
 * @param log how much of the logs is kept
 * @param heapBytes this node's part of the JVM's heap: what Ratis keeps of logs there follows from it
 * @param disk on which the directory is; somebody else looks at it now and then
 * @param gate which nodes may talk to each other; {@link NetworkGate#OPEN} outside tests
 * @param tls how nodes know each other; null: Raft speaks plain text
 */
public record RaftHostOptions(
        NodeId node,
        String listenHost,
        int listenPort,
        Path directory,
        Duration electionTimeoutMin,
        Duration electionTimeoutMax,
        IntSupplier entryBytesMax,
        LogBounds log,
        long heapBytes,
        DiskGuard disk,
        NetworkGate gate,
        @Nullable PeerTls tls) {}
