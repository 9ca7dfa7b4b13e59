package io.titankv.multiraft.host;

import io.titankv.model.Limits;
import java.io.File;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.apache.ratis.conf.RaftProperties;
import org.apache.ratis.grpc.GrpcConfigKeys;
import org.apache.ratis.server.RaftServerConfigKeys;
import org.apache.ratis.server.RaftServerConfigKeys.Log;
import org.apache.ratis.util.SizeInBytes;
import org.apache.ratis.util.TimeDuration;

/**
 * Every setting of Ratis that we use, and why. Some defaults of Ratis 3.3.0 acknowledge what is not on disk; those are marked
 * SAFETY and must not be changed. {@code docs/protocols.md} tells the whole story.
 */
final class RatisSettings {
    /** What Ratis adds to an entry in its log: client id, call id, term, index and tags; 128 bytes measured, rest is margin. */
    private static final int ENTRY_OVERHEAD_BYTES = 4096;

    private static final int MIB = 1 << 20;
    private static final int PENDING_ENTRIES_MAX = 4096;

    /**
     * By so much a segment grows, in one write. Linux keeps what one write brings together (ext4 with large folios), and each later write
     * there goes through the state of all its blocks: with 1 MiB that was as long as the write itself, and longer with cold caches.
     */
    private static final int PREALLOCATED_BYTES = 128 << 10;

    /** A group has up to three segments on the heap, so a hundred groups take less than a third of it. */
    private static final int HEAP_TO_SEGMENT = 1024;

    private static final int SEGMENT_BYTES_MIN = 64 << 10;
    private static final int SEGMENT_BYTES_MAX = 64 * MIB;

    /** Room for the largest entry that any cluster may have. */
    private static final int MESSAGE_BYTES_MAX = Limits.VALUE_BYTES_SETTING_MAX + 4 * MIB;

    private RatisSettings() {}

    static RaftProperties of(RaftHostOptions options) {
        RaftProperties to = new RaftProperties();
        to.set("raft.rpc.type", GuardedRpc.class.getName());
        timeouts(options, to);
        durability(to);
        snapshots(to);
        threads(to);
        network(options, to);
        return to;
    }

    /** Where Ratis looks for groups. Set apart from the rest: see {@link RaftHost}. */
    static void storage(RaftProperties to, Path directory) {
        RaftServerConfigKeys.setStorageDir(to, List.of(directory.toFile()));
    }

    private static void timeouts(RaftHostOptions options, RaftProperties to) {
        TimeDuration min = ratis(options.electionTimeoutMin());
        TimeDuration max = ratis(options.electionTimeoutMax());
        RaftServerConfigKeys.Rpc.setTimeoutMin(to, min);
        RaftServerConfigKeys.Rpc.setTimeoutMax(to, max);
        // SAFETY of leases: a shorter first election would let a restarted node vote within a lease that it granted.
        RaftServerConfigKeys.Rpc.setFirstElectionTimeoutMin(to, min);
        RaftServerConfigKeys.Rpc.setFirstElectionTimeoutMax(to, max);
        RaftServerConfigKeys.Rpc.setRequestTimeout(to, ratis(requestTimeout(options)));
        RaftServerConfigKeys.Rpc.setSlownessTimeout(to, TimeDuration.valueOf(60, TimeUnit.SECONDS));
        // SAFETY of leases: a node that hears its leader refuses to vote only in the pre-vote.
        RaftServerConfigKeys.LeaderElection.setPreVote(to, true);
        RaftServerConfigKeys.LeaderElection.setMemberMajorityAdd(to, false);
        // A leader that lost its majority stays out of elections so long; a JVM that slept so long steps down.
        RaftServerConfigKeys.LeaderElection.setLeaderStepDownWaitTime(
                to, ratis(options.electionTimeoutMax().multipliedBy(2)));
        // A laptop that sleeps, or a stopped container, must not close the server for good.
        RaftServerConfigKeys.setCloseThreshold(to, TimeDuration.valueOf(3650, TimeUnit.DAYS));
        RaftServerConfigKeys.setStagingTimeout(
                to, ratis(options.electionTimeoutMax().multipliedBy(15)));
        RaftServerConfigKeys.setStagingCatchupGap(to, 1000);
    }

    private static void durability(RaftProperties to) {
        // SAFETY: composing lets a follower acknowledge entries that it does not hold. Also a thread per append.
        Log.setAppendEntriesComposeEnabled(to, false);
        // SAFETY: both acknowledge what is not on disk.
        Log.setAsyncFlushEnabled(to, false);
        Log.setUnsafeFlushEnabled(to, false);
        // SAFETY: the other policy drops acknowledged entries behind a rotten one. A torn tail is cut before, by
        // LogDoctor.
        Log.setCorruptionPolicy(to, Log.CorruptionPolicy.EXCEPTION);
        // An extra entry and fsync per commit, for knowing the commit index sooner after a restart of all.
        Log.setLogMetadataEnabled(to, false);
        Log.setForceSyncNum(to, PENDING_ENTRIES_MAX);
        Log.setReadLockEnabled(to, false);
        Log.setQueueElementLimit(to, PENDING_ENTRIES_MAX);
        RaftServerConfigKeys.Write.setElementLimit(to, PENDING_ENTRIES_MAX);
        // Exactly-once is the state machine's; the cache grows the heap and forgets at restarts.
        RaftServerConfigKeys.RetryCache.setExpiryTime(to, TimeDuration.ZERO);
    }

    /** What depends on the largest entry, and on the node's part of the heap. To be set before the first group is opened. */
    static void sizes(int entryBytesMax, long heapBytes, RaftProperties to) {
        int appendBytes = entryBytesMax + ENTRY_OVERHEAD_BYTES;
        // Also the largest entry: one above it makes the leader step down, so Replica refuses it before.
        Log.Appender.setBufferByteLimit(to, SizeInBytes.valueOf(appendBytes));
        Log.setWriteBufferSize(to, SizeInBytes.valueOf(appendBytes + ENTRY_OVERHEAD_BYTES));
        // Each group has the entries of its open segment on the heap, and of the one or two before it until the next is
        // closed: so segments are a small part of the heap, as there may be many groups. An entry larger than a segment
        // goes into the open one. Only closed segments are purged.
        int segmentBytes = Math.clamp(
                Math.min(8L * appendBytes, heapBytes / HEAP_TO_SEGMENT), SEGMENT_BYTES_MIN, SEGMENT_BYTES_MAX);
        Log.setSegmentSizeMax(to, SizeInBytes.valueOf(segmentBytes));
        Log.setPreallocatedSize(to, SizeInBytes.valueOf(Math.min(PREALLOCATED_BYTES, segmentBytes)));
        Log.setSegmentCacheNumMax(to, 1);
        Log.setSegmentCacheSizeMax(to, SizeInBytes.valueOf(2L * segmentBytes));
        Log.setQueueByteLimit(to, SizeInBytes.valueOf(Math.max(64 * MIB, 8 * appendBytes)));
        Log.Appender.setWaitTimeMin(to, TimeDuration.ZERO);
        RaftServerConfigKeys.Write.setByteLimit(to, SizeInBytes.valueOf(Math.max(32 * MIB, 8 * appendBytes)));
    }

    private static void snapshots(RaftProperties to) {
        // LogTail says when, and what of the log stays: Ratis counts entries alone.
        RaftServerConfigKeys.Snapshot.setAutoTriggerEnabled(to, false);
        RaftServerConfigKeys.Snapshot.setTriggerWhenStopEnabled(to, false);
        RaftServerConfigKeys.Snapshot.setTriggerWhenRemoveEnabled(to, false);
        RaftServerConfigKeys.Snapshot.setCreationGap(to, 1);
        RaftServerConfigKeys.Snapshot.setRetentionFileNum(to, 1);
        Log.setPurgeGap(to, 1);
        // Above 0 for RATIS-2500: an endless notification when a follower stands at the log's very start.
        Log.setPurgePreservationLogNum(to, 1);
        // Our own transfer: Ratis would send whole files, and not fsync them. The same on all nodes.
        Log.Appender.setInstallSnapshotEnabled(to, false);
    }

    private static void threads(RaftProperties to) {
        RaftServerConfigKeys.ThreadPool.setProxyCached(to, false);
        RaftServerConfigKeys.ThreadPool.setProxySize(to, 4);
        RaftServerConfigKeys.ThreadPool.setServerCached(to, true);
        RaftServerConfigKeys.ThreadPool.setServerSize(to, 0);
        RaftServerConfigKeys.ThreadPool.setClientCached(to, true);
        RaftServerConfigKeys.ThreadPool.setClientSize(to, 1);
    }

    private static void network(RaftHostOptions options, RaftProperties to) {
        GrpcConfigKeys.setMessageSizeMax(to, SizeInBytes.valueOf(MESSAGE_BYTES_MAX));
        GrpcConfigKeys.Server.setHost(to, options.listenHost());
        GrpcConfigKeys.Server.setPort(to, options.listenPort());
        // Same port as the server's: no further listener. What clients and admins may ask there, PeerDoor refuses.
        GrpcConfigKeys.Client.setHost(to, options.listenHost());
        GrpcConfigKeys.Client.setPort(to, options.listenPort());
        GrpcConfigKeys.Admin.setHost(to, options.listenHost());
        GrpcConfigKeys.Admin.setPort(to, options.listenPort());
        // Apart from those that send: a message that waits for the disk where it comes in (CallThreads) holds up no
        // heartbeat of the groups that this node leads.
        GrpcConfigKeys.Server.setBossGroupSize(to, 1);
        GrpcConfigKeys.Server.setWorkerGroupSize(
                to, Math.max(2, Runtime.getRuntime().availableProcessors()));
        // For Ratis' own read index, which nobody asks for.
        GrpcConfigKeys.Server.setStubPoolSize(to, 1);
        Path removed = options.directory().resolve("removed");
        RaftServerConfigKeys.setRemovedGroupsDir(to, new File(removed.toString()));
    }

    /** How long a request between nodes may take before it counts as lost. */
    static Duration requestTimeout(RaftHostOptions options) {
        Duration floor = Duration.ofSeconds(3);
        Duration scaled = options.electionTimeoutMax().multipliedBy(2);
        return scaled.compareTo(floor) > 0 ? scaled : floor;
    }

    /** The longest pause of a sender after failures in a row: a follower that is back must not wait long. */
    static Duration pauseMax(RaftHostOptions options) {
        return Duration.ofMillis(Math.max(20, options.electionTimeoutMin().toMillis() / 3));
    }

    static TimeDuration ratis(Duration duration) {
        return TimeDuration.valueOf(duration.toNanos(), TimeUnit.NANOSECONDS);
    }
}
