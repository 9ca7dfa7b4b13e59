package io.titankv.placement.run;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.titankv.model.GroupId;
import io.titankv.model.NodeId;
import io.titankv.model.ShardMap;
import io.titankv.placement.run.PlacementOptions.Timings;
import io.titankv.placement.run.Reports.Leadership;
import io.titankv.placement.run.Reports.Liveness;
import io.titankv.placement.run.Reports.NodeReport;
import io.titankv.proto.internal.v1.HeartbeatRequest;
import io.titankv.proto.internal.v1.ReplicaState;
import io.titankv.proto.internal.v1.TransferPart;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The heartbeats that came since this node leads placement. Volatile: a new placement leader starts an empty book, gives every
 * node the benefit of the doubt, and keeps the shard leaders that were known. As large as the cluster has nodes. Thread-safe.
 */
final class ReportBook {
    private final Timings timings;
    private final long startedNanos;

    @GuardedBy("this")
    private final Map<NodeId, Page> pages = new HashMap<>();

    @GuardedBy("this")
    private final Map<GroupId, Leadership> leaders = new HashMap<>();

    @GuardedBy("this")
    private final OperationRates rates = new OperationRates();

    /** The last heartbeat of a node. */
    private static final class Page {
        HeartbeatRequest last;
        Map<GroupId, ReplicaState> replicas;
        Instant heardAt;
        long heardNanos;
        long upSinceNanos;

        Page(HeartbeatRequest last, Map<GroupId, ReplicaState> replicas, Instant heardAt, long nowNanos) {
            this.last = last;
            this.replicas = replicas;
            this.heardAt = heardAt;
            this.heardNanos = nowNanos;
            this.upSinceNanos = nowNanos;
        }
    }

    /** @param known routes as last known, for the shard leaders in them */
    ReportBook(Timings timings, long nowNanos, ShardMap known) {
        this.timings = timings;
        this.startedNanos = nowNanos;
        known.shards()
                .forEach(shard -> shard.leader()
                        .ifPresent(leader -> leaders.put(shard.id(), new Leadership(leader, shard.leaderTerm()))));
    }

    /**
     * Notes a heartbeat.
     *
     * @return true when a shard's leader changed by it, or says so itself for the first time, or how far a range transfer is
     * @throws IllegalArgumentException when it makes no sense
     */
    synchronized boolean note(NodeId node, HeartbeatRequest heartbeat, long nowNanos, Instant now) {
        Map<GroupId, ReplicaState> replicas = new HashMap<>();
        heartbeat.getReplicasList().forEach(replica -> replicas.put(GroupId.parse(replica.getGroup()), replica));
        Page page = pages.get(node);
        Map<GroupId, ReplicaState> before = page == null ? Map.of() : page.replicas;
        if (page == null) {
            pages.put(node, new Page(heartbeat, replicas, now, nowNanos));
        } else {
            if (livenessAfter(nowNanos - page.heardNanos) != Liveness.UP) {
                page.upSinceNanos = nowNanos;
            }
            page.last = heartbeat;
            page.replicas = replicas;
            page.heardAt = now;
            page.heardNanos = nowNanos;
        }
        rates.note(node, replicas, nowNanos);
        boolean changed = hasTransferNews(before, replicas);
        for (Map.Entry<GroupId, ReplicaState> entry : replicas.entrySet()) {
            ReplicaState replica = entry.getValue();
            changed |= leads(replica) && !leads(before.get(entry.getKey()));
            if (!entry.getKey().isPlacement() && !replica.getLeaderNodeId().isEmpty()) {
                changed |= noteLeader(
                        entry.getKey(), new Leadership(new NodeId(replica.getLeaderNodeId()), replica.getTerm()));
            }
        }
        return changed;
    }

    /** Whether a replica is further in a transfer than it was: what is copied without more is no news. */
    private static boolean hasTransferNews(Map<GroupId, ReplicaState> before, Map<GroupId, ReplicaState> now) {
        return now.entrySet().stream().anyMatch(entry -> {
            TransferPart was = before.getOrDefault(entry.getKey(), ReplicaState.getDefaultInstance())
                    .getTransfer();
            return !phaseOf(was).equals(phaseOf(entry.getValue().getTransfer()));
        });
    }

    private static TransferPart phaseOf(TransferPart part) {
        return TransferPart.newBuilder()
                .setSettled(part.getSettled())
                .setTransfer(part.getTransfer())
                .setSide(part.getSide())
                .setComplete(part.getComplete())
                .setCaughtUp(part.getCaughtUp())
                .build();
    }

    private static boolean leads(@Nullable ReplicaState replica) {
        return replica != null && replica.getRole() == ReplicaState.Role.ROLE_LEADER;
    }

    @GuardedBy("this")
    private boolean noteLeader(GroupId group, Leadership heard) {
        Leadership known = leaders.get(group);
        if (known != null && heard.term() <= known.term()) {
            return false;
        }
        leaders.put(group, heard);
        return true;
    }

    /** What is known of these nodes now. */
    synchronized Reports reports(Collection<NodeId> nodes, long nowNanos) {
        Map<NodeId, NodeReport> reports = new HashMap<>();
        nodes.forEach(node -> reports.put(node, report(pages.get(node), nowNanos)));
        List<NodeId> up = nodes.stream()
                .filter(node -> Objects.requireNonNull(reports.get(node)).liveness() == Liveness.UP)
                .toList();
        return new Reports(reports, leaders, rates.loads(up).orElse(Map.of()));
    }

    private NodeReport report(@Nullable Page page, long nowNanos) {
        if (page == null) {
            return new NodeReport(
                    livenessAfter(nowNanos - startedNanos),
                    Optional.empty(),
                    Optional.empty(),
                    Duration.ZERO,
                    Duration.ofNanos(nowNanos - startedNanos),
                    Map.of());
        }
        Liveness liveness = livenessAfter(nowNanos - page.heardNanos);
        return new NodeReport(
                liveness,
                Optional.of(page.last),
                Optional.of(page.heardAt),
                liveness == Liveness.UP ? Duration.ofNanos(nowNanos - page.upSinceNanos) : Duration.ZERO,
                Duration.ofNanos(nowNanos - page.heardNanos),
                page.replicas);
    }

    private Liveness livenessAfter(long silentNanos) {
        if (silentNanos > timings.deadAfter().toNanos()) {
            return Liveness.DEAD;
        }
        return silentNanos > timings.suspectAfter().toNanos() ? Liveness.SUSPECT : Liveness.UP;
    }
}
