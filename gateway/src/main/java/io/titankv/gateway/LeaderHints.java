package io.titankv.gateway;

import io.titankv.model.GroupId;
import io.titankv.model.NodeId;
import io.titankv.model.ShardMap;
import io.titankv.proto.errors.TitanError;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Who led a shard when this gateway last heard of it from another: newer than the map most of the time, and wrong now and then,
 * which costs a try. Holds at most one entry a shard. Thread-safe.
 */
final class LeaderHints {
    private final ConcurrentHashMap<GroupId, Leader> leaders = new ConcurrentHashMap<>();

    /**
     * A leader, as far as was heard.
     *
     * @param address HOST:PORT of its gateway
     */
    record Leader(NodeId node, String address) {}

    Optional<Leader> of(GroupId group) {
        return Optional.ofNullable(leaders.get(group));
    }

    void learn(GroupId group, Leader leader) {
        // Reading first keeps the common case, nothing new, free of writes.
        if (!leader.equals(leaders.get(group))) {
            leaders.put(group, leader);
        }
    }

    /** That node does not lead it, or cannot be reached. */
    void forget(GroupId group, NodeId node) {
        leaders.computeIfPresent(group, (_, known) -> known.node().equals(node) ? null : known);
    }

    /** Whom a refusal names, at the address that the routes have for it. */
    static @Nullable Leader namedOrNull(TitanError error, ShardMap map) {
        NodeId node;
        try {
            node = error.leaderNodeId().map(NodeId::new).orElse(null);
        } catch (IllegalArgumentException e) {
            // A hint that cannot be read is no hint.
            return null;
        }
        if (node == null) {
            return null;
        }
        NodeId named = node;
        return map.node(named)
                .map(ShardMap.NodeEntry::address)
                .or(error::leaderAddress)
                .map(address -> new Leader(named, address))
                .orElse(null);
    }
}
