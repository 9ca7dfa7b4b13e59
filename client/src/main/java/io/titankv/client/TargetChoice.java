package io.titankv.client;

import io.titankv.model.NodeId;
import io.titankv.model.ShardMap;
import io.titankv.model.ShardMap.NodeEntry;
import io.titankv.model.ShardMap.ShardEntry;
import io.titankv.model.Token;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Which node an operation goes to. Pure functions.
 *
 * <p>The best is the leader of the owning shard, or any of its replicas for a read that any may answer. But every node can answer
 * every key, so when the best is away another will do.
 */
final class TargetChoice {
    private TargetChoice() {}

    /**
     * What is known.
     *
     * @param hintedLeader address of the leader as another node told us since the map came
     * @param endpoints the addresses that the client was given, at least one
     */
    record Known(ShardMap map, Optional<String> hintedLeader, List<String> endpoints) {}

    /**
     * The address for the next try.
     *
     * @param anyReplica the read may be answered by any replica
     * @param tried addresses at which this operation failed for the node's fault
     * @param down tells of an address that there is no connection to it now
     */
    static String choose(
            Token token, boolean anyReplica, Known known, Set<String> tried, Predicate<String> down, Random random) {
        String best = bestOrNull(token, anyReplica, known, random);
        if (best != null && !tried.contains(best) && !down.test(best)) {
            // Nearly always, so the others need not be put in order.
            return best;
        }
        List<String> inOrder = inOrder(token, anyReplica, known, random);
        return first(inOrder, address -> !tried.contains(address) && !down.test(address))
                .or(() -> first(inOrder, address -> !down.test(address)))
                .or(() -> first(inOrder, address -> !tried.contains(address)))
                .orElseGet(inOrder::getFirst);
    }

    /** The first of {@link #inOrder}, or null where that takes more than a look. */
    private static @Nullable String bestOrNull(Token token, boolean anyReplica, Known known, Random random) {
        ShardMap map = known.map();
        if (map.isEmpty() || (!anyReplica && known.hintedLeader().isPresent())) {
            return known.hintedLeader().orElse(null);
        }
        ShardEntry shard = map.shard(map.rangeOf(token).owner()).orElse(null);
        if (shard == null || (anyReplica && shard.replicas().isEmpty())) {
            return null;
        }
        NodeId node = anyReplica
                ? shard.replicas().get(random.nextInt(shard.replicas().size()))
                : shard.leader().orElse(null);
        return node == null ? null : addressOf(map, node).orElse(null);
    }

    private static Optional<String> first(List<String> addresses, Predicate<String> fit) {
        return addresses.stream().filter(fit).findFirst();
    }

    /** Every known address once, the best first. */
    static List<String> inOrder(Token token, boolean anyReplica, Known known, Random random) {
        ShardMap map = known.map();
        Set<String> order = new LinkedHashSet<>();
        if (!map.isEmpty()) {
            Optional<ShardEntry> shard = map.shard(map.rangeOf(token).owner());
            List<String> replicas = shuffled(
                    shard.map(ShardEntry::replicas).orElse(List.of()).stream()
                            .flatMap(id -> addressOf(map, id).stream())
                            .toList(),
                    random);
            if (anyReplica) {
                order.addAll(replicas);
            }
            known.hintedLeader().ifPresent(order::add);
            shard.flatMap(ShardEntry::leader).flatMap(id -> addressOf(map, id)).ifPresent(order::add);
            order.addAll(replicas);
            order.addAll(shuffled(map.nodes().stream().map(NodeEntry::address).toList(), random));
        } else {
            known.hintedLeader().ifPresent(order::add);
        }
        order.addAll(shuffled(known.endpoints(), random));
        return List.copyOf(order);
    }

    private static Optional<String> addressOf(ShardMap map, NodeId id) {
        return map.node(id).map(NodeEntry::address).filter(address -> !address.isEmpty());
    }

    private static List<String> shuffled(List<String> addresses, Random random) {
        List<String> copy = new ArrayList<>(addresses);
        Collections.shuffle(copy, random);
        return copy;
    }
}
