package io.titankv.placement.run;

import io.titankv.model.Epoch;
import io.titankv.model.GroupId;
import io.titankv.model.NodeId;
import io.titankv.model.ShardMap;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Tells of new routes whether this node should ask placement at once what to do: placement says so in the answer to a heartbeat, and the
 * next one may be a second away. Thread-safe.
 */
final class RouteNews {
    private final NodeId self;
    private final Supplier<@Nullable NodeActions> actions;
    /** The shards that the newest map puts on this node. */
    private Set<GroupId> here = Set.of();

    private Epoch epoch = Epoch.NONE;

    RouteNews(NodeId self, Supplier<@Nullable NodeActions> actions) {
        this.self = self;
        this.actions = actions;
    }

    /**
     * True when a shard was put on this node, for which it has a replica to create; or when ranges changed hands and a shard here takes
     * part in a transfer, which it is to settle: until then clients wait for it.
     */
    synchronized boolean isUrgent(ShardMap map) {
        Set<GroupId> before = here;
        boolean rose = map.epoch().compareTo(epoch) > 0;
        epoch = map.epoch();
        here = map.shards().stream()
                .filter(shard -> shard.replicas().contains(self))
                .map(ShardMap.ShardEntry::id)
                .collect(Collectors.toUnmodifiableSet());
        return !before.containsAll(here) || (rose && takesPart(actions.get()));
    }

    private static boolean takesPart(@Nullable NodeActions running) {
        return running != null && running.localReplicas().stream().anyMatch(RouteNews::takesPart);
    }

    /** Whether a replica's shard takes part in a transfer. */
    static boolean takesPart(ReplicaReport report) {
        return report.transfer().filter(part -> part.transfer() != 0).isPresent();
    }
}
