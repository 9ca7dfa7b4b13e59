package io.titankv.placement.run;

import io.titankv.model.GroupId;
import io.titankv.model.NodeId;
import io.titankv.placement.state.GroupRecord;
import io.titankv.placement.state.PlacementState;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Since when groups that are being made have not got on, as one placement leader has seen it: the next one gives them their time anew. A
 * group gets on when another member has its replica, or a leader is heard of. As large as there are such groups. Used by one thread.
 */
final class CreationTimes {
    private final Map<GroupId, Seen> seen = new HashMap<>();

    private record Seen(Set<NodeId> serving, boolean isLed, long sinceNanos) {
        /** What comes and goes is no progress. */
        Seen look(Set<NodeId> nowServing, boolean isNowLed, long nowNanos) {
            if (serving.containsAll(nowServing) && (isLed || !isNowLed)) {
                return this;
            }
            Set<NodeId> ever = new HashSet<>(serving);
            ever.addAll(nowServing);
            return new Seen(Set.copyOf(ever), isLed || isNowLed, nowNanos);
        }
    }

    /** Looks at the groups now; returns for how long each has not got on. */
    Map<GroupId, Duration> look(PlacementState state, Reports reports, long nowNanos) {
        Map<GroupId, Duration> lasting = new HashMap<>();
        state.groups().values().stream()
                .filter(group -> group.state() == GroupRecord.State.CREATING)
                .forEach(group -> {
                    Set<NodeId> serving = group.members().stream()
                            .filter(member -> reports.serves(member, group.id()))
                            .collect(Collectors.toUnmodifiableSet());
                    boolean isLed = reports.reportedLeader(group.id()).isPresent();
                    Seen now = seen.getOrDefault(group.id(), new Seen(Set.of(), false, nowNanos))
                            .look(serving, isLed, nowNanos);
                    seen.put(group.id(), now);
                    lasting.put(group.id(), Duration.ofNanos(nowNanos - now.sinceNanos()));
                });
        seen.keySet().retainAll(lasting.keySet());
        return lasting;
    }
}
