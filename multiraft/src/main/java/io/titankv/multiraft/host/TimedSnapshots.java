package io.titankv.multiraft.host;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Snapshots in time: a quiet group never reaches the number of entries that triggers one, and its log would stay for ever. */
final class TimedSnapshots {
    private static final Logger LOG = LoggerFactory.getLogger(TimedSnapshots.class);

    private TimedSnapshots() {}

    /** From now on, until the node's clock stops. */
    static void keep(NodeContext node, Groups groups) {
        node.clock().every(node.options().snapshotEvery(), () -> groups.all().forEach(TimedSnapshots::take));
    }

    private static void take(RatisReplica replica) {
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
