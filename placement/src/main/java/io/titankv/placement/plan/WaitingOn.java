package io.titankv.placement.plan;

import io.titankv.model.GroupId;
import io.titankv.model.NodeId;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** The first constraint that holds a step, or a scheduler, back: with its value and its limit. */
public sealed interface WaitingOn {
    /** Another operation, or an earlier step, changes the group. */
    record GroupClaimed(GroupId group, String by) implements WaitingOn {}

    /** Steps of the same plan must be done before it. */
    record EarlierSteps(int undone) implements WaitingOn {}

    /** As many replicas as one node may copy at a time are on their way from it or to it. */
    record NodeBusy(NodeId node, int copies, int copiesMax) implements WaitingOn {}

    /** As many ranges as may be on their way at a time are. */
    record TransfersBusy(int transfers, int transfersMax) implements WaitingOn {}

    /** The learner is not near enough to its leader. */
    record CatchingUp(GroupId group, NodeId node, long entriesBehind, long entriesBehindMax) implements WaitingOn {}

    /** With the change, too few of the group's voters would be healthy. */
    record QuorumAtRisk(GroupId group, int healthy, int needed) implements WaitingOn {}

    /** The group has no majority, so it can decide nothing. */
    record QuorumLost(GroupId group, int healthy, int needed) implements WaitingOn {}

    record LeaderUnknown(GroupId group) implements WaitingOn {}

    record NodeSilent(NodeId node, Duration silent) implements WaitingOn {}

    /** An empty node has just begun: others may come with it, and are to be given their shares together. */
    record NodeSettling(NodeId node, Duration least) implements WaitingOn {}

    /** The node must hold nothing first. */
    record NodeNotEmpty(NodeId node, int replicas) implements WaitingOn {}

    /** No node may be given the replica. */
    record NoNodeFor(GroupId group, int nodes, String limit) implements WaitingOn {}

    /** So many nodes are silent that the fault is likely elsewhere, as in the network. */
    record TooManySilent(int silent, int silentMax, int nodes) implements WaitingOn {}

    /** Has moved as much as it may in this time. */
    record RateLimited(long movedBytes, long bytesMax, Duration window) implements WaitingOn {}

    /** Ranges changed hands: what their groups are asked for since has not been counted for long enough. */
    record CountedAnew(Duration left, int plans, Duration window) implements WaitingOn {}

    /** The scheduler is switched off. */
    record SwitchedOff(String scheduler) implements WaitingOn {}

    /** One range has more load than a group should, and is too narrow to be cut. */
    record HotRange(GroupId group, String range, double opsPerSecond, double opsPerSecondMax) implements WaitingOn {}

    /**
     * The group is being made, and some of its members do not have their replica yet.
     *
     * @param lasting since its last member came, as far as this placement leader has seen
     * @param healAfter a member silent for this long is replaced
     */
    record ReplicasMissing(GroupId group, List<Missing> missing, Duration lasting, Duration healAfter)
            implements WaitingOn {
        /**
         * A member without its replica.
         *
         * @param silent for how long the node has not been heard of; empty: it is up
         */
        public record Missing(NodeId node, Optional<Duration> silent) {}

        public ReplicasMissing {
            missing = List.copyOf(missing);
        }

        private String missingText() {
            return missing.stream()
                    .map(it -> it.node
                            + it.silent
                                    .map(silent -> " (not heard of for " + Amounts.time(silent) + ", after "
                                            + Amounts.time(healAfter) + " another node gets it)")
                                    .orElse(" (which is up)"))
                    .collect(Collectors.joining(", "));
        }
    }

    /**
     * The transfer of its ranges does not get on.
     *
     * @param lasting since something was copied last, as far as this placement leader has seen
     * @param lastingMax after this it is undone
     */
    record TransferStalled(long transfer, String why, Duration lasting, Duration lastingMax) implements WaitingOn {}

    /**
     * The transfer of its ranges was given up; it begins anew.
     *
     * @param freezes how many were given up in a row while they were frozen
     * @param freezesMax after so many the operation is cancelled
     */
    record TransferGivenUp(long transfer, String why, int freezes, int freezesMax, Duration rest)
            implements WaitingOn {}

    /** The copy of its ranges failed; the group that gets them tries again. */
    record CopyFailed(long transfer, long attempts, String why) implements WaitingOn {}

    /** A node with a replica of the group that gets ranges has too little free for them, and to keep some free. */
    record NoRoomOn(GroupId group, NodeId node, long freeBytes, long neededBytes, long spareBytes)
            implements WaitingOn {}

    /** One line for people. */
    default String text() {
        return switch (this) {
            case GroupClaimed it -> "group " + it.group + " is being changed by " + it.by;
            case EarlierSteps it -> it.undone + " earlier steps of the plan are not done";
            case NodeBusy it ->
                "node " + it.node + " copies " + it.copies + " replicas already, the limit is " + it.copiesMax;
            case TransfersBusy it -> it.transfers + " ranges are on their way already, the limit is " + it.transfersMax;
            case CatchingUp it ->
                "the learner of " + it.group + " on " + it.node + " is "
                        + (it.entriesBehind == ReplicaModel.UNKNOWN ? "an unknown number of" : it.entriesBehind)
                        + " entries behind, it is promoted within " + it.entriesBehindMax;
            case QuorumAtRisk it ->
                "group " + it.group + " would be left with " + it.healthy + " healthy voters, it needs " + it.needed;
            case QuorumLost it ->
                "group " + it.group + " has " + it.healthy + " healthy voters, it needs " + it.needed
                        + " to change its members";
            case LeaderUnknown it -> "group " + it.group + " has no leader that is heard of";
            case NodeSilent it -> "node " + it.node + " has not been heard of for " + Amounts.time(it.silent);
            case NodeSettling it ->
                "node " + it.node + " has just begun, it is given replicas once it has been up for "
                        + Amounts.time(it.least) + ", together with those that come meanwhile";
            case NodeNotEmpty it -> "node " + it.node + " holds " + it.replicas + " replicas still";
            case NoNodeFor it -> "none of " + it.nodes + " nodes can take a replica of " + it.group + ": " + it.limit;
            case TooManySilent it ->
                it.silent + " of " + it.nodes + " nodes are silent, replicas are healed up to " + it.silentMax
                        + ": look for a fault of the network";
            case RateLimited it ->
                Amounts.bytes(it.movedBytes) + " were moved in the last " + Amounts.time(it.window) + ", the limit is "
                        + Amounts.bytes(it.bytesMax);
            case CountedAnew it ->
                "load is counted anew since ranges changed hands, for another " + Amounts.time(it.left) + " ("
                        + it.plans + " plans in the last " + Amounts.time(it.window) + ", each waits longer)";
            case SwitchedOff it -> it.scheduler + " is switched off";
            case ReplicasMissing it ->
                "group " + it.group + " is being made, and for " + Amounts.time(it.lasting)
                        + " it has waited for its replica on " + it.missingText();
            case TransferStalled it ->
                "transfer " + it.transfer + " has not got on for " + Amounts.time(it.lasting) + " (" + it.why
                        + "), it is undone after " + Amounts.time(it.lastingMax);
            case TransferGivenUp it ->
                "transfer " + it.transfer + " was given up (" + it.why + "), it begins anew after "
                        + Amounts.time(it.rest)
                        + (it.freezes == 0
                                ? ""
                                : "; of " + it.freezesMax + " freezes in a row " + it.freezes
                                        + " were given up, after the last the operation is cancelled");
            case CopyFailed it ->
                "attempt " + it.attempts + " to copy for transfer " + it.transfer + " failed: " + it.why;
            case NoRoomOn it ->
                "node " + it.node + " has " + Amounts.bytes(it.freeBytes) + " free: ranges that come to " + it.group
                        + " need " + Amounts.bytes(it.neededBytes) + " there, and " + Amounts.bytes(it.spareBytes)
                        + " must stay free";
            case HotRange it ->
                "range " + it.range + " of " + it.group + " alone has " + Amounts.rate(it.opsPerSecond)
                        + ", a group should have " + Amounts.rate(it.opsPerSecondMax)
                        + ", and it is too narrow to be cut";
        };
    }
}
