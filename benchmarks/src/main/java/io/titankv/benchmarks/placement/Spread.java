package io.titankv.benchmarks.placement;

import io.titankv.model.GroupId;
import io.titankv.model.NodeId;
import io.titankv.placement.plan.ClusterModel;
import io.titankv.placement.plan.GroupModel;
import io.titankv.placement.plan.NodeModel;
import io.titankv.placement.plan.RangeModel;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.ToDoubleFunction;
import java.util.stream.DoubleStream;

/**
 * How evenly something is spread: the least and the most, where 1 is even.
 *
 * @param least the part of an even share that the poorest has
 * @param most the part of an even share that the richest has
 */
record Spread(double least, double most) {
    private static Spread of(DoubleStream parts) {
        double[] all = parts.toArray();
        double mean = Arrays.stream(all).average().orElse(0);
        return mean == 0
                ? new Spread(1, 1)
                : new Spread(
                        Arrays.stream(all).min().orElse(0) / mean,
                        Arrays.stream(all).max().orElse(0) / mean);
    }

    /** Bytes of replicas on the nodes in service, for their disks. */
    static Spread ofDisks(ClusterModel model) {
        Map<NodeId, Double> bytes = bytesOnNodes(model);
        return perNode(model, bytes, NodeModel::diskBytes);
    }

    /** Groups that the nodes lead, for their cores. */
    static Spread ofLeaders(ClusterModel model) {
        return perNode(model, led(model, group -> 1), NodeModel::cores);
    }

    /** What is even of them. */
    static double leadersPerCore(ClusterModel model) {
        return led(model, group -> 1).values().stream()
                        .mapToDouble(Double::doubleValue)
                        .sum()
                / model.nodes().values().stream()
                        .filter(Spread::isInService)
                        .mapToDouble(NodeModel::cores)
                        .sum();
    }

    /** Operations that the nodes serve as leaders, for their cores. */
    static Spread ofLeaderLoad(ClusterModel model) {
        return perNode(model, led(model, GroupModel::opsPerSecond), NodeModel::cores);
    }

    /** Bytes of the groups. */
    static Spread ofGroupBytes(ClusterModel model) {
        return of(perGroup(model, RangeModel::bytes).values().stream().mapToDouble(Double::doubleValue));
    }

    /** Operations of the groups. */
    static Spread ofGroupOps(ClusterModel model) {
        return of(perGroup(model, RangeModel::opsPerSecond).values().stream().mapToDouble(Double::doubleValue));
    }

    private static Spread perNode(
            ClusterModel model, Map<NodeId, Double> amounts, ToDoubleFunction<NodeModel> capacity) {
        double sum = 0;
        double whole = 0;
        for (NodeModel node : model.nodes().values()) {
            if (isInService(node)) {
                sum += amounts.getOrDefault(node.id(), 0.0);
                whole += capacity.applyAsDouble(node);
            }
        }
        double even = sum / whole;
        double[] parts = model.nodes().values().stream()
                .filter(Spread::isInService)
                .mapToDouble(node -> amounts.getOrDefault(node.id(), 0.0) / capacity.applyAsDouble(node) / even)
                .toArray();
        return new Spread(
                Arrays.stream(parts).min().orElse(1), Arrays.stream(parts).max().orElse(1));
    }

    static boolean isInService(NodeModel node) {
        return node.isUp() && node.intent() == NodeModel.Intent.IN_SERVICE;
    }

    static Map<NodeId, Double> bytesOnNodes(ClusterModel model) {
        Map<NodeId, Double> bytes = new TreeMap<>();
        model.groups()
                .values()
                .forEach(group ->
                        group.members().forEach(node -> bytes.merge(node, (double) group.bytes(), Double::sum)));
        return bytes;
    }

    private static Map<NodeId, Double> led(ClusterModel model, ToDoubleFunction<GroupModel> amount) {
        Map<NodeId, Double> led = new TreeMap<>();
        model.groups()
                .values()
                .forEach(group ->
                        group.leader().ifPresent(node -> led.merge(node, amount.applyAsDouble(group), Double::sum)));
        return led;
    }

    static Map<GroupId, Double> perGroup(ClusterModel model, ToDoubleFunction<RangeModel> amount) {
        Map<GroupId, Double> sums = new TreeMap<>();
        model.groups().keySet().forEach(group -> sums.put(group, 0.0));
        model.ring().forEach(range -> sums.merge(range.owner(), amount.applyAsDouble(range), Double::sum));
        return sums;
    }

    /** How far it is from even, at its worst. */
    double imbalance() {
        return Math.max(most - 1, 1 - least);
    }
}
