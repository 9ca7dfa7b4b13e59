package io.titankv.placement.run;

import io.titankv.model.GroupId;
import io.titankv.model.NodeId;
import io.titankv.multiraft.host.CommittedMembership;
import io.titankv.multiraft.host.Member;
import io.titankv.multiraft.host.Membership;
import io.titankv.multiraft.host.ReplicaStatus;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** A shard's group: who has it, who leads it, whether it knows its ranges. */
final class SimShard {
    /** Nodes that have a replica, members or not. */
    final Set<NodeId> replicas = new HashSet<>();

    List<Member> members = List.of();
    List<Member> learners = List.of();
    long membersIndex;

    @Nullable
    NodeId leader;

    long term;
    final SimOwnership owns = new SimOwnership();
    long liveBytes = 1_000;
    long operations;

    /** Tokens of some of the operations since the last heartbeat. */
    Supplier<long[]> sampled = () -> new long[0];

    static Set<NodeId> ids(List<Member> members) {
        Set<NodeId> ids = new TreeSet<>();
        members.forEach(member -> ids.add(member.node()));
        return ids;
    }

    boolean isVoter(NodeId node) {
        return ids(members).contains(node);
    }

    /** Changes the members, if they are those expected and a majority is up. As strict as Raft: one voter at a time. */
    boolean change(Membership expected, Membership wanted, Set<NodeId> up) {
        Set<NodeId> voters = ids(members);
        if (!voters.equals(ids(expected.voters())) || !ids(learners).equals(ids(expected.learners()))) {
            return false;
        }
        Set<NodeId> able = new HashSet<>(voters);
        able.retainAll(up);
        able.retainAll(replicas);
        if (able.size() * 2 <= voters.size()) {
            return false;
        }
        Set<NodeId> next = ids(wanted.voters());
        Set<NodeId> changed = new HashSet<>(next);
        changed.removeAll(voters);
        Set<NodeId> gone = new HashSet<>(voters);
        gone.removeAll(next);
        if (changed.size() + gone.size() > 1) {
            throw new IllegalStateException("voters change from " + voters + " to " + next + " at once");
        }
        if (!replicas.containsAll(changed) || !up.containsAll(changed)) {
            return false; // a new one did not catch up
        }
        members = List.copyOf(wanted.voters());
        learners = List.copyOf(wanted.learners());
        membersIndex++;
        if (leader != null && !next.contains(leader)) {
            leader = null;
        }
        return true;
    }

    CommittedMembership membership() {
        return new CommittedMembership(new Membership(members, learners), membersIndex);
    }

    /** What a node says of its replica. */
    ReplicaReport report(GroupId group, NodeId node, @Nullable String fault, int caughtUpAfter) {
        boolean leads = node.equals(leader);
        ReplicaStatus.Role follows = isVoter(node) ? ReplicaStatus.Role.FOLLOWER : ReplicaStatus.Role.LEARNER;
        return new ReplicaReport(
                group,
                new ReplicaStatus(
                        leads ? ReplicaStatus.Role.LEADER : follows,
                        term,
                        leader,
                        true,
                        10,
                        10,
                        Map.of(),
                        0,
                        leads,
                        fault),
                owns.ranges.size(),
                owns.epoch,
                100,
                liveBytes,
                10,
                leads ? Optional.of(membership()) : Optional.empty(),
                owns.report(leads, caughtUpAfter),
                leads ? operations : 0);
    }
}
