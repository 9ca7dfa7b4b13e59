package io.titankv.placement.run;

import io.titankv.placement.plan.ClusterModel;
import io.titankv.placement.plan.Decision;
import io.titankv.placement.plan.PlanPolicy;
import io.titankv.placement.plan.RangeModel;
import io.titankv.placement.plan.RangePlanner;
import io.titankv.placement.plan.WaitingOn;
import io.titankv.placement.state.OperationRecord;
import io.titankv.placement.state.PlacementState;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** When bytes and operations are evened out over the shards by themselves. Pure functions. */
final class RangeSchedule {
    /** What is moved is counted over so long. */
    static final Duration WINDOW = Duration.ofHours(1);

    /** Shards must be uneven for so long: a burst of requests moves no data. A guess. */
    static final Duration PATIENCE = Duration.ofMinutes(1);

    /** So much is copied at most within the window, over all replicas: a guess at what a small cluster does not notice. */
    static final long BYTES_MAX = 16L << 30;

    /** With fewer live bytes in a mean shard, it does not matter where they are. */
    private static final long MEAN_BYTES_MIN = 4L << 20;

    /** With fewer operations a second in a mean shard, what differs is chance. */
    private static final double MEAN_OPS_MIN = 100;

    /**
     * Load is smoothed and sampled over half a minute: decided sooner after ranges changed hands, what was just moved would be moved once
     * more.
     */
    static final Duration COUNTING = Duration.ofMinutes(1);

    /** Each plan within the window waits twice as long as the one before it, so often: what does not get even is not moved for ever. */
    private static final int DOUBLINGS_MAX = 5;

    private RangeSchedule() {}

    /**
     * The plan to begin now, or what holds it back.
     *
     * @param begun an earlier plan did not get as far as the band's end yet
     */
    static Decision decide(PlacementState state, ClusterModel model, PlanPolicy policy, Instant now, boolean begun) {
        int shards = Math.max(1, state.groups().size());
        double meanBytes = model.ring().stream().mapToLong(RangeModel::bytes).sum() / (double) shards;
        double meanOps =
                model.ring().stream().mapToDouble(RangeModel::opsPerSecond).sum() / shards;
        boolean isEnabled = state.wishes().schedulers().balanceRanges();
        if (isEnabled && meanBytes < MEAN_BYTES_MIN && meanOps < MEAN_OPS_MIN) {
            return Decision.Rest.DONE;
        }
        Optional<WaitingOn> counting = isEnabled ? counting(state, now) : Optional.empty();
        if (counting.isPresent()) {
            return new Decision.Rest(List.of(counting.get()));
        }
        ClusterModel seen =
                (meanOps < MEAN_OPS_MIN ? withoutOps(model) : model).withClaims(Claims.of(state, Claims.Level.RANGES));
        return new RangePlanner(seen, policy)
                .balance(new RangePlanner.Automatic(isEnabled, begun, movedBytes(state, now), BYTES_MAX, WINDOW));
    }

    private static Optional<WaitingOn> counting(PlacementState state, Instant now) {
        int plans = (int) begunWithinWindow(state, now).count();
        Duration wait = COUNTING.multipliedBy(1L << Math.clamp(plans - 1, 0, DOUBLINGS_MAX));
        return state.journal().operations().values().stream()
                .filter(operation -> Claims.levelOf(operation) == Claims.Level.RANGES)
                .flatMap(operation -> operation.times().ended().stream())
                .max(Comparator.naturalOrder())
                .map(ended -> Duration.between(now, ended.plus(wait)))
                .filter(Duration::isPositive)
                .map(left -> new WaitingOn.CountedAnew(left, plans, WINDOW));
    }

    private static Stream<OperationRecord> begunWithinWindow(PlacementState state, Instant now) {
        return state.journal().operations().values().stream()
                .filter(operation -> operation.kind().equals(Schedules.RANGE_BALANCE))
                .filter(operation -> operation
                        .times()
                        .started()
                        .filter(started -> started.isAfter(now.minus(WINDOW)))
                        .isPresent());
    }

    private static ClusterModel withoutOps(ClusterModel model) {
        List<RangeModel> ring = model.ring().stream()
                .map(range -> new RangeModel(range.range(), range.owner(), range.bytes(), 0))
                .toList();
        return model.withRing(ring);
    }

    private static long movedBytes(PlacementState state, Instant now) {
        return begunWithinWindow(state, now)
                .mapToLong(OperationRecord::bytesDone)
                .map(bytes -> bytes * state.settings().replicas())
                .sum();
    }
}
