package io.titankv.placement.plan;

import io.titankv.model.GroupId;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** What a change of nodes would break or worsen, told in a few sentences however many groups it is true of. Pure functions. */
final class Preflight {
    /** Groups that a sentence names; of the rest it tells the number. */
    private static final int NAMED_MAX = 5;

    private Preflight() {}

    /** All that speaks against moving replicas so. */
    static List<Concern> of(Evacuation evacuation) {
        Map<String, List<GroupId>> breaks = new TreeMap<>();
        for (WaitingOn waiting : evacuation.waiting) {
            switch (waiting) {
                case WaitingOn.NoNodeFor it -> add(breaks, "could not be placed: " + it.limit(), it.group());
                case WaitingOn.QuorumLost it ->
                    add(
                            breaks,
                            it.healthy() == 0
                                    ? "no healthy voter is left, nothing of it can be moved"
                                    : "only " + it.healthy() + " healthy voters are left of the " + it.needed()
                                            + " that it takes to change its members",
                            it.group());
                case WaitingOn.GroupClaimed _,
                        WaitingOn.EarlierSteps _,
                        WaitingOn.NodeBusy _,
                        WaitingOn.TransfersBusy _,
                        WaitingOn.CatchingUp _,
                        WaitingOn.QuorumAtRisk _,
                        WaitingOn.LeaderUnknown _,
                        WaitingOn.NodeSilent _,
                        WaitingOn.NodeSettling _,
                        WaitingOn.NodeNotEmpty _,
                        WaitingOn.TooManySilent _,
                        WaitingOn.RateLimited _,
                        WaitingOn.CountedAnew _,
                        WaitingOn.SwitchedOff _,
                        WaitingOn.ReplicasMissing _,
                        WaitingOn.TransferGivenUp _,
                        WaitingOn.TransferStalled _,
                        WaitingOn.CopyFailed _,
                        WaitingOn.NoRoomOn _,
                        WaitingOn.HotRange _ -> {}
            }
        }
        Map<String, List<GroupId>> worsens = new TreeMap<>();
        evacuation.closer.forEach(it -> add(worsens, "would have two replicas in one " + it.domain(), it.group()));
        List<Concern> concerns = new ArrayList<>();
        breaks.forEach((what, groups) -> concerns.add(Concern.breaks(named(groups) + ": " + what)));
        worsens.forEach((what, groups) -> concerns.add(Concern.worsens(named(groups) + ": " + what)));
        return List.copyOf(concerns);
    }

    private static void add(Map<String, List<GroupId>> concerns, String what, GroupId group) {
        concerns.computeIfAbsent(what, ignored -> new ArrayList<>()).add(group);
    }

    /** Some groups by name, and how many they are. */
    static String named(Collection<GroupId> groups) {
        String names =
                groups.stream().sorted().limit(NAMED_MAX).map(GroupId::toString).collect(Collectors.joining(", "));
        return groups.size() <= NAMED_MAX ? names : names + " and " + (groups.size() - NAMED_MAX) + " more";
    }

    /** Which refusal what breaks comes to. */
    static PlanRefused refusal(String what, List<Concern> concerns, Evacuation evacuation) {
        PlanRefused.Cause cause = PlanRefused.Cause.NO_ROOM;
        for (WaitingOn waiting : evacuation.waiting) {
            if (waiting instanceof WaitingOn.QuorumLost) {
                cause = PlanRefused.Cause.QUORUM;
                break;
            }
            if (waiting instanceof WaitingOn.NoNodeFor it
                    && evacuation
                                    .layout()
                                    .groups
                                    .get(evacuation.layout().groupOf(it.group()))
                                    .replicasWanted()
                            >= it.nodes()) {
                cause = PlanRefused.Cause.TOO_FEW_NODES;
            }
        }
        String broken = concerns.stream()
                .filter(concern -> concern.severity() == Concern.Severity.BREAKS)
                .map(Concern::what)
                .collect(Collectors.joining("; "));
        return new PlanRefused(cause, what + ": " + broken, concerns);
    }
}
