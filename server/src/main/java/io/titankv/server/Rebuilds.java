package io.titankv.server;

import io.titankv.model.GroupId;
import io.titankv.multiraft.host.RaftHost;
import io.titankv.multiraft.shard.ReplicaFaultListener;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Has replicas rebuilt from their peers whose log or state on this node is known to be bad: those found when Raft opened them, and
 * those found later. A replica whose disk merely fails is left as it is. Thread-safe.
 */
final class Rebuilds implements ReplicaFaultListener, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Rebuilds.class);

    /** Waiting for a replica to stop may take a while, and whoever finds bad data must not wait. */
    private final ExecutorService thread;

    /** Found while Raft was still opening its groups. At most as many as there are groups. */
    private final Map<GroupId, String> early = new TreeMap<>();

    private @Nullable RaftHost raft;

    Rebuilds(String node) {
        thread = Executors.newSingleThreadExecutor(
                Thread.ofPlatform().daemon().name("titan-rebuild-" + node).factory());
    }

    /** Begins with what was found so far. */
    synchronized void start(RaftHost host) {
        raft = host;
        early.putAll(host.rotten());
        early.forEach((group, what) -> rebuild(host, group, what));
        early.clear();
    }

    @Override
    public synchronized void onCorruptData(GroupId group, String what) {
        RaftHost started = raft;
        if (started == null) {
            early.put(group, what);
        } else {
            rebuild(started, group, what);
        }
    }

    private void rebuild(RaftHost host, GroupId group, String what) {
        LOG.atError().addKeyValue("group", group).addKeyValue("what", what).log("replica is bad, it is rebuilt");
        try {
            thread.execute(() -> {
                try {
                    host.rebuild(group, what);
                } catch (RuntimeException e) {
                    LOG.atError().addKeyValue("group", group).setCause(e).log("replica could not be rebuilt");
                }
            });
        } catch (RejectedExecutionException e) {
            // The node stops; what is bad is found again at its next start.
            LOG.atInfo().addKeyValue("group", group).log("replica is not rebuilt, the node stops");
        }
    }

    @Override
    public void close() {
        thread.shutdownNow();
    }
}
