package io.titankv.placement.run;

import io.titankv.model.GroupId;
import io.titankv.model.ShardMap.RangeEntry;
import io.titankv.model.TokenRange;
import io.titankv.placement.plan.Step;
import io.titankv.placement.state.PlacementState;
import io.titankv.placement.state.RingEdit;
import io.titankv.placement.state.TransferRecord;
import io.titankv.proto.admin.v1.MovingArc;
import io.titankv.proto.admin.v1.RingArc;
import io.titankv.proto.admin.v1.ShardChange;
import io.titankv.proto.internal.v1.TransferPart;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeSet;

/** Draws for people how the ring changes: what a plan makes of it, and what is moving now. Pure functions. */
final class RingViews {
    private RingViews() {}

    /** What each shard owns before and after these steps; empty when they leave the ring as it is. */
    static List<ShardChange> changes(List<Step> steps, PlacementState state, Reports reports) {
        if (steps.stream().noneMatch(Step.MoveRange.class::isInstance)) {
            return List.of();
        }
        List<RangeEntry> after = state.ring();
        Map<GroupId, Long> moved = new HashMap<>();
        for (Step step : steps) {
            if (step instanceof Step.MoveRange move) {
                after = moved(after, move);
                moved.merge(move.from(), -move.bytes(), Long::sum);
                moved.merge(move.to(), move.bytes(), Long::sum);
            }
        }
        SortedSet<GroupId> groups = new TreeSet<>(state.groups().keySet());
        after.forEach(entry -> groups.add(entry.owner()));
        Owned before = Owned.of(state.ring());
        Owned then = Owned.of(after);
        return groups.stream()
                .map(group -> change(group, before, then, bytes(group, state, reports), moved.getOrDefault(group, 0L)))
                .toList();
    }

    /** What each group has of a ring; one that has nothing is not in it. */
    private record Owned(Map<GroupId, Double> shares, Map<GroupId, Integer> arcs) {
        static Owned of(List<RangeEntry> ring) {
            Map<GroupId, Integer> arcs = new HashMap<>();
            ring.forEach(entry -> arcs.merge(entry.owner(), 1, Integer::sum));
            return new Owned(Duties.shares(ring), arcs);
        }

        double share(GroupId group) {
            return shares.getOrDefault(group, 0.0);
        }

        int arcs(GroupId group) {
            return arcs.getOrDefault(group, 0);
        }
    }

    /** A step of a stored plan whose range has gone elsewhere since changes nothing. */
    private static List<RangeEntry> moved(List<RangeEntry> ring, Step.MoveRange move) {
        try {
            return RingEdit.moved(ring, List.of(move.range()), move.from(), move.to());
        } catch (IllegalArgumentException e) {
            return ring;
        }
    }

    private static long bytes(GroupId group, PlacementState state, Reports reports) {
        return state.membersOf(group).holders().stream()
                .flatMap(node -> reports.replica(node, group).stream())
                .mapToLong(replica -> replica.getLiveBytes())
                .max()
                .orElse(0);
    }

    private static ShardChange change(GroupId group, Owned before, Owned after, long bytes, long moved) {
        return ShardChange.newBuilder()
                .setShardId(group.toString())
                .setShareBefore(before.share(group))
                .setShareAfter(after.share(group))
                .setArcsBefore(before.arcs(group))
                .setArcsAfter(after.arcs(group))
                .setBytesBefore(bytes)
                .setBytesAfter(Math.max(0, bytes + moved))
                .build();
    }

    static RingArc arc(TokenRange range, GroupId owner) {
        return RingArc.newBuilder()
                .setStart(range.startInclusive())
                .setEnd(range.endExclusive())
                .setShardId(owner.toString())
                .build();
    }

    /** Arcs on their way, in token order. */
    static List<MovingArc> moving(PlacementState state, Reports reports) {
        List<MovingArc> moving = new ArrayList<>();
        for (TransferRecord transfer : state.transfers().underWay().values()) {
            TransferPart part = TransferRound.importing(transfer, reports).orElse(TransferPart.getDefaultInstance());
            MovingArc.Builder arc = MovingArc.newBuilder()
                    .setFromShardId(transfer.from().toString())
                    .setToShardId(transfer.to().toString())
                    .setPhase(phase(transfer))
                    .setOperationId("op-" + transfer.operation())
                    .setTransfer(transfer.id())
                    .setKeysCopied(part.getKeysCopied())
                    .setKeysLeft(part.getKeysLeft())
                    .setBytesCopied(part.getBytesCopied())
                    .setBytesPerSecond(part.getBytesPerSecond());
            for (TokenRange range : transfer.ranges()) {
                moving.add(arc.setStart(range.startInclusive())
                        .setEnd(range.endExclusive())
                        .build());
            }
        }
        moving.sort(Comparator.comparing(MovingArc::getStart, Long::compareUnsigned));
        return List.copyOf(moving);
    }

    static String phase(TransferRecord transfer) {
        return switch (transfer.phase()) {
            case PREPARING -> "copying";
            case FREEZING -> "freezing";
            case COMMITTED -> "committed";
            case ABORTED -> "given up";
        };
    }
}
