package io.titankv.multiraft.host;

import org.apache.ratis.server.RaftServer;
import org.apache.ratis.server.raftlog.RaftLog;
import org.apache.ratis.server.raftlog.RaftLogBase;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Snapshots of the replicas here: in time, as a quiet group never reaches the number of entries that calls for one, and its log would stay
 * for ever; and when {@link LogTail} calls for one. Ratis' own trigger knows entries alone.
 */
final class OwnSnapshots {
    private static final Logger LOG = LoggerFactory.getLogger(OwnSnapshots.class);

    private OwnSnapshots() {}

    /** From now on, until the node's clock stops. */
    static void keep(NodeContext node, Groups groups) {
        node.clock()
                .every(node.options().log().snapshotEvery(), () -> groups.all().forEach(OwnSnapshots::take));
    }

    /**
     * Lets go of the closed segments of a log that end at an index or before.
     *
     * @param division null before it serves: then they stay until the next snapshot
     * @param index {@link RaftLog#INVALID_LOG_INDEX}: all stay
     */
    static void letGo(RaftServer.@Nullable Division division, long index) {
        if (division != null && index != RaftLog.INVALID_LOG_INDEX) {
            var _ = ((RaftLogBase) division.getRaftLog()).purge(index);
        }
    }

    /** Asks for one, and does not wait for it. Not while the replica does not serve. */
    static void take(RatisReplica replica) {
        if (replica.status().role() != ReplicaStatus.Role.DOWN) {
            var _ = replica.takeSnapshot().whenComplete((done, failure) -> {
                if (failure != null) {
                    LOG.atWarn()
                            .addKeyValue("group", replica.group())
                            .setCause(failure)
                            .log("no snapshot taken");
                }
            });
        }
    }
}
