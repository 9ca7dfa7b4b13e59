package io.titankv.placement.run;

import io.titankv.model.GroupId;
import io.titankv.model.NodeId;
import io.titankv.model.ShardMap;
import io.titankv.placement.run.Reports.Leadership;
import io.titankv.placement.state.GroupRecord;
import io.titankv.placement.state.PlacementState;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Numbers the routes of one placement leadership. A revision is the leadership's Raft term and a count within it, so that
 * revisions rise over changes of the placement leader without a log entry for each new shard leader. Thread-safe.
 */
final class RoutesPublisher {
    private static final int COUNT_BITS = 32;

    private final long term;
    private long count;
    private ShardMap published = ShardMap.EMPTY;

    RoutesPublisher(long term) {
        this.term = term;
    }

    /** The routes as of this state; the same object as before when nothing changed. */
    synchronized ShardMap publish(PlacementState state, Map<GroupId, Leadership> leaders) {
        ShardMap next = routes(state, leaders, revision());
        if (!next.equals(published)) {
            count++;
            published = routes(state, leaders, revision());
        }
        return published;
    }

    synchronized ShardMap published() {
        return published;
    }

    private long revision() {
        return (term << COUNT_BITS) | count;
    }

    private static ShardMap routes(PlacementState state, Map<GroupId, Leadership> leaders, long revision) {
        if (!state.isFounded()) {
            return ShardMap.EMPTY;
        }
        List<ShardMap.NodeEntry> nodes = state.nodes().values().stream()
                .map(node -> new ShardMap.NodeEntry(node.id(), node.gatewayAddress(), node.labels()))
                .toList();
        List<ShardMap.ShardEntry> shards = state.groups().values().stream()
                .filter(group -> group.state() != GroupRecord.State.RETIRED)
                .map(group -> {
                    Optional<Leadership> leader = Optional.ofNullable(leaders.get(group.id()))
                            .filter(known -> isMember(group.members(), known.leader()));
                    return new ShardMap.ShardEntry(
                            group.id(),
                            leader.map(Leadership::leader),
                            leader.map(Leadership::term).orElse(0L),
                            group.members());
                })
                .toList();
        return new ShardMap(
                state.clusterId(),
                state.epoch(),
                revision,
                nodes,
                shards,
                state.ring(),
                state.settings().valueBytesMax());
    }

    private static boolean isMember(List<NodeId> members, NodeId node) {
        return members.contains(node);
    }
}
