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
import java.util.Objects;

/**
 * What the ring's ranges hold and how much they are asked for: what goes with a range is its live records, what is dead stays behind and
 * is merged away. Heartbeats tell bytes by group, which are taken as even over its tokens, as keys are; its operations are where they
 * were sampled, so that one key that all ask for is not taken for many. Such a key's token has a range of its own here. Pure functions.
 */
final class RingLoads {
    private RingLoads() {}

    /**
     * What a group has.
     *
     * @param share of the ring
     * @param bytes of its live records
     * @param operations a second
     * @param spread where those were sampled
     * @param sampled operations that were sampled of what the group has now, more of them may have gone elsewhere since; 0: it is not known
     *     where they are
     */
    private record GroupLoad(double share, long bytes, double operations, SampledLoad.Spread spread, double sampled) {
        RangeModel model(TokenRange range, GroupId owner) {
            double part = range.share() / share;
            double operationsPart = sampled == 0 ? part : spread.within(range) / sampled;
            return new RangeModel(range, owner, Math.round(bytes * part), operations * operationsPart);
        }

        List<SampledLoad.Hot> hot() {
            return sampled == 0 ? List.of() : spread.hot();
        }
    }

    static List<RangeModel> of(PlacementState state, Reports reports) {
        Map<GroupId, Double> sampled = new HashMap<>();
        for (RangeEntry entry : state.ring()) {
            SampledLoad.Spread spread = reports.sampled(entry.owner()).spread();
            if (spread.isTelling()) {
                sampled.merge(entry.owner(), spread.within(entry.range()), Double::sum);
            }
        }
        Map<GroupId, GroupLoad> loads = new HashMap<>();
        Duties.shares(state.ring())
                .forEach((group, share) -> loads.put(
                        group,
                        new GroupLoad(
                                share,
                                liveBytes(group, state, reports),
                                reports.operationsPerSecond(group),
                                reports.sampled(group).spread(),
                                sampled.getOrDefault(group, 0.0))));
        List<RangeModel> ring = new ArrayList<>();
        state.ring().forEach(entry -> add(entry, Objects.requireNonNull(loads.get(entry.owner())), ring));
        return List.copyOf(ring);
    }

    private static long liveBytes(GroupId group, PlacementState state, Reports reports) {
        return state.membersOf(group).holders().stream()
                .flatMap(node -> reports.replica(node, group).stream())
                .mapToLong(ReplicaState::getLiveBytes)
                .max()
                .orElse(0);
    }

    private static void add(RangeEntry entry, GroupLoad load, List<RangeModel> ring) {
        TokenRange rest = entry.range();
        for (SampledLoad.Hot hot : load.hot()) {
            long from = hot.token() & -RangeModel.WIDTH_MIN;
            long to = from + RangeModel.WIDTH_MIN;
            if (rest.contains(from) && rest.contains(to)) {
                if (from != rest.startInclusive()) {
                    ring.add(load.model(new TokenRange(rest.startInclusive(), from), entry.owner()));
                }
                ring.add(load.model(new TokenRange(from, to), entry.owner()));
                rest = new TokenRange(to, rest.endExclusive());
            }
        }
        ring.add(load.model(rest, entry.owner()));
    }
}
