package io.titankv.placement.plan;

import static org.assertj.core.api.Assertions.assertThat;

import io.titankv.model.Epoch;
import io.titankv.model.GroupId;
import io.titankv.model.NodeId;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

final class LeaderPlannerProperties {
    @Example
    void aBalancedClusterIsLeftAlone() {
        assertThat(moves(List.of(led(1, 1, 1, 2, 3), led(2, 2, 2, 3, 1), led(3, 3, 3, 1, 2))))
                .isEmpty();
        // A difference of one cannot be mended.
        assertThat(moves(List.of(led(1, 1, 1, 2), led(2, 1, 1, 2), led(3, 2, 2, 1))))
                .isEmpty();
    }

    @Example
    void aNodeThatCameBackGetsItsOwnLeadershipsBack() {
        // n3 is preferred by s3 and s6, and was away.
        List<Led> groups = List.of(
                led(1, 1, 1, 2, 3),
                led(2, 2, 2, 3, 1),
                led(3, 1, 3, 1, 2),
                led(4, 1, 1, 2, 3),
                led(5, 2, 2, 3, 1),
                led(6, 2, 3, 1, 2));
        assertThat(moves(groups))
                .containsExactlyInAnyOrder(
                        new Move(new GroupId(3), node(1), node(3)), new Move(new GroupId(6), node(2), node(3)));
    }

    @Example
    void aChainOverAThirdNodeBalancesWhereThereIsNoDirectWay() {
        // n1 leads three and can give to n2 only; n2 leads two and can give to n3, which leads none.
        List<Led> groups = List.of(led(1, 1, 1, 2), led(2, 1, 1, 2), led(3, 1, 1, 2), led(4, 2, 2, 3), led(5, 2, 2, 3));
        Map<NodeId, Integer> after = loads(groups, moves(groups));
        assertThat(after).containsEntry(node(1), 2).containsEntry(node(2), 2).containsEntry(node(3), 1);
    }

    @Example
    void aGroupThatWasJustMovedStays() {
        List<Led> groups = List.of(
                new Led(new GroupId(1), node(1), List.of(node(1), node(2)), false),
                new Led(new GroupId(2), node(1), List.of(node(1), node(2)), false));
        assertThat(moves(groups)).isEmpty();
    }

    @Property(tries = 300)
    void fullReplicationIsBalancedWithinOneByTheFewestMoves(
            @ForAll long seed, @ForAll @IntRange(min = 1, max = 7) int nodes, @ForAll @IntRange(max = 40) int count) {
        Random random = new Random(seed);
        List<NodeId> all = new ArrayList<>();
        for (int i = 1; i <= nodes; i++) {
            all.add(node(i));
        }
        List<Led> groups = new ArrayList<>();
        for (int i = 1; i <= count; i++) {
            groups.add(new Led(new GroupId(i), all.get(random.nextInt(nodes)), all, true));
        }
        List<Move> moves = moves(groups);
        Map<NodeId, Integer> after = loads(groups, moves);
        all.forEach(node ->
                assertThat(after.getOrDefault(node, 0)).isBetween(count / nodes, -Math.floorDiv(-count, nodes)));
        assertThat(moves).hasSize(fewestMoves(loads(groups, List.of()), nodes, count));
    }

    @Property(tries = 300)
    void movesGoToAbleNodesAndAPlanCarriedOutLeavesNothingToDo(
            @ForAll long seed, @ForAll @IntRange(min = 3, max = 8) int nodes, @ForAll @IntRange(max = 40) int count) {
        Random random = new Random(seed);
        List<Led> groups = new ArrayList<>();
        for (int i = 1; i <= count; i++) {
            List<NodeId> members = random.ints(1, nodes + 1)
                    .distinct()
                    .limit(3)
                    .mapToObj(LeaderPlannerProperties::node)
                    .toList();
            groups.add(new Led(new GroupId(i), members.get(random.nextInt(3)), members, true));
        }
        List<Move> moves = moves(groups);
        List<Led> after = new ArrayList<>();
        for (Led group : groups) {
            List<Move> own = moves.stream()
                    .filter(move -> move.group().equals(group.group()))
                    .toList();
            assertThat(own).hasSizeLessThanOrEqualTo(1);
            own.forEach(move -> {
                assertThat(move.from()).isEqualTo(group.leader());
                assertThat(group.able()).contains(move.to());
            });
            NodeId leader = own.isEmpty() ? group.leader() : own.getFirst().to();
            after.add(new Led(group.group(), leader, group.able(), true));
        }
        assertThat(moves(after)).isEmpty();
        assertThat(squares(loads(after, List.of()))).isLessThanOrEqualTo(squares(loads(groups, List.of())));
    }

    @Property(tries = 100)
    void loadIsEvenedOutWithoutMakingNumbersLessEven(@ForAll long seed, @ForAll @IntRange(min = 3, max = 9) int nodes) {
        ClusterModel before =
                Clusters.noisy(Clusters.founded(Clusters.nodes(1, nodes, 0), nodes * 10, 3), 0.9, new Random(seed));
        List<Step.MoveLeader> moves = new LeaderPlanner(before, PlanPolicy.DEFAULT).moves(Set.of());
        ClusterModel after = before.after(moves.stream()
                .map(move -> new Action.TransferLeadership(move.group(), move.from(), move.to()))
                .toList());

        assertThat(busiest(after)).isLessThanOrEqualTo(Math.max(busiest(before), 1.1));
        assertThat(busiest(after)).isLessThan(1.2);
        for (int node = 1; node <= nodes; node++) {
            NodeId id = node(node);
            assertThat(after.groups().values().stream()
                            .filter(group -> group.leader().filter(id::equals).isPresent())
                            .count())
                    .isEqualTo(10);
        }
        assertThat(new LeaderPlanner(after, PlanPolicy.DEFAULT).moves(Set.of())).isEmpty();
    }

    @Example
    void aNodeThatIsNotSettledKeepsItsLeadersAndGetsNone() {
        ClusterModel model = Clusters.founded(Clusters.nodes(1, 3, 0), 9, 3);
        NodeModel fresh = new NodeModel(
                node(3),
                Map.of(),
                4,
                Clusters.DISK_BYTES,
                Clusters.DISK_BYTES,
                NodeModel.Intent.IN_SERVICE,
                new NodeModel.Presence.Up(Duration.ofSeconds(1)));
        assertThat(new LeaderPlanner(model.withNodes(List.of(fresh)), PlanPolicy.DEFAULT).moves(Set.of()))
                .isEmpty();
        ClusterModel without = Clusters.without(model, node(3), Duration.ofSeconds(10));
        assertThat(new LeaderPlanner(without.withNodes(List.of(fresh)), PlanPolicy.DEFAULT).moves(Set.of()))
                .noneMatch(move -> move.to().equals(node(3)));
    }

    @Example
    void aNodeWhoseDiskIsNearlyFullGivesItsLeadersAwayAndGetsNoneWhereOthersHaveRoom() {
        ClusterModel model = Clusters.founded(Clusters.nodes(1, 3, 0), 9, 3);
        ClusterModel full = model.withNodes(List.of(withFree(300L << 20, 3)));

        List<Step.MoveLeader> moves = new LeaderPlanner(full, PlanPolicy.DEFAULT).moves(Set.of());

        assertThat(moves).hasSize(3).allSatisfy(move -> {
            assertThat(move.from()).isEqualTo(node(3));
            assertThat(move.why()).isEqualTo("n3 has 300.0 MiB free on its disk and would refuse writes");
        });
        ClusterModel after = full.after(moves.stream()
                .map(move -> new Action.TransferLeadership(move.group(), move.from(), move.to()))
                .toList());
        assertThat(new LeaderPlanner(after, PlanPolicy.DEFAULT).moves(Set.of())).isEmpty();
        ClusterModel roomy = after.withNodes(List.of(withFree(400L << 20, 3)));
        assertThat(new LeaderPlanner(roomy, PlanPolicy.DEFAULT).moves(Set.of())).hasSize(3);
        ClusterModel allFull = full.withNodes(List.of(withFree(0, 1), withFree(0, 2)));
        assertThat(new LeaderPlanner(allFull, PlanPolicy.DEFAULT).moves(Set.of()))
                .isEmpty();
    }

    private static NodeModel withFree(long freeBytes, int number) {
        NodeModel node = Clusters.nodes(number, number, 0).getFirst();
        return new NodeModel(
                node.id(), node.labels(), node.cores(), node.diskBytes(), freeBytes, node.intent(), node.presence());
    }

    @Example
    void aGroupThatAnOperationChangesStaysWhereItIs() {
        List<Led> groups = List.of(led(1, 1, 1, 2), led(2, 1, 1, 2));
        ClusterModel model = model(groups);
        assertThat(new LeaderPlanner(model, PlanPolicy.DEFAULT).moves(Set.of())).hasSize(1);
        ClusterModel claimed =
                model.withClaims(new TreeMap<>(Map.of(new GroupId(1), "operation 1", new GroupId(2), "operation 2")));
        assertThat(new LeaderPlanner(claimed, PlanPolicy.DEFAULT).moves(Set.of()))
                .isEmpty();
    }

    /** Operations of the busiest leader, 1 when they are even. */
    private static double busiest(ClusterModel model) {
        Map<NodeId, Double> loads = new HashMap<>();
        model.groups()
                .values()
                .forEach(group -> loads.merge(group.leader().orElseThrow(), group.opsPerSecond(), Double::sum));
        double sum = loads.values().stream().mapToDouble(Double::doubleValue).sum();
        return loads.values().stream().mapToDouble(Double::doubleValue).max().orElse(0)
                / (sum / model.nodes().size());
    }

    /** A group as this test speaks of it: who leads it, and who could, the preferred one first. */
    private record Led(GroupId group, NodeId leader, List<NodeId> able, boolean movable) {}

    private record Move(GroupId group, NodeId from, NodeId to) {}

    private static List<Move> moves(List<Led> led) {
        Set<GroupId> resting = new TreeSet<>();
        led.stream().filter(group -> !group.movable()).forEach(group -> resting.add(group.group()));
        return new LeaderPlanner(model(led), PlanPolicy.DEFAULT)
                .moves(resting).stream()
                        .map(move -> new Move(move.group(), move.from(), move.to()))
                        .toList();
    }

    private static ClusterModel model(List<Led> led) {
        Set<NodeId> nodes = new TreeSet<>();
        List<GroupModel> groups = new ArrayList<>();
        for (Led group : led) {
            nodes.add(group.leader());
            nodes.addAll(group.able());
            List<NodeId> members = new ArrayList<>(group.able());
            if (!members.contains(group.leader())) {
                members.add(group.leader());
            }
            groups.add(new GroupModel(
                    group.group(),
                    members.size(),
                    members.stream().map(ReplicaModel::voter).toList(),
                    Optional.of(group.leader()),
                    0,
                    0));
        }
        return ClusterModel.of(
                Epoch.NONE,
                nodes.stream()
                        .map(node -> Clusters.node(node.value(), Map.of()))
                        .toList(),
                groups,
                List.of());
    }

    /** With every move possible: what is above the upper bound, or what is missing to the lower, whichever is more. */
    private static int fewestMoves(Map<NodeId, Integer> loads, int nodes, int count) {
        int floor = count / nodes;
        int ceiling = -Math.floorDiv(-count, nodes);
        int above = 0;
        int below = 0;
        for (int i = 1; i <= nodes; i++) {
            int load = loads.getOrDefault(node(i), 0);
            above += Math.max(0, load - ceiling);
            below += Math.max(0, floor - load);
        }
        return Math.max(above, below);
    }

    private static long squares(Map<NodeId, Integer> loads) {
        return loads.values().stream().mapToLong(load -> (long) load * load).sum();
    }

    private static Map<NodeId, Integer> loads(List<Led> groups, List<Move> moves) {
        Map<NodeId, Integer> loads = new HashMap<>();
        groups.forEach(group -> loads.merge(group.leader(), 1, Integer::sum));
        moves.forEach(move -> {
            loads.merge(move.from(), -1, Integer::sum);
            loads.merge(move.to(), 1, Integer::sum);
        });
        return loads;
    }

    private static Led led(int group, int leader, int... able) {
        List<NodeId> nodes = new ArrayList<>();
        for (int node : able) {
            nodes.add(node(node));
        }
        return new Led(new GroupId(group), node(leader), nodes, true);
    }

    private static NodeId node(int number) {
        return new NodeId("n" + number);
    }
}
