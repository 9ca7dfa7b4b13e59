package io.titankv.multiraft.host;

import io.titankv.model.NodeId;
import java.io.IOException;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.ratis.proto.RaftProtos.RequestVoteRequestProto;
import org.apache.ratis.thirdparty.io.grpc.StatusRuntimeException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Connects this node to the voters of its groups as soon as it knows them. Ratis connects when there is something to send: a replica that
 * joined sends nothing until it campaigns, and on a process that has just begun the first message takes a second and more, in which the
 * election fails and the next one begins. Thread-safe.
 */
final class PeerConnections {
    private static final Logger LOG = LoggerFactory.getLogger(PeerConnections.class);
    private static final Duration SWEEP = Duration.ofMillis(250);

    /** Whom it has sent something, or is about to. */
    private final Set<Member> met = ConcurrentHashMap.newKeySet();

    private final NodeContext node;
    private final Groups groups;

    private PeerConnections(NodeContext node, Groups groups) {
        this.node = node;
        this.groups = groups;
    }

    /** From now on, until the node's clock stops. */
    static void keep(NodeContext node, Groups groups) {
        PeerConnections connections = new PeerConnections(node, groups);
        node.clock().every(SWEEP, connections::sweep);
    }

    private void sweep() {
        for (RatisReplica replica : groups.all()) {
            for (Member member : replica.members()) {
                if (!member.node().equals(node.options().node()) && met.add(member)) {
                    var _ = Thread.ofVirtual().name("connect-" + member.node()).start(() -> greet(replica, member));
                }
            }
        }
    }

    /** Asks for a pre-vote that nobody gives who has a log, and that changes nothing. An answer of any kind will do. */
    private void greet(RatisReplica replica, Member member) {
        NodeId to = member.node();
        node.links().to(member.raftAddress()).open();
        RequestVoteRequestProto request = RequestVoteRequestProto.newBuilder()
                .setServerRequest(node.header(Positions.toRatis(replica.group()), to))
                .setPreVote(true)
                .build();
        try {
            var _ = node.server().getServerRpc().requestVote(request);
        } catch (IOException | StatusRuntimeException e) {
            met.remove(member); // again with the next sweep
            LOG.atDebug()
                    .addKeyValue("node", to)
                    .addKeyValue("group", replica.group())
                    .setCause(e)
                    .log("not reached yet");
        }
    }
}
