package io.titankv.gateway;

import io.titankv.gateway.LeaderHints.Leader;
import io.titankv.model.GroupId;
import io.titankv.model.NodeId;
import io.titankv.model.ShardMap;
import io.titankv.multiraft.host.ReplicaStatus;
import io.titankv.multiraft.shard.Shard;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/**
 * Chooses who is asked next, of those not asked yet in this round. Immutable; keeps no state of a request.
 *
 * <p>For the leader: this node if it leads, then whom the last refusal named, whom the local replica follows, whom others named,
 * whom the map names; at last any replica, which may know more. For any replica: this node, then the others in no order.
 */
record TargetChoice(NodeId self, LocalShards shards, LeaderHints hints) {

    /**
     * Whom to ask next.
     *
     * @param asked nodes asked in this round
     * @param hint whom the last refusal named
     * @param anyLeaderOrNot the leader's own data is quarantined: every replica may be asked for the leader's word
     */
    Target choose(
            GroupId group,
            ShardMap map,
            boolean needLeader,
            List<NodeId> asked,
            @Nullable Leader hint,
            boolean anyLeaderOrNot) {
        Optional<Shard> local = asked.contains(self) ? Optional.empty() : shards.shard(group);
        if (anyLeaderOrNot) {
            return local.<Target>map(Target.Local::new)
                    .orElseGet(() -> anyReplica(group, map, asked, Arrival.FORWARDED_TO_REPLICA));
        }
        return needLeader ? leader(group, map, local, asked, hint) : replica(group, map, local, asked, hint);
    }

    private Target leader(
            GroupId group, ShardMap map, Optional<Shard> local, List<NodeId> asked, @Nullable Leader hint) {
        @Nullable NodeId followed = null;
        if (local.isPresent()) {
            if (local.get().leads()) {
                return new Target.Local(local.get());
            }
            ReplicaStatus status = local.get().status();
            if (status.isAboutToLead()) {
                // Nobody else does.
                return new Target.Nobody();
            }
            followed = status.leader();
        }
        @Nullable Leader named = usableOrNull(hint, asked);
        if (named != null) {
            return peer(named.node(), named.address());
        }
        @Nullable Target followedPeer = peerOrNull(followed, map, asked);
        if (followedPeer != null) {
            return followedPeer;
        }
        @Nullable Leader learned = usableOrNull(hints.of(group).orElse(null), asked);
        if (learned != null) {
            return peer(learned.node(), learned.address());
        }
        @Nullable
        Target mapped =
                peerOrNull(map.shard(group).flatMap(ShardMap.ShardEntry::leader).orElse(null), map, asked);
        return mapped != null ? mapped : anyReplica(group, map, asked, Arrival.FORWARDED);
    }

    private Target replica(
            GroupId group, ShardMap map, Optional<Shard> local, List<NodeId> asked, @Nullable Leader hint) {
        if (local.isPresent()) {
            return new Target.Local(local.get());
        }
        @Nullable Leader named = usableOrNull(hint, asked);
        if (named != null) {
            return peer(named.node(), named.address());
        }
        return anyReplica(group, map, asked, Arrival.FORWARDED);
    }

    private Target anyReplica(GroupId group, ShardMap map, List<NodeId> asked, Arrival arrival) {
        List<NodeId> others = new ArrayList<>();
        map.shard(group).ifPresent(shard -> shard.replicas().forEach(others::add));
        others.removeIf(node ->
                node.equals(self) || asked.contains(node) || map.node(node).isEmpty());
        if (others.isEmpty()) {
            return new Target.Nobody();
        }
        Collections.swap(others, 0, ThreadLocalRandom.current().nextInt(others.size()));
        NodeId chosen = others.getFirst();
        return new Target.Peer(chosen, map.node(chosen).orElseThrow().address(), arrival);
    }

    private @Nullable Target peerOrNull(@Nullable NodeId node, ShardMap map, List<NodeId> asked) {
        if (node == null || node.equals(self) || asked.contains(node)) {
            return null;
        }
        return map.node(node).map(entry -> peer(node, entry.address())).orElse(null);
    }

    private static Target peer(NodeId node, String address) {
        return new Target.Peer(node, address, Arrival.FORWARDED);
    }

    private @Nullable Leader usableOrNull(@Nullable Leader leader, List<NodeId> asked) {
        return leader == null || leader.node().equals(self) || asked.contains(leader.node()) ? null : leader;
    }
}
