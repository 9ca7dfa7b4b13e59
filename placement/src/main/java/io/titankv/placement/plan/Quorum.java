package io.titankv.placement.plan;

/**
 * The rule that no change of members breaks: before it and after it a majority of the voters is healthy, and a healthy voter
 * leaves only where as many healthy ones stay as are wanted. Pure functions.
 */
final class Quorum {
    private Quorum() {}

    static int of(int voters) {
        return voters / 2 + 1;
    }

    /** Whether a learner may become a voter: it must not raise the majority above the healthy. */
    static boolean allowsPromotion(GroupModel group) {
        return group.hasQuorum() && group.healthyVoters() + 1 >= of(group.voters() + 1);
    }

    /** Healthy voters that must stay when this replica leaves. */
    static int neededWithout(GroupModel group, ReplicaModel leaving) {
        if (!leaving.isVoter()) {
            return group.quorum();
        }
        int majority = of(group.voters() - 1);
        return leaving.healthy() ? Math.max(majority, group.replicasWanted()) : majority;
    }

    /** Whether this replica may leave. */
    static boolean allowsRemoval(GroupModel group, ReplicaModel leaving) {
        return group.hasQuorum() && healthyWithout(group, leaving) >= neededWithout(group, leaving);
    }

    static int healthyWithout(GroupModel group, ReplicaModel leaving) {
        return group.healthyVoters() - (leaving.isVoter() && leaving.healthy() ? 1 : 0);
    }
}
