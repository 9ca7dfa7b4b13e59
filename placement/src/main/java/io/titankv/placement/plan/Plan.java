package io.titankv.placement.plan;

import io.titankv.model.Epoch;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.stream.Stream;

/**
 * A change before it is made: what moves from where to where, how many bytes, how long it takes, the ring before and after.
 * Steps of different groups may be done at the same time, those of one group in this order. Immutable.
 *
 * @param reason who wants it, and why
 * @param steps at least one
 * @param bytes copied from node to node, all in all
 * @param expected how long it takes at the pace that it was planned for
 * @param before the ring as it is
 * @param after the ring when every step is done
 * @param concerns what will be worse for it
 */
public record Plan(
        Reason reason,
        List<Step> steps,
        long bytes,
        Duration expected,
        RingDigest before,
        RingDigest after,
        List<Concern> concerns)
        implements Decision {
    public Plan {
        steps = List.copyOf(steps);
        concerns = List.copyOf(concerns);
        if (steps.isEmpty()) {
            throw new IllegalArgumentException("a plan has steps: " + reason);
        }
    }

    /** The plan of these steps in this cluster; a rest when there are none. */
    static Decision of(Reason reason, Collection<? extends Step> steps, ClusterModel model, Pace pace) {
        return of(reason, steps, model, pace, List.of());
    }

    static Decision of(
            Reason reason, Collection<? extends Step> steps, ClusterModel model, Pace pace, List<Concern> concerns) {
        if (steps.isEmpty()) {
            return Rest.DONE;
        }
        List<Step> all = List.copyOf(steps);
        List<Action.TransferRange> transfers = all.stream()
                .flatMap(step -> step instanceof Step.MoveRange move
                        ? Stream.of(new Action.TransferRange(move.range(), move.from(), move.to()))
                        : Stream.empty())
                .toList();
        RingDigest before = RingDigest.of(model.epoch(), model.ring());
        RingDigest after = before;
        if (!transfers.isEmpty()) {
            after = RingDigest.of(
                    new Epoch(model.epoch().value() + transfers.size()), new RingCut(model.ring()).after(transfers));
        }
        return new Plan(
                reason,
                all,
                all.stream().mapToLong(step -> bytesOf(step, model)).sum(),
                pace.expected(all, model),
                before,
                after,
                concerns);
    }

    /** A range is copied to each replica of the group that gets it. */
    static long bytesOf(Step step, ClusterModel model) {
        return step instanceof Step.MoveRange move
                ? move.bytes()
                        * model.group(move.to()).map(GroupModel::replicasWanted).orElse(1)
                : step.bytesMoved();
    }
}
