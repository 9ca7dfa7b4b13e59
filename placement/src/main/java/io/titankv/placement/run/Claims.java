package io.titankv.placement.run;

import io.titankv.model.GroupId;
import io.titankv.placement.plan.Step;
import io.titankv.placement.state.GroupRecord;
import io.titankv.placement.state.OperationRecord;
import io.titankv.placement.state.PlacementState;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Which operation changes which group: the oldest of those that run and have a step of it left to do. An operation holds groups
 * against those that began after it, so that no two wait for each other; but only against those of the same level: what a group owns may
 * change while its members do, for both are in its log, and a replica on a dead node must not wait for data to be moved. Pure functions.
 */
final class Claims {
    private static final String CREATION = "its creation";

    private Claims() {}

    /** What an operation changes of a group. */
    enum Level {
        /** What it owns. */
        RANGES,
        /** Who has its replicas, and who leads. */
        REPLICAS
    }

    /** What runs, with what is not an operation's: groups that are being made, and ranges on their way. */
    static SortedMap<GroupId, String> of(PlacementState state, Level level) {
        SortedMap<GroupId, String> claims = underWay(state, level);
        state.journal().running().stream()
                .filter(operation -> levelOf(operation) == level)
                .forEach(operation -> add(operation, operation.settled(), claims));
        return claims;
    }

    /** The operation that changes each group, on whichever level. */
    static SortedMap<GroupId, String> byOperation(PlacementState state) {
        SortedMap<GroupId, String> claims = new TreeMap<>();
        state.journal().running().forEach(operation -> add(operation, operation.settled(), claims));
        return claims;
    }

    /** What holds groups without an operation. */
    static SortedMap<GroupId, String> underWay(PlacementState state, Level level) {
        SortedMap<GroupId, String> claims = new TreeMap<>();
        state.groups().values().stream()
                .filter(group -> group.state() == GroupRecord.State.CREATING)
                .forEach(group -> claims.put(group.id(), CREATION));
        if (level == Level.RANGES) {
            state.transfers().underWay().values().forEach(transfer -> {
                claims.put(transfer.from(), transfer.name());
                claims.put(transfer.to(), transfer.name());
            });
        }
        return claims;
    }

    /** The same without groups that are being made: what undoes their creation does not wait for it. */
    static SortedMap<GroupId, String> withoutCreation(SortedMap<GroupId, String> claims) {
        SortedMap<GroupId, String> fewer = new TreeMap<>(claims);
        fewer.values().removeIf(CREATION::equals);
        return fewer;
    }

    /** An operation changes groups on one level. */
    static Level levelOf(OperationRecord operation) {
        return operation.steps().stream().anyMatch(Claims::isAboutRanges) ? Level.RANGES : Level.REPLICAS;
    }

    private static boolean isAboutRanges(Step step) {
        return switch (step) {
            case Step.CreateGroup _, Step.MoveRange _, Step.RetireGroup _ -> true;
            case Step.AddReplica _,
                    Step.MoveReplica _,
                    Step.RemoveReplica _,
                    Step.MoveLeader _,
                    Step.DropStray _,
                    Step.SetIntent _ -> false;
        };
    }

    /** Adds the groups of an operation of which steps are left to do. */
    static void add(OperationRecord operation, Set<Integer> settled, SortedMap<GroupId, String> claims) {
        for (int place = 0; place < operation.steps().size(); place++) {
            if (!settled.contains(place)) {
                operation.steps().get(place).groups().forEach(group -> claims.putIfAbsent(group, operation.name()));
            }
        }
    }
}
