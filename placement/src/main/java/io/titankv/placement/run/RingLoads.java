package io.titankv.placement.run;

import io.titankv.model.GroupId;
import io.titankv.model.ShardMap.RangeEntry;
import io.titankv.model.TokenRange;
import io.titankv.placement.plan.RangeModel;
import io.titankv.placement.state.PlacementState;
import io.titankv.proto.internal.v1.ReplicaState;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What the ring's ranges hold and how much they are asked for: what goes with a range is its live records, what is dead stays behind and
 * is merged away. Heartbeats tell bytes by group, which are taken as even over its tokens, as keys are; its operations are where they
 * were sampled, so that one key that all ask for is not taken for many. Such a key's token has a range of its own here. Used once by one
 * thread.
 */
final class RingLoads {
    private final Map<GroupId, Double> bytesPerShare = new HashMap<>();
    private final Map<GroupId, Double> operations = new HashMap<>();
    private final Map<GroupId, Double> shares;
    private final Map<GroupId, SampledLoad.Spread> spreads = new HashMap<>();
    /** Operations that were sampled of what the group has now; more of them may have gone elsewhere since. */
    private final Map<GroupId, Double> sampled = new HashMap<>();

    private RingLoads(PlacementState state, Reports reports) {
        shares = Duties.shares(state.ring());
        shares.forEach((group, share) -> {
            long liveBytes = state.membersOf(group).holders().stream()
                    .flatMap(node -> reports.replica(node, group).stream())
                    .mapToLong(ReplicaState::getLiveBytes)
                    .max()
                    .orElse(0);
            bytesPerShare.put(group, liveBytes / share);
            operations.put(group, reports.operationsPerSecond(group));
            SampledLoad.Spread spread = reports.sampled(group).spread();
            if (spread.isTelling()) {
                spreads.put(group, spread);
            }
        });
        for (RangeEntry entry : state.ring()) {
            SampledLoad.Spread spread = spreads.get(entry.owner());
            if (spread != null) {
                TokenRange range = entry.range();
                sampled.merge(entry.owner(), spread.between(range.startInclusive(), range.endExclusive()), Double::sum);
            }
        }
    }

    static List<RangeModel> of(PlacementState state, Reports reports) {
        RingLoads loads = new RingLoads(state, reports);
        List<RangeModel> ring = new ArrayList<>();
        state.ring().forEach(entry -> loads.add(entry, ring));
        return List.copyOf(ring);
    }

    private void add(RangeEntry entry, List<RangeModel> ring) {
        TokenRange range = entry.range();
        SampledLoad.Spread spread = spreads.get(entry.owner());
        long start = range.startInclusive();
        if (spread != null) {
            for (SampledLoad.Hot hot : spread.hot()) {
                long from = hot.token() & -RangeModel.WIDTH_MIN;
                if (isWithin(from, start, range.endExclusive())
                        && isWithin(from + RangeModel.WIDTH_MIN, start, range.endExclusive())) {
                    if (from != start) {
                        ring.add(model(new TokenRange(start, from), entry.owner()));
                    }
                    ring.add(model(new TokenRange(from, from + RangeModel.WIDTH_MIN), entry.owner()));
                    start = from + RangeModel.WIDTH_MIN;
                }
            }
        }
        ring.add(model(new TokenRange(start, range.endExclusive()), entry.owner()));
    }

    /** Whether a token is at or after a start and before an end, which may be the ring's. */
    private static boolean isWithin(long token, long start, long end) {
        return Long.compareUnsigned(token, start) >= 0 && (end == 0 || Long.compareUnsigned(token, end) < 0);
    }

    private RangeModel model(TokenRange range, GroupId owner) {
        long bytes = Math.round(bytesPerShare.getOrDefault(owner, 0.0) * range.share());
        return new RangeModel(range, owner, bytes, operations.getOrDefault(owner, 0.0) * part(range, owner));
    }

    /** Of the group's operations. */
    private double part(TokenRange range, GroupId owner) {
        SampledLoad.Spread spread = spreads.get(owner);
        double all = sampled.getOrDefault(owner, 0.0);
        if (spread == null || all == 0) {
            return range.share() / shares.getOrDefault(owner, 1.0);
        }
        return spread.between(range.startInclusive(), range.endExclusive()) / all;
    }
}
