package io.titankv.placement.state;

import io.titankv.model.NodeId;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * Who is in a group, who comes and who goes. Voters and learners are what Raft has committed, as the group's leader said; those who
 * join are wanted and not added yet; those who leave are members no more and have a replica to delete. A node is in one of the four at
 * most. Immutable.
 *
 * @param voters whose word counts; the first is the one preferred as leader
 * @param learners who follow and do not vote
 * @param joining who are to make a replica and to be added as learners
 * @param leaving who are to delete their replica: only they are ever told to
 * @param logIndex where in the group's log the configuration stands that was confirmed last; 0: none was
 */
public record Members(
        List<NodeId> voters,
        SortedSet<NodeId> learners,
        SortedSet<NodeId> joining,
        SortedSet<NodeId> leaving,
        long logIndex) {
    public Members {
        voters = List.copyOf(voters);
        learners = Collections.unmodifiableSortedSet(new TreeSet<>(learners));
        joining = Collections.unmodifiableSortedSet(new TreeSet<>(joining));
        leaving = Collections.unmodifiableSortedSet(new TreeSet<>(leaving));
        Set<NodeId> all = new HashSet<>(voters);
        if (all.size() != voters.size()) {
            throw new IllegalArgumentException("a member is named twice: " + voters);
        }
        for (NodeId other : concat(learners, joining, leaving)) {
            if (!all.add(other)) {
                throw new IllegalArgumentException("node " + other + " is in two states: voters " + voters
                        + ", learners " + learners + ", joining " + joining + ", leaving " + leaving);
            }
        }
    }

    /** Members with which a group begins. */
    public static Members of(List<NodeId> voters) {
        return new Members(
                voters, Collections.emptySortedSet(), Collections.emptySortedSet(), Collections.emptySortedSet(), 0);
    }

    /** Everybody who has a replica or is to have one, voters first. */
    public List<NodeId> holders() {
        return concat(voters, learners, joining);
    }

    /** Everybody who has a replica, is to have one, or is to delete one. */
    public List<NodeId> everybody() {
        return concat(voters, learners, joining, leaving);
    }

    /**
     * With a node that is to join.
     *
     * @throws IllegalArgumentException when it still has a replica to delete: what that one promised must be gone before another is made
     */
    Members join(NodeId node) {
        if (holders().contains(node)) {
            return this;
        }
        if (leaving.contains(node)) {
            throw new IllegalArgumentException("node " + node + " has not deleted its former replica yet");
        }
        return new Members(voters, learners, with(joining, node), leaving, logIndex);
    }

    /** Without a node that was to join and has not been added. It may have made its replica. */
    Members giveUp(NodeId node) {
        return joining.contains(node)
                ? new Members(voters, learners, without(joining, node), with(leaving, node), logIndex)
                : this;
    }

    /** As Raft has committed. Who was in and is not leaves. */
    Members confirmed(Collection<NodeId> nextVoters, Collection<NodeId> nextLearners, long index) {
        if (nextVoters.isEmpty() || index < 0) {
            throw new IllegalArgumentException(
                    "a group has voters, and its configuration a place in its log: " + nextVoters + " at " + index);
        }
        if (index < logIndex || isAs(nextVoters, nextLearners)) {
            return this;
        }
        List<NodeId> kept = new ArrayList<>(voters);
        kept.retainAll(nextVoters);
        nextVoters.stream().sorted().filter(node -> !kept.contains(node)).forEach(kept::add);
        SortedSet<NodeId> gone = new TreeSet<>(concat(voters, learners, leaving));
        gone.removeAll(nextVoters);
        gone.removeAll(nextLearners);
        SortedSet<NodeId> still = new TreeSet<>(joining);
        still.removeAll(nextVoters);
        still.removeAll(nextLearners);
        return new Members(kept, new TreeSet<>(nextLearners), still, gone, index);
    }

    /** Whether these are the voters and learners, in whatever order. */
    public boolean isAs(Collection<NodeId> otherVoters, Collection<NodeId> otherLearners) {
        return Set.copyOf(voters).equals(Set.copyOf(otherVoters)) && learners.equals(Set.copyOf(otherLearners));
    }

    /** Without a node that has deleted its replica. */
    Members forget(NodeId node) {
        return leaving.contains(node) ? new Members(voters, learners, joining, without(leaving, node), logIndex) : this;
    }

    private static SortedSet<NodeId> with(SortedSet<NodeId> nodes, NodeId node) {
        SortedSet<NodeId> more = new TreeSet<>(nodes);
        more.add(node);
        return more;
    }

    private static SortedSet<NodeId> without(SortedSet<NodeId> nodes, NodeId node) {
        SortedSet<NodeId> fewer = new TreeSet<>(nodes);
        fewer.remove(node);
        return fewer;
    }

    @SafeVarargs
    private static List<NodeId> concat(Collection<NodeId>... parts) {
        List<NodeId> all = new ArrayList<>();
        for (Collection<NodeId> part : parts) {
            all.addAll(part);
        }
        return all;
    }
}
