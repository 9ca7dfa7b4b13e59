package io.titankv.placement.run;

import io.titankv.model.GroupId;
import io.titankv.placement.plan.Step;
import io.titankv.placement.state.OperationRecord;
import io.titankv.placement.state.PlacementState;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Which operation changes which group: the oldest of those that run and have a step of it left to do. An operation holds groups
 * against those that began after it, so that no two wait for each other. Pure functions.
 */
final class Claims {
    private Claims() {}

    static SortedMap<GroupId, String> of(PlacementState state) {
        SortedMap<GroupId, String> claims = new TreeMap<>();
        state.journal().running().forEach(operation -> add(operation, operation.settled(), claims));
        return claims;
    }

    /** Adds the groups of an operation of which steps are left to do. */
    static void add(OperationRecord operation, Set<Integer> settled, SortedMap<GroupId, String> claims) {
        List<Step> steps = operation.steps();
        for (int place = 0; place < steps.size(); place++) {
            if (!settled.contains(place)) {
                steps.get(place).groups().forEach(group -> claims.putIfAbsent(group, operation.name()));
            }
        }
    }
}
