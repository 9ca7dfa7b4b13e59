package io.titankv.placement.plan;

import java.util.List;

/**
 * A plan that makes no sense or would do harm. Nothing was changed. Immutable.
 *
 * @param cause what kind of refusal it is
 * @param message for people: the thing, the value and the limit
 * @param concerns all that would break, where several things were looked at
 */
public record PlanRefused(Cause cause, String message, List<Concern> concerns) implements Decision {
    /** Why a plan is refused. Names go into answers to people and never change. */
    public enum Cause {
        NODE_UNKNOWN,
        GROUP_UNKNOWN,
        /** The group's number is in use. */
        GROUP_EXISTS,
        /** The node is in a state in which this makes no sense. */
        NODE_STATE,
        /** The node has no voter of the group that could lead. */
        NO_VOTER,
        /** More replicas than nodes, or than failure domains where that was asked for. */
        TOO_FEW_NODES,
        /** The last healthy replica of a group would go, or a majority. */
        QUORUM,
        /** The data would not fit. */
        NO_ROOM,
        /** Another operation changes the same thing. */
        CLASH,
        /** It is so already. */
        NOTHING_TO_DO,
        /** The request contradicts itself. */
        NONSENSE
    }

    public PlanRefused {
        concerns = List.copyOf(concerns);
    }

    static PlanRefused of(Cause cause, String message) {
        return new PlanRefused(cause, message, List.of());
    }
}
