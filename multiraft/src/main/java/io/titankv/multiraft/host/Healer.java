package io.titankv.multiraft.host;

import io.titankv.model.GroupId;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.ratis.proto.RaftProtos.RaftPeerRole;
import org.apache.ratis.protocol.RaftPeer;
import org.apache.ratis.protocol.RaftPeerId;
import org.apache.ratis.server.RaftServer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A leader's part in bringing back a follower that Ratis alone would leave out: whose log or state is rotten, or whose term is later than
 * the leader's, who then has to step down. Of a rotten one it keeps nothing in mind: who is how far stands in the group's configuration
 * and in the follower's replies, so that the next leader goes on.
 *
 * <ol>
 *   <li>The follower says that it is rotten and takes no part: it neither votes nor acknowledges.
 *   <li>The leader makes it a learner. Once that is committed, a majority of the other voters holds everything that was ever
 *       committed with the follower's help, and nobody can be elected without one of them: its forgetting does no harm.
 *   <li>The leader tells it to begin anew. It keeps its vote, so that it does not vote twice in a term, and nothing else.
 *   <li>It catches up as any learner does, says that it wants to return, and the leader makes it a voter.
 * </ol>
 *
 * Thread-safe.
 */
final class Healer {
    private static final Logger LOG = LoggerFactory.getLogger(Healer.class);

    /** A learner that is so close counts as caught up: some appends under way. */
    private static final long CAUGHT_UP_ENTRIES = 64;

    private static final Duration STEP_DOWN_TIMEOUT = Duration.ofSeconds(3);

    private final Set<GroupId> changing = ConcurrentHashMap.newKeySet();
    private final Set<GroupId> steppingDown = ConcurrentHashMap.newKeySet();
    private volatile @Nullable NodeContext node;

    /** The node is there: from now on it can change members. */
    void attach(NodeContext attached) {
        node = attached;
    }

    /** A follower of this leadership has said that it is rotten. Called on Ratis' threads. */
    void onRotten(Leadership leadership, RaftServer.Division division, RaftPeerId follower) {
        NodeContext attached = node;
        if (attached != null) {
            attached.clock().workers().execute(() -> setAside(attached, leadership, division, follower));
        }
    }

    /** A follower that began anew has accepted entries up to this one. Called on Ratis' threads. */
    void onReturning(RaftServer.Division division, RaftPeerId follower, long matchIndex) {
        NodeContext attached = node;
        if (attached != null && matchIndex >= division.getRaftLog().getLastCommittedIndex() - CAUGHT_UP_ENTRIES) {
            attached.clock().workers().execute(() -> takeBack(attached, division, follower));
        }
    }

    /**
     * A follower has told its term, and Ratis did not listen to it. If it is a voter's and later than the leader's, the leader steps
     * down. Called on Ratis' threads.
     *
     * @return whether it does
     */
    boolean onLaterTerm(RaftServer.Division division, RaftPeerId follower, long term) {
        NodeContext attached = node;
        if (attached == null
                || term <= division.getInfo().getCurrentTerm()
                || division.getRaftConf().getPeer(follower) == null) {
            return false;
        }
        attached.clock().workers().execute(() -> stepDown(attached, division));
        return true;
    }

    private void stepDown(NodeContext attached, RaftServer.Division division) {
        GroupId group = Positions.fromRatis(division.getMemberId().getGroupId());
        if (!steppingDown.add(group)) {
            return;
        }
        var _ = attached.requests().stepDown(group, STEP_DOWN_TIMEOUT).whenComplete((whyNot, failure) -> {
            steppingDown.remove(group);
            if (failure == null && whyNot.isEmpty()) {
                LOG.atInfo().addKeyValue("group", group).log("stepped down: a voter knows a later term");
            } else {
                // Also when somebody else ended the leadership first: the cause tells.
                LOG.atInfo()
                        .addKeyValue("group", group)
                        .addKeyValue("cause", failure == null ? whyNot.orElse("") : failure.toString())
                        .log("did not step down although a voter knows a later term");
            }
        });
    }

    private void setAside(
            NodeContext attached, Leadership leadership, RaftServer.Division division, RaftPeerId follower) {
        if (!CommittedMembership.isSettled(division)) {
            return; // its next reply brings us here again
        }
        Membership current = CommittedMembership.membershipOf(division.getRaftConf());
        RaftPeer voter = division.getRaftConf().getPeer(follower);
        if (voter == null) {
            leadership.letStartOver(follower);
            return;
        }
        Member member = Positions.fromRatis(voter);
        if (current.voters().size() <= 2) {
            LOG.atError()
                    .addKeyValue(
                            "group", Positions.fromRatis(division.getMemberId().getGroupId()))
                    .addKeyValue("node", member.node())
                    .log("a rotten replica cannot be rebuilt: its group has no majority without it");
            return;
        }
        change(
                attached,
                division,
                current,
                new Membership(without(current.voters(), member), with(current.learners(), member)));
    }

    private void takeBack(NodeContext attached, RaftServer.Division division, RaftPeerId follower) {
        RaftPeer learner = division.getRaftConf().getPeer(follower, RaftPeerRole.LISTENER);
        if (learner == null || !CommittedMembership.isSettled(division)) {
            return;
        }
        Member member = Positions.fromRatis(learner);
        Membership current = CommittedMembership.membershipOf(division.getRaftConf());
        change(
                attached,
                division,
                current,
                new Membership(with(current.voters(), member), without(current.learners(), member)));
    }

    private void change(NodeContext attached, RaftServer.Division division, Membership current, Membership wanted) {
        GroupId group = Positions.fromRatis(division.getMemberId().getGroupId());
        if (!changing.add(group)) {
            return;
        }
        var _ = attached.requests().change(group, current, wanted).whenComplete((outcome, failure) -> {
            changing.remove(group);
            LOG.atInfo()
                    .addKeyValue("group", group)
                    .addKeyValue("wanted", wanted)
                    .addKeyValue("outcome", outcome)
                    .log("members changed for a rebuild");
        });
    }

    private static List<Member> without(List<Member> members, Member member) {
        return members.stream()
                .filter(other -> !other.node().equals(member.node()))
                .toList();
    }

    private static List<Member> with(List<Member> members, Member member) {
        List<Member> more = new ArrayList<>(without(members, member));
        more.add(member);
        return more;
    }
}
