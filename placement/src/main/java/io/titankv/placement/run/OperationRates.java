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

    /**
     * What a group is asked for.
     *
     * @param perSecond reads and writes
     * @param sampled where on the ring they were
     */
    record Load(double perSecond, SampledLoad sampled) {
        static final Load NONE = new Load(0, SampledLoad.NONE);

        Load and(Load other) {
            return new Load(perSecond + other.perSecond, sampled.and(other.sampled));
        }
    }

    /** @param seconds for how long it has been counted */
    private record Counter(long operations, long nanos, double perSecond, double seconds, SampledLoad sampled) {
        Counter next(ReplicaState replica, long nowNanos) {
            long now = replica.getOperations();
            double elapsed = (nowNanos - nanos) / 1e9;
            if (elapsed <= 0 || now < operations) {
                return new Counter(now, nowNanos, perSecond, seconds, sampled); // the process began anew
            }
            double of = (now - operations) / elapsed;
            // At first the mean of all that was counted, so that the first second does not stand for half a minute.
            double weight = Math.max(elapsed / (seconds + elapsed), 1 - Math.exp(-elapsed / SMOOTHING_SECONDS));
            return new Counter(
                    now,
                    nowNanos,
                    perSecond + weight * (of - perSecond),
                    seconds + elapsed,
                    sampled.with(replica.getSampledTokensList(), now - operations));
        }
    }

    void note(NodeId node, Map<GroupId, ReplicaState> replicas, long nowNanos) {
        Map<GroupId, Counter> of = counters.computeIfAbsent(node, ignored -> new HashMap<>());
        of.keySet().retainAll(replicas.keySet());
        replicas.forEach((group, replica) -> of.compute(group, (ignored, before) -> next(before, replica, nowNanos)));
    }

    private static Counter next(@Nullable Counter before, ReplicaState replica, long nowNanos) {
        return before == null
                ? new Counter(replica.getOperations(), nowNanos, 0, 0, SampledLoad.NONE)
                : before.next(replica, nowNanos);
    }

    /** Of each group, on these nodes; empty until all of them have been counted for long enough to be compared. */
    Optional<Map<GroupId, Load>> loads(Collection<NodeId> nodes) {
        Map<GroupId, Load> loads = new HashMap<>();
        for (NodeId node : nodes) {
            for (Map.Entry<GroupId, Counter> entry :
                    counters.getOrDefault(node, Map.of()).entrySet()) {
                if (entry.getValue().seconds() < SMOOTHING_SECONDS) {
                    return Optional.empty();
                }
                Counter counter = entry.getValue();
                loads.merge(entry.getKey(), new Load(counter.perSecond(), counter.sampled()), Load::and);
            }
        }
        return Optional.of(loads);
    }
}
