package io.titankv.multiraft.host;

import io.titankv.model.NodeId;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.ratis.proto.RaftProtos.RaftGroupIdProto;
import org.apache.ratis.proto.RaftProtos.RaftRpcRequestProto;
import org.apache.ratis.protocol.ClientId;
import org.apache.ratis.protocol.RaftGroupId;
import org.apache.ratis.server.RaftServer;

/**
 * What every replica of a node uses of it.
 *
 * @param clientId this run of the node towards Ratis; with a call id it names a request for ever
 */
record NodeContext(
        RaftHostOptions options,
        Directories directories,
        RaftServer server,
        Leaderships leaderships,
        Clock clock,
        AppendLinks links,
        RaftMeters meters,
        ClientId clientId,
        AtomicLong callIds) {

    /** Of a run that begins. */
    NodeContext(
            RaftHostOptions options,
            Directories directories,
            RaftServer server,
            Leaderships leaderships,
            Clock clock,
            AppendLinks links,
            RaftMeters meters) {
        this(options, directories, server, leaderships, clock, links, meters, ClientId.randomId(), new AtomicLong());
    }

    long nextCallId() {
        return callIds.incrementAndGet();
    }

    /** The header of a message from this node's replica of a group to another's. */
    RaftRpcRequestProto.Builder header(RaftGroupId group, NodeId to) {
        return header(group, options.node(), to);
    }

    RaftRpcRequestProto.Builder header(RaftGroupId group, NodeId from, NodeId to) {
        return RaftRpcRequestProto.newBuilder()
                .setRequestorId(Positions.toRatis(from).toByteString())
                .setReplyId(Positions.toRatis(to).toByteString())
                .setRaftGroupId(RaftGroupIdProto.newBuilder().setId(group.toByteString()))
                .setCallId(nextCallId());
    }

    RatisRequests requests() {
        return new RatisRequests(this);
    }
}
