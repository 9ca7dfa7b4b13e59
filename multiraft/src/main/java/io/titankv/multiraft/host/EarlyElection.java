package io.titankv.multiraft.host;

import io.titankv.model.NodeId;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import org.apache.ratis.proto.RaftProtos.RequestVoteRequestProto;
import org.apache.ratis.proto.RaftProtos.StartLeaderElectionRequestProto;
import org.apache.ratis.proto.RaftProtos.TermIndexProto;
import org.apache.ratis.protocol.RaftGroupId;
import org.apache.ratis.server.RaftServer;
import org.apache.ratis.server.protocol.TermIndex;
import org.apache.ratis.statemachine.SnapshotInfo;
import org.apache.ratis.thirdparty.io.grpc.StatusRuntimeException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Has a group that nobody leads elect a leader as soon as a majority stands, instead of after Ratis' election timeout: one that was just
 * created or opened, or whose leader's process seems to have ended. One of its voters, another one for each group, asks the others for
 * pre-votes, which change nothing, and campaigns when a majority would vote for it. Whoever hears a leader, is ahead in the log, or may not
 * vote yet refuses as ever; so no lease is broken. When nothing comes of it, the timeouts do their work.
 */
final class EarlyElection {
    private static final Logger LOG = LoggerFactory.getLogger(EarlyElection.class);
    private static final Duration PAUSE = Duration.ofMillis(50);

    private final NodeContext node;
    private final NodeLife life;
    private final AppendGuard guard;
    private final RatisReplica replica;
    private final List<NodeId> voters;
    private final RaftGroupId group;
    /** Who led and seems to be gone; null: nobody did. */
    private final @Nullable NodeId lost;

    private final LeasePromises promises;

    EarlyElection(
            NodeContext node,
            NodeLife life,
            AppendGuard guard,
            LeasePromises promises,
            RatisReplica replica,
            List<NodeId> voters,
            @Nullable NodeId lost) {
        this.node = node;
        this.promises = promises;
        this.lost = lost;
        this.life = life;
        this.guard = guard;
        this.replica = replica;
        this.voters = voters;
        group = Positions.toRatis(replica.group());
    }

    /** Begins after a pause, on a thread of its own. */
    void begin(Duration pause) {
        var _ = Thread.ofVirtual().name("early-election-" + replica.group()).start(() -> {
            try {
                Thread.sleep(pause);
                run();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
    }

    private void run() throws InterruptedException {
        long endNanos = System.nanoTime()
                + node.options()
                        .electionTimeoutMin()
                        .plus(node.options().electionTimeoutMax())
                        .toNanos();
        try {
            while (nobodyLeads() && System.nanoTime() - endNanos < 0) {
                TermIndexProto last = life.mayVote() ? lastEntryOrNull() : null;
                if (last != null && majorityWouldVote(last)) {
                    campaign(last);
                    return;
                }
                Thread.sleep(PAUSE);
            }
        } catch (IOException e) {
            LOG.atInfo().addKeyValue("group", replica.group()).setCause(e).log("no early election");
        }
    }

    private boolean nobodyLeads() {
        ReplicaStatus status = replica.status();
        boolean gone = status.leader() == null || (status.leader().equals(lost) && !promises.binds(group));
        return status.role() == ReplicaStatus.Role.FOLLOWER && gone;
    }

    /** The end of this replica's log; null when its term is not the current one, which Ratis does not let campaign out of turn. */
    private @Nullable TermIndexProto lastEntryOrNull() {
        RaftServer.Division division = replica.divisionOrNull();
        if (division == null) {
            return null;
        }
        TermIndex last = division.getRaftLog().getLastEntryTermIndex();
        if (last == null) {
            SnapshotInfo snapshot = division.getStateMachine().getLatestSnapshot();
            last = snapshot == null ? null : snapshot.getTermIndex();
        }
        // An empty log is an empty message to Ratis.
        TermIndexProto end = last == null ? TermIndexProto.getDefaultInstance() : last.toProto();
        return end.getTerm() == division.getInfo().getCurrentTerm() ? end : null;
    }

    private boolean majorityWouldVote(TermIndexProto last) {
        int votes = 1;
        for (NodeId voter : voters) {
            if (!voter.equals(node.options().node()) && !voter.equals(lost) && wouldVote(voter, last)) {
                votes++;
            }
        }
        return votes > voters.size() / 2;
    }

    private boolean wouldVote(NodeId voter, TermIndexProto last) {
        RequestVoteRequestProto request = RequestVoteRequestProto.newBuilder()
                .setServerRequest(node.header(group, voter))
                .setCandidateTerm(last.getTerm() + 1)
                .setCandidateLastEntry(last)
                .setPreVote(true)
                .build();
        try {
            return node.server()
                    .getServerRpc()
                    .requestVote(request)
                    .getServerReply()
                    .getSuccess();
        } catch (IOException | StatusRuntimeException e) {
            LOG.atDebug()
                    .addKeyValue("group", replica.group())
                    .addKeyValue("voter", voter)
                    .setCause(e)
                    .log("does not vote yet");
            return false;
        }
    }

    private void campaign(TermIndexProto last) throws IOException {
        NodeId self = node.options().node();
        // Ratis takes that from a leader alone, as long as it knows of one.
        NodeId from = replica.status().leader() == null || lost == null ? self : lost;
        StartLeaderElectionRequestProto request = StartLeaderElectionRequestProto.newBuilder()
                .setServerRequest(node.header(group, from, self))
                .setLeaderLastEntry(last)
                .build();
        synchronized (guard.turnOf(group)) {
            if (nobodyLeads()) {
                node.server().startLeaderElection(request);
            }
        }
    }
}
