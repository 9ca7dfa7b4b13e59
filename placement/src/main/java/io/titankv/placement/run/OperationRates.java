package io.titankv.placement.run;

import io.titankv.model.GroupId;
import io.titankv.model.NodeId;
import io.titankv.proto.internal.v1.ReplicaState;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Operations a second of each group, from the counters in heartbeats, smoothed so that a burst moves no data. As large as there are
 * replicas. Guarded by the book that keeps it.
 */
final class OperationRates {
    /** What is older than this has lost two thirds of its weight. A guess. */
    private static final double SMOOTHING_SECONDS = 30;

    private final Map<NodeId, Map<GroupId, Counter>> counters = new HashMap<>();

    /** @param seconds for how long it has been counted */
    private record Counter(long operations, long nanos, double perSecond, double seconds) {
        Counter next(long now, long nowNanos) {
            double elapsed = (nowNanos - nanos) / 1e9;
            if (elapsed <= 0 || now < operations) {
                return new Counter(now, nowNanos, perSecond, seconds); // the process began anew
            }
            double of = (now - operations) / elapsed;
            // At first the mean of all that was counted, so that the first second does not stand for half a minute.
            double weight = Math.max(elapsed / (seconds + elapsed), 1 - Math.exp(-elapsed / SMOOTHING_SECONDS));
            return new Counter(now, nowNanos, perSecond + weight * (of - perSecond), seconds + elapsed);
        }
    }

    void note(NodeId node, Map<GroupId, ReplicaState> replicas, long nowNanos) {
        Map<GroupId, Counter> of = counters.computeIfAbsent(node, ignored -> new HashMap<>());
        of.keySet().retainAll(replicas.keySet());
        replicas.forEach((group, replica) -> of.compute(group, (ignored, before) -> next(before, replica, nowNanos)));
    }

    private static Counter next(@Nullable Counter before, ReplicaState replica, long nowNanos) {
        return before == null
                ? new Counter(replica.getOperations(), nowNanos, 0, 0)
                : before.next(replica.getOperations(), nowNanos);
    }

    /** Of each group, on these nodes; empty until all of them have been counted for long enough to be compared. */
    Optional<Map<GroupId, Double>> perSecond(Collection<NodeId> nodes) {
        Map<GroupId, Double> rates = new HashMap<>();
        for (NodeId node : nodes) {
            for (Map.Entry<GroupId, Counter> entry :
                    counters.getOrDefault(node, Map.of()).entrySet()) {
                if (entry.getValue().seconds() < SMOOTHING_SECONDS) {
                    return Optional.empty();
                }
                rates.merge(entry.getKey(), entry.getValue().perSecond(), Double::sum);
            }
        }
        return Optional.of(rates);
    }
}
