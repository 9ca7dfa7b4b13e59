package io.titankv.benchmarks.placement;

import io.titankv.model.GroupId;
import io.titankv.model.NodeId;
import io.titankv.placement.plan.ClusterModel;
import io.titankv.placement.plan.NodeModel;
import io.titankv.placement.plan.RangeModel;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** The bytes that no plan could have done without, worked out apart from the planners. Pure functions. */
final class LeastMoved {
    private LeastMoved() {}

    /**
     * To bring every node as near to an even share as it was brought: what was missing to those that had less than the poorest has now,
     * or what was too much on those that had more than the richest has now, whichever is more. What stood on nodes that are not in
     * service any more had to move too.
     */
    static double ofReplicas(ClusterModel before, ClusterModel after) {
        Map<NodeId, Double> had = Spread.bytesOnNodes(before);
        Map<NodeId, Double> has = Spread.bytesOnNodes(after);
        double bytes = 0;
        double disks = 0;
        for (NodeModel node : after.nodes().values()) {
            if (Spread.isInService(node)) {
                bytes += has.getOrDefault(node.id(), 0.0);
                disks += node.diskBytes();
            }
        }
        Spread reached = Spread.ofDisks(after);
        double missing = 0;
        double tooMuch = 0;
        for (NodeModel node : after.nodes().values()) {
            double held = had.getOrDefault(node.id(), 0.0);
            if (Spread.isInService(node)) {
                double even = bytes / disks * node.diskBytes();
                missing += Math.max(0, reached.least() * even - held);
                tooMuch += Math.max(0, held - reached.most() * even);
            } else {
                tooMuch += held - has.getOrDefault(node.id(), 0.0);
            }
        }
        return Math.max(missing, tooMuch);
    }

    /** To bring every group's operations down to the most that one has now: from each that had more, the ranges with most for their bytes. */
    static double ofOperations(ClusterModel before, ClusterModel after) {
        Map<GroupId, Double> had = Spread.perGroup(before, RangeModel::opsPerSecond);
        double most = Spread.perGroup(after, RangeModel::opsPerSecond).values().stream()
                .mapToDouble(Double::doubleValue)
                .max()
                .orElse(0);
        Map<GroupId, List<RangeModel>> owned = before.ring().stream()
                .collect(Collectors.groupingBy(RangeModel::owner, HashMap::new, Collectors.toList()));
        double least = 0;
        for (Map.Entry<GroupId, Double> group : had.entrySet()) {
            double over = group.getValue() - most;
            if (over > 0) {
                List<RangeModel> densest = owned.getOrDefault(group.getKey(), List.of()).stream()
                        .sorted(Comparator.<RangeModel>comparingDouble(
                                        range -> range.opsPerSecond() / (range.bytes() + 1.0))
                                .reversed())
                        .toList();
                for (RangeModel range : densest) {
                    double part = Math.min(1, over / range.opsPerSecond());
                    least += range.bytes() * part;
                    over -= range.opsPerSecond() * part;
                    if (over <= 0) {
                        break;
                    }
                }
            }
        }
        return least * Founding.REPLICAS;
    }
}
