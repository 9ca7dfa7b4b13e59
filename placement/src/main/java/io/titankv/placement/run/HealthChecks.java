package io.titankv.placement.run;

import io.titankv.model.ShardMap;
import io.titankv.proto.admin.v1.CheckHealthResponse;
import io.titankv.proto.admin.v1.HealthCheck;
import io.titankv.proto.admin.v1.NodeInfo;
import io.titankv.proto.admin.v1.NodeIntent;
import io.titankv.proto.admin.v1.NodeState;
import io.titankv.proto.admin.v1.ShardInfo;
import io.titankv.proto.admin.v1.Verdict;
import io.titankv.proto.internal.v1.ClusterView;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/** The verdicts on a cluster. Pure functions of what this node knows. */
final class HealthChecks {
    /** Without word of placement for so long, what is known is old. Five views long. */
    static final Duration SILENCE_MAX = Duration.ofSeconds(10);

    /** Least part of a disk that should be free: merges and snapshots need room. */
    private static final double DISK_FREE_MIN = 0.10;

    /** Below this, writes are about to stop. */
    private static final double DISK_FREE_FAILING = 0.03;

    private static final int NAMES_SHOWN_MAX = 5;

    private HealthChecks() {}

    static CheckHealthResponse check(Optional<ClusterView> known, ShardMap map, Optional<Duration> silence) {
        List<HealthCheck> checks = new ArrayList<>();
        if (known.isEmpty()) {
            checks.add(check("cluster", Verdict.VERDICT_FAILING, "this node knows no cluster yet"));
        } else {
            ClusterView view = known.get();
            checks.add(placement(view, silence));
            checks.add(nodes(view));
            checks.add(ring(view, map));
            checks.add(quorum(view));
            checks.add(leaders(view));
            checks.add(replicas(view));
            checks.add(disk(view));
        }
        Verdict worst = checks.stream()
                .map(HealthCheck::getVerdict)
                .max(Comparator.naturalOrder())
                .orElseThrow();
        return CheckHealthResponse.newBuilder()
                .setVerdict(worst)
                .addAllChecks(checks)
                .build();
    }

    private static HealthCheck placement(ClusterView view, Optional<Duration> silence) {
        if (silence.isEmpty()) {
            return check("placement", Verdict.VERDICT_DEGRADED, "not heard since this node started; all below is old");
        }
        if (silence.get().compareTo(SILENCE_MAX) > 0) {
            return check(
                    "placement",
                    Verdict.VERDICT_DEGRADED,
                    "not heard for " + silence.get().toSeconds() + " s; all below is as old");
        }
        return check(
                "placement",
                Verdict.VERDICT_OK,
                "led by " + view.getPlacementLeaderNodeId() + " with " + view.getPlacementVotersCount() + " voters");
    }

    private static HealthCheck nodes(ClusterView view) {
        if (view.getAwaitedNodeIdsCount() > 0) {
            return check(
                    "nodes",
                    Verdict.VERDICT_DEGRADED,
                    "waiting for initial nodes to register: " + shown(view.getAwaitedNodeIdsList()));
        }
        List<NodeInfo> nodes =
                view.getNodesList().stream().filter(HealthChecks::belongs).toList();
        List<String> away = nodes.stream()
                .filter(node -> node.getState() != NodeState.NODE_STATE_UP)
                .map(NodeInfo::getNodeId)
                .toList();
        return away.isEmpty()
                ? check("nodes", Verdict.VERDICT_OK, nodes.size() + " of " + nodes.size() + " up")
                : check(
                        "nodes",
                        Verdict.VERDICT_DEGRADED,
                        (nodes.size() - away.size()) + " of " + nodes.size() + " up; not heard of: " + shown(away));
    }

    /** One that was decommissioned and is stopped does not belong to the cluster, and nobody waits for it. */
    static boolean belongs(NodeInfo node) {
        return node.getIntent() != NodeIntent.NODE_INTENT_DECOMMISSIONED || node.getState() == NodeState.NODE_STATE_UP;
    }

    private static HealthCheck ring(ClusterView view, ShardMap map) {
        if (map.isEmpty()) {
            return check("ring", Verdict.VERDICT_FAILING, "there is no ring yet");
        }
        if (view.getCreatingShardIdsCount() > 0) {
            return check(
                    "ring",
                    Verdict.VERDICT_DEGRADED,
                    view.getCreatingShardIdsCount() + " of " + view.getShardsCount() + " shards are being made: "
                            + shown(view.getCreatingShardIdsList()));
        }
        return check(
                "ring",
                Verdict.VERDICT_OK,
                map.ranges().size() + " ranges of " + view.getShardsCount() + " shards at epoch " + map.epoch());
    }

    private static HealthCheck quorum(ClusterView view) {
        List<String> without = shards(view, shard -> healthyReplicas(shard) * 2 <= voters(shard));
        return without.isEmpty()
                ? check("quorum", Verdict.VERDICT_OK, "every shard has a majority of its replicas")
                : check(
                        "quorum",
                        Verdict.VERDICT_FAILING,
                        without.size() + " of " + view.getShardsCount() + " shards have no majority: "
                                + shown(without));
    }

    private static HealthCheck leaders(ClusterView view) {
        List<String> without = shards(view, shard -> shard.getLeaderNodeId().isEmpty());
        return without.isEmpty()
                ? check("leaders", Verdict.VERDICT_OK, "every shard has a leader")
                : check(
                        "leaders",
                        Verdict.VERDICT_FAILING,
                        without.size() + " of " + view.getShardsCount() + " shards have no leader: " + shown(without));
    }

    private static HealthCheck replicas(ClusterView view) {
        List<String> faulty = new ArrayList<>();
        view.getShardsList()
                .forEach(shard -> shard.getReplicasList().stream()
                        .filter(HealthChecks::isVoter)
                        .filter(Predicate.not(HealthChecks::isHealthy))
                        .forEach(replica -> faulty.add(shard.getShardId() + " on " + replica.getNodeId()
                                + (replica.getFault().isEmpty() ? "" : " (" + replica.getFault() + ")"))));
        int total = view.getShardsList().stream().mapToInt(HealthChecks::voters).sum();
        int wanted = view.getSettings().getReplicas();
        List<String> thin = shards(view, shard -> voters(shard) < wanted);
        if (!faulty.isEmpty()) {
            return check(
                    "replicas",
                    Verdict.VERDICT_DEGRADED,
                    faulty.size() + " of " + total + " replicas are out of service: " + shown(faulty));
        }
        return thin.isEmpty()
                ? check("replicas", Verdict.VERDICT_OK, total + " of " + total + " replicas in service")
                : check(
                        "replicas",
                        Verdict.VERDICT_DEGRADED,
                        thin.size() + " shards have fewer than " + wanted + " replicas: " + shown(thin));
    }

    private static HealthCheck disk(ClusterView view) {
        List<String> low = new ArrayList<>();
        Verdict verdict = Verdict.VERDICT_OK;
        for (NodeInfo node : view.getNodesList()) {
            if (node.getDiskTotalBytes() <= 0 || node.getState() != NodeState.NODE_STATE_UP) {
                continue;
            }
            double free = (double) node.getDiskFreeBytes() / node.getDiskTotalBytes();
            if (free < DISK_FREE_MIN) {
                low.add(node.getNodeId() + " has " + Math.round(free * 100) + " % free");
                verdict = free < DISK_FREE_FAILING ? Verdict.VERDICT_FAILING : max(verdict, Verdict.VERDICT_DEGRADED);
            }
        }
        return low.isEmpty()
                ? check("disk", Verdict.VERDICT_OK, "every node that is up has room")
                : check("disk", verdict, shown(low));
    }

    private static Verdict max(Verdict one, Verdict other) {
        return one.compareTo(other) >= 0 ? one : other;
    }

    private static long healthyReplicas(ShardInfo shard) {
        return shard.getReplicasList().stream()
                .filter(HealthChecks::isVoter)
                .filter(HealthChecks::isHealthy)
                .count();
    }

    private static int voters(ShardInfo shard) {
        return (int)
                shard.getReplicasList().stream().filter(HealthChecks::isVoter).count();
    }

    /** Not one that catches up: nothing depends on it yet. */
    private static boolean isVoter(ShardInfo.Replica replica) {
        return !replica.getRole().equals("learner");
    }

    private static boolean isHealthy(ShardInfo.Replica replica) {
        return replica.getFault().isEmpty() && !replica.getRole().equals("down");
    }

    private static List<String> shards(ClusterView view, Predicate<ShardInfo> which) {
        return view.getShardsList().stream()
                .filter(which)
                .map(ShardInfo::getShardId)
                .toList();
    }

    private static String shown(List<String> names) {
        return names.stream().limit(NAMES_SHOWN_MAX).collect(Collectors.joining(", "))
                + (names.size() > NAMES_SHOWN_MAX ? " and " + (names.size() - NAMES_SHOWN_MAX) + " more" : "");
    }

    private static HealthCheck check(String name, Verdict verdict, String detail) {
        return HealthCheck.newBuilder()
                .setName(name)
                .setVerdict(verdict)
                .setDetail(detail)
                .build();
    }
}
