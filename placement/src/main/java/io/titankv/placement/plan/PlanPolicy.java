package io.titankv.placement.plan;

import java.time.Duration;

/**
 * When planners act, and how far they go. Immutable.
 *
 * @param healAfter a node silent for this long is healed onto others
 * @param silentShareMax with a larger part of the nodes silent nothing is healed: the fault is likely elsewhere
 * @param diskFullMax a disk is not filled above this part by a plan
 * @param replicaBytes of bytes on the nodes' disks
 * @param replicaCount of the number of replicas on the nodes
 * @param leaderLoad of operations that the nodes' leaders serve
 * @param rangeBytes of bytes in the groups
 * @param rangeOps of operations in the groups
 * @param settle a node is given leaders once it has been up for this long
 * @param entriesBehindMax a replica that is behind by at most so many entries may lead, and a learner may vote
 * @param transferBytesMax a range is transferred in pieces of at most so many bytes
 * @param pace how fast data moves
 */
public record PlanPolicy(
        Duration healAfter,
        double silentShareMax,
        double diskFullMax,
        Band replicaBytes,
        Band replicaCount,
        Band leaderLoad,
        Band rangeBytes,
        Band rangeOps,
        Duration settle,
        long entriesBehindMax,
        long transferBytesMax,
        Pace pace) {
    /** Bands that the simulation holds with noise of two percent in all sizes ({@code benchmarks/placement}); the rest are guesses. */
    public static final PlanPolicy DEFAULT = new PlanPolicy(
            Duration.ofMinutes(10),
            0.34,
            0.85,
            new Band(0.08, 0.04),
            new Band(0.30, 0.15),
            new Band(0.10, 0.05),
            new Band(0.10, 0.03),
            new Band(0.15, 0.05),
            Duration.ofSeconds(5),
            1_000,
            4L << 30,
            Pace.DEFAULT);

    /**
     * Hysteresis. Imbalance is (most - least) / mean for nodes, and most / mean - 1 for groups.
     *
     * @param begin nothing is done while the imbalance is at most this
     * @param end and once it is more, it is brought down to this
     */
    public record Band(double begin, double end) {
        public Band {
            if (!(end > 0) || !(begin > end)) {
                throw new IllegalArgumentException(
                        "a band begins above where it ends, above 0: begin " + begin + ", end " + end);
            }
        }
    }

    /**
     * The same with other times.
     *
     * @param leadersAfter a node is given leaders once it has been up for this long
     * @param silenceMax a node silent for this long is healed onto others
     */
    public PlanPolicy timed(Duration leadersAfter, Duration silenceMax) {
        return new PlanPolicy(
                silenceMax,
                silentShareMax,
                diskFullMax,
                replicaBytes,
                replicaCount,
                leaderLoad,
                rangeBytes,
                rangeOps,
                leadersAfter,
                entriesBehindMax,
                transferBytesMax,
                pace);
    }

    public PlanPolicy {
        if (healAfter.isNegative()
                || settle.isNegative()
                || entriesBehindMax < 0
                || !(silentShareMax > 0 && silentShareMax <= 1)
                || !(diskFullMax > 0 && diskFullMax <= 1)
                || transferBytesMax < 1) {
            throw new IllegalArgumentException("the policy makes no sense: heal after " + healAfter + ", silent "
                    + silentShareMax + ", full " + diskFullMax + ", transfer " + transferBytesMax);
        }
    }
}
