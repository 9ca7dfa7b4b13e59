package io.titankv.multiraft.host;

import io.titankv.model.NodeId;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import org.apache.ratis.proto.RaftProtos.RaftGroupIdProto;
import org.apache.ratis.proto.RaftProtos.RaftRpcRequestProto;
import org.apache.ratis.proto.RaftProtos.RequestVoteRequestProto;
import org.apache.ratis.proto.RaftProtos.StartLeaderElectionRequestProto;
import org.apache.ratis.proto.RaftProtos.TermIndexProto;
import org.apache.ratis.protocol.RaftGroupId;
import org.apache.ratis.server.RaftServer;
import org.apache.ratis.thirdparty.io.grpc.StatusRuntimeException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Has a group that is new on all nodes elect its first leader as soon as a majority of it stands, instead of after an election
 * timeout. One of the founders, another one for each group, asks the others whether they would vote for it, which changes nothing
 * there, and then campaigns without waiting. Nobody can have led before, so no lease is broken. When it does not come about, the
 * timeouts do their work.
 */
final class FirstElection implements Runnable {
    private static final Logger LOG = LoggerFactory.getLogger(FirstElection.class);
    private static final Duration PAUSE = Duration.ofMillis(50);

    /** Ratis' way to say that a log is empty. */
    private static final TermIndexProto EMPTY_LOG = TermIndexProto.getDefaultInstance();

    private final NodeContext node;
    private final AppendGuard guard;
    private final RatisReplica replica;
    private final List<NodeId> founders;
    private final RaftGroupId group;

    private FirstElection(NodeContext node, AppendGuard guard, RatisReplica replica, List<NodeId> founders) {
        this.node = node;
        this.guard = guard;
        this.replica = replica;
        this.founders = founders;
        group = Positions.toRatis(replica.group());
    }

    /** Begins when this node is the one to campaign; returns at once. */
    static void begin(NodeContext node, AppendGuard guard, RatisReplica replica, List<Member> members) {
        List<NodeId> founders = members.stream().map(Member::node).sorted().toList();
        if (founders.isEmpty()) {
            return; // joins a group that has a leader
        }
        NodeId first = founders.get(Math.floorMod(replica.group().number(), founders.size()));
        if (first.equals(node.options().node())) {
            var _ = Thread.ofVirtual()
                    .name("first-election-" + replica.group())
                    .start(new FirstElection(node, guard, replica, founders));
        }
    }

    @Override
    public void run() {
        long endNanos = System.nanoTime() + node.options().electionTimeoutMax().toNanos();
        try {
            while (isOpen() && System.nanoTime() - endNanos < 0) {
                if (majorityStands()) {
                    campaign();
                    return;
                }
                Thread.sleep(PAUSE);
            }
        } catch (IOException e) {
            LOG.atInfo().addKeyValue("group", replica.group()).setCause(e).log("no early election");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Nobody has led or campaigned yet. */
    private boolean isOpen() {
        RaftServer.Division division = replica.divisionOrNull();
        return division != null
                && replica.status().role() == ReplicaStatus.Role.FOLLOWER
                && division.getInfo().getCurrentTerm() == 0;
    }

    private boolean majorityStands() {
        int standing = 1;
        for (NodeId founder : founders) {
            if (!founder.equals(node.options().node()) && wouldVote(founder)) {
                standing++;
            }
        }
        return standing > founders.size() / 2;
    }

    private boolean wouldVote(NodeId founder) {
        RequestVoteRequestProto request = RequestVoteRequestProto.newBuilder()
                .setServerRequest(header(founder))
                .setCandidateTerm(1)
                .setCandidateLastEntry(EMPTY_LOG)
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
                    .addKeyValue("founder", founder)
                    .log("does not stand yet");
            return false;
        }
    }

    private void campaign() throws IOException {
        StartLeaderElectionRequestProto request = StartLeaderElectionRequestProto.newBuilder()
                .setServerRequest(header(node.options().node()))
                .setLeaderLastEntry(EMPTY_LOG)
                .build();
        synchronized (guard.turnOf(group)) {
            if (isOpen()) {
                node.server().startLeaderElection(request);
            }
        }
    }

    private RaftRpcRequestProto.Builder header(NodeId to) {
        return RaftRpcRequestProto.newBuilder()
                .setRequestorId(Positions.toRatis(node.options().node()).toByteString())
                .setReplyId(Positions.toRatis(to).toByteString())
                .setRaftGroupId(RaftGroupIdProto.newBuilder().setId(group.toByteString()))
                .setCallId(node.nextCallId());
    }
}
