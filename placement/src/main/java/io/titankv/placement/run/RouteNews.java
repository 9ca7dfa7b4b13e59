package io.titankv.placement.run;

import io.titankv.model.Epoch;
import io.titankv.model.GroupId;
import io.titankv.model.NodeId;
import io.titankv.model.ShardMap;
import io.titankv.placement.run.PlacementOptions.Timings;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Tells of new routes whether this node should ask placement at once what to do: placement says so in the answer to a heartbeat, and the
 * next one may be a second away. Thread-safe.
 */
final class RouteNews {
    /** So many times as often as else in a transfer while ranges are served by nobody, which is for less than a second. */
    private static final int HURRIED = 8;

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

    /**
     * How long a node with these replicas waits until it asks placement again, unless it has news: shorter in a range transfer, and
     * short while clients wait for what placement and the node tell each other.
     */
    static Duration pause(List<ReplicaReport> replicas, Timings timings) {
        if (replicas.stream().anyMatch(RouteNews::holdsClientsUp)) {
            return timings.operateEvery().dividedBy(HURRIED);
        }
        return replicas.stream().anyMatch(RouteNews::takesPart) ? timings.operateEvery() : timings.heartbeatEvery();
    }

    /** Whether a replica's shard has frozen ranges, or all that it is to get: until the transfer is settled nobody serves them. */
    private static boolean holdsClientsUp(ReplicaReport report) {
        return report.transfer()
                .filter(part -> part.transfer() != 0)
                .filter(part -> part.side() == TransferReport.Side.FROZEN || part.complete())
                .isPresent();
    }

    /** Whether a replica's shard takes part in a transfer. */
    private static boolean takesPart(ReplicaReport report) {
        return report.transfer().filter(part -> part.transfer() != 0).isPresent();
    }
}
