package io.titankv.placement.plan;

import io.titankv.model.GroupId;
import io.titankv.model.NodeId;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * How fast data moves. Immutable.
 *
 * @param bytesPerSecond that one node sends or receives for all its copies
 * @param copiesMax replicas that one node sends or receives at a time
 * @param transfersMax ranges that are on their way at a time in the cluster
 * @param perStep what a step takes beside its bytes: configuration entries, catching up
 */
public record Pace(long bytesPerSecond, int copiesMax, int transfersMax, Duration perStep) {
    /** 64 MiB/s, of which the network and the disk of any server leave enough to clients; the rest are guesses. */
    public static final Pace DEFAULT = new Pace(64L << 20, 2, 8, Duration.ofSeconds(3));

    public Pace {
        if (bytesPerSecond < 1 || copiesMax < 1 || transfersMax < 1 || perStep.isNegative()) {
            throw new IllegalArgumentException("nothing would ever move: " + bytesPerSecond + " bytes a second, "
                    + copiesMax + " copies, " + transfersMax + " transfers");
        }
    }

    /** What these steps will take: as long as the busiest node or group is busy with them. */
    Duration expected(Collection<Step> steps, ClusterModel model) {
        Map<NodeId, Double> nodeSeconds = new HashMap<>();
        Map<GroupId, Double> groupSeconds = new HashMap<>();
        double rangeSeconds = 0;
        double stepSeconds = perStep.toNanos() / 1e9;
        for (Step step : steps) {
            double seconds = (double) step.bytesMoved() / bytesPerSecond;
            switch (step) {
                case Step.AddReplica add -> nodeSeconds.merge(add.to(), seconds + stepSeconds / copiesMax, Double::sum);
                case Step.MoveReplica move -> {
                    NodeId source = sourceOf(move.group(), move.from(), model);
                    nodeSeconds.merge(source, seconds + stepSeconds / copiesMax, Double::sum);
                    nodeSeconds.merge(move.to(), seconds + stepSeconds / copiesMax, Double::sum);
                }
                case Step.MoveRange move -> {
                    rangeSeconds += (seconds + stepSeconds) / transfersMax;
                    groupSeconds.merge(move.from(), seconds + stepSeconds, Double::sum);
                    groupSeconds.merge(move.to(), seconds + stepSeconds, Double::sum);
                }
                case Step.RemoveReplica _,
                        Step.MoveLeader _,
                        Step.CreateGroup _,
                        Step.RetireGroup _,
                        Step.DropStray _,
                        Step.SetIntent _ -> {}
            }
        }
        double longest = longest(nodeSeconds) + Math.max(rangeSeconds, longest(groupSeconds));
        return Duration.ofMillis(Math.round(1000 * Math.max(steps.isEmpty() ? 0 : stepSeconds, longest)));
    }

    private static double longest(Map<?, Double> seconds) {
        return seconds.values().stream().mapToDouble(Double::doubleValue).max().orElse(0);
    }

    /** Who sends a replica's bytes: the group's leader, or the one that is left when no leader is known. */
    static NodeId sourceOf(GroupId group, NodeId from, ClusterModel model) {
        return model.group(group).flatMap(GroupModel::leader).orElse(from);
    }

    static List<NodeId> endsOf(Step step, ClusterModel model) {
        return switch (step) {
            case Step.AddReplica add -> List.of(sourceOf(add.group(), add.to(), model), add.to());
            case Step.MoveReplica move -> List.of(sourceOf(move.group(), move.from(), model), move.to());
            case Step.RemoveReplica _,
                    Step.MoveLeader _,
                    Step.CreateGroup _,
                    Step.MoveRange _,
                    Step.RetireGroup _,
                    Step.DropStray _,
                    Step.SetIntent _ -> List.of();
        };
    }
}
