package io.titankv.multiraft.host;

import io.titankv.model.NodeId;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * When this node's replicas need not wait for Ratis' election timeouts ({@link EarlyElection}): when their group was just created or opened,
 * and when their leader's node closed its stream of appends, as it does when its process ends. Then nobody owes that leader a vote any more
 * after the least election timeout; a node that only connects anew is heard before.
 *
 * <p>Ratis 3.3.0 looks whether a leader was heard each time after it slept a whole election timeout (FollowerState), so alone it notices after
 * one to two and a half of them. Thread-safe; nothing here blocks.
 */
final class EarlyElections {
    /** Long enough for an election: two that campaign at once split the votes. */
    private static final Duration TURN = Duration.ofMillis(150);

    private final Groups groups;
    private final NodeLife life;
    private final LeasePromises promises;
    private volatile @Nullable NodeContext node;

    EarlyElections(Groups groups, NodeLife life, LeasePromises promises) {
        this.groups = groups;
        this.life = life;
        this.promises = promises;
    }

    /** Before that nothing is done. */
    void attach(NodeContext self) {
        node = self;
    }

    /** A group was created or opened: begins when this node is the one to campaign. */
    void onOpened(RatisReplica replica) {
        NodeContext self = node;
        List<NodeId> voters = voters(replica);
        // Without voters it joins a group that has a leader.
        if (self != null && voters.contains(self.options().node()) && turn(self, replica, voters) == 0) {
            new EarlyElection(self, life, groups.guard(), promises, replica, voters, null).begin(Duration.ZERO);
        }
    }

    /**
     * A node closed the stream by which it sends its groups' logs. Each voter of a group that it led begins, but not all at once: the first
     * one's log may be too short.
     */
    void onStreamEnded(NodeId leader) {
        NodeContext self = node;
        if (self == null || life.isKilled()) {
            return;
        }
        for (RatisReplica replica : groups.all()) {
            ReplicaStatus status = replica.status();
            if (status.role() == ReplicaStatus.Role.FOLLOWER && leader.equals(status.leader())) {
                begin(self, replica, leader);
            }
        }
    }

    private void begin(NodeContext self, RatisReplica replica, NodeId lost) {
        List<NodeId> voters = voters(replica);
        List<NodeId> left = voters.stream().filter(voter -> !voter.equals(lost)).toList();
        if (left.contains(self.options().node())) {
            new EarlyElection(self, life, groups.guard(), promises, replica, voters, lost)
                    .begin(promises.left(Positions.toRatis(replica.group()))
                            .plus(TURN.multipliedBy(turn(self, replica, left))));
        }
    }

    private static List<NodeId> voters(RatisReplica replica) {
        return replica.membership().voters().stream().map(Member::node).sorted().toList();
    }

    /** The how manieth this node is, from 0; for each group another one is first. */
    private static int turn(NodeContext self, RatisReplica replica, List<NodeId> nodes) {
        return Math.floorMod(
                nodes.indexOf(self.options().node()) - replica.group().number(), nodes.size());
    }
}
