package io.titankv.multiraft.host;

import io.titankv.model.NodeId;
import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import org.apache.ratis.conf.RaftProperties;
import org.apache.ratis.proto.RaftProtos.AppendEntriesReplyProto;
import org.apache.ratis.proto.RaftProtos.AppendEntriesRequestProto;
import org.apache.ratis.proto.RaftProtos.InstallSnapshotReplyProto;
import org.apache.ratis.proto.RaftProtos.InstallSnapshotRequestProto;
import org.apache.ratis.proto.RaftProtos.RaftRpcRequestProto;
import org.apache.ratis.proto.RaftProtos.ReadIndexReplyProto;
import org.apache.ratis.proto.RaftProtos.ReadIndexRequestProto;
import org.apache.ratis.proto.RaftProtos.RequestVoteReplyProto;
import org.apache.ratis.proto.RaftProtos.RequestVoteRequestProto;
import org.apache.ratis.proto.RaftProtos.StartLeaderElectionReplyProto;
import org.apache.ratis.proto.RaftProtos.StartLeaderElectionRequestProto;
import org.apache.ratis.protocol.GroupInfoReply;
import org.apache.ratis.protocol.GroupInfoRequest;
import org.apache.ratis.protocol.GroupListReply;
import org.apache.ratis.protocol.GroupListRequest;
import org.apache.ratis.protocol.GroupManagementRequest;
import org.apache.ratis.protocol.LeaderElectionManagementRequest;
import org.apache.ratis.protocol.RaftClientReply;
import org.apache.ratis.protocol.RaftClientRequest;
import org.apache.ratis.protocol.RaftGroup;
import org.apache.ratis.protocol.RaftGroupId;
import org.apache.ratis.protocol.RaftPeer;
import org.apache.ratis.protocol.RaftPeerId;
import org.apache.ratis.protocol.SetConfigurationRequest;
import org.apache.ratis.protocol.SnapshotManagementRequest;
import org.apache.ratis.protocol.TransferLeadershipRequest;
import org.apache.ratis.server.DataStreamServerRpc;
import org.apache.ratis.server.RaftServer;
import org.apache.ratis.server.RaftServerRpc;
import org.apache.ratis.server.ServerFactory;
import org.apache.ratis.server.impl.LearnerVote;
import org.apache.ratis.thirdparty.com.google.protobuf.ByteString;
import org.apache.ratis.util.LifeCycle;

/**
 * The server as Ratis' network sees it: all that arrives there goes through here, and every reply leaves through here. Appends have a door of
 * their own, {@link AppendDoor}.
 *
 * <p>It lets through what else Raft servers say to each other, past the {@link NetworkGate} and under the {@link AppendGuard}. A message
 * that may not pass fails as one that was lost: the sender's stream breaks or its call fails. Requests of Ratis' own clients and
 * administrators are refused: nobody but this process may propose or change members. Thread-safe.
 */
final class PeerDoor implements RaftServer {
    private final RaftServer inner;
    private final Wiring wiring;
    private final AppendGuard guard;

    PeerDoor(RaftServer inner, Wiring wiring) {
        this.inner = inner;
        this.wiring = wiring;
        guard = wiring.groups().guard();
    }

    @Override
    public RequestVoteReplyProto requestVote(RequestVoteRequestProto request) throws IOException {
        RaftRpcRequestProto header = request.getServerRequest();
        NodeId candidate = senderOf(header);
        wiring.requirePasses(candidate);
        if (!wiring.life().mayVote()) {
            throw new IOException("this node has just begun and does not vote yet");
        }
        RaftGroupId group = groupOf(header);
        Division division = wiring.groups().requireServing(group);
        RequestVoteReplyProto reply;
        synchronized (guard.turnOf(group)) {
            boolean bound = wiring.promises().binds(group);
            if (!request.getPreVote() && bound) {
                throw new IOException("this node has just heard its leader and votes for nobody else yet");
            }
            reply = LearnerVote.isNeeded(division)
                    ? LearnerVote.answer(division, request, !bound)
                    : inner.requestVote(request);
        }
        wiring.requireReplyPasses(candidate);
        return reply;
    }

    @Override
    public StartLeaderElectionReplyProto startLeaderElection(StartLeaderElectionRequestProto request)
            throws IOException {
        RaftRpcRequestProto header = request.getServerRequest();
        NodeId leader = senderOf(header);
        wiring.requirePasses(leader);
        StartLeaderElectionReplyProto reply;
        wiring.groups().requireServing(groupOf(header));
        synchronized (guard.turnOf(groupOf(header))) {
            reply = inner.startLeaderElection(request);
        }
        wiring.requireReplyPasses(leader);
        return reply;
    }

    @Override
    public InstallSnapshotReplyProto installSnapshot(InstallSnapshotRequestProto request) throws IOException {
        RaftRpcRequestProto header = request.getServerRequest();
        NodeId leader = senderOf(header);
        wiring.requirePasses(leader);
        InstallSnapshotReplyProto reply;
        Division division = wiring.groups().requireServing(groupOf(header));
        if (wiring.disk().full() && !wiring.groups().isInstalling(groupOf(header))) {
            reply = Refusals.later(header, division.getInfo().getCurrentTerm());
        } else {
            synchronized (guard.turnOf(groupOf(header))) {
                reply = inner.installSnapshot(request);
            }
        }
        wiring.requireReplyPasses(leader);
        return reply;
    }

    private static NodeId senderOf(RaftRpcRequestProto header) {
        return Positions.fromRatis(RaftPeerId.valueOf(header.getRequestorId()));
    }

    private static RaftGroupId groupOf(RaftRpcRequestProto header) {
        ByteString id = header.getRaftGroupId().getId();
        return RaftGroupId.valueOf(id);
    }

    // What Ratis' transport asks of its server about itself.

    @Override
    public RaftPeerId getId() {
        return inner.getId();
    }

    @Override
    public RaftPeer getPeer() {
        return inner.getPeer();
    }

    @Override
    public Iterable<RaftGroupId> getGroupIds() {
        return inner.getGroupIds();
    }

    @Override
    public Iterable<RaftGroup> getGroups() throws IOException {
        return inner.getGroups();
    }

    @Override
    public Division getDivision(RaftGroupId groupId) throws IOException {
        return inner.getDivision(groupId);
    }

    @Override
    public RaftProperties getProperties() {
        return inner.getProperties();
    }

    @Override
    public RaftServerRpc getServerRpc() {
        return inner.getServerRpc();
    }

    @Override
    public DataStreamServerRpc getDataStreamServerRpc() {
        return inner.getDataStreamServerRpc();
    }

    @Override
    public ServerFactory getFactory() {
        return inner.getFactory();
    }

    @Override
    public LifeCycle.State getLifeCycleState() {
        return inner.getLifeCycleState();
    }

    @Override
    public void start() throws IOException {
        throw refused();
    }

    @Override
    public void close() throws IOException {
        throw refused();
    }

    // What nobody may ask over the network.

    private static IOException refused() {
        return new IOException("not served over the network");
    }

    private static <T> CompletableFuture<T> refusedLater() {
        return CompletableFuture.failedFuture(refused());
    }

    /** Appends come by {@link AppendLink}, through {@link AppendDoor}. */
    @Override
    public CompletableFuture<AppendEntriesReplyProto> appendEntriesAsync(AppendEntriesRequestProto request) {
        return refusedLater();
    }

    /** As above. */
    @Override
    public AppendEntriesReplyProto appendEntries(AppendEntriesRequestProto request) throws IOException {
        throw refused();
    }

    /** Read indexes of Ratis are not linearizable in 3.3.0; nobody asks for them. */
    @Override
    public CompletableFuture<ReadIndexReplyProto> readIndexAsync(ReadIndexRequestProto request) {
        return refusedLater();
    }

    @Override
    public RaftClientReply submitClientRequest(RaftClientRequest request) throws IOException {
        throw refused();
    }

    @Override
    public CompletableFuture<RaftClientReply> submitClientRequestAsync(RaftClientRequest request) {
        return refusedLater();
    }

    @Override
    public GroupListReply getGroupList(GroupListRequest request) throws IOException {
        throw refused();
    }

    @Override
    public GroupInfoReply getGroupInfo(GroupInfoRequest request) throws IOException {
        throw refused();
    }

    @Override
    public RaftClientReply groupManagement(GroupManagementRequest request) throws IOException {
        throw refused();
    }

    @Override
    public RaftClientReply snapshotManagement(SnapshotManagementRequest request) throws IOException {
        throw refused();
    }

    @Override
    public RaftClientReply leaderElectionManagement(LeaderElectionManagementRequest request) throws IOException {
        throw refused();
    }

    @Override
    public RaftClientReply setConfiguration(SetConfigurationRequest request) throws IOException {
        throw refused();
    }

    @Override
    public RaftClientReply transferLeadership(TransferLeadershipRequest request) throws IOException {
        throw refused();
    }

    @Override
    public CompletableFuture<GroupListReply> getGroupListAsync(GroupListRequest request) {
        return refusedLater();
    }

    @Override
    public CompletableFuture<GroupInfoReply> getGroupInfoAsync(GroupInfoRequest request) {
        return refusedLater();
    }

    @Override
    public CompletableFuture<RaftClientReply> groupManagementAsync(GroupManagementRequest request) {
        return refusedLater();
    }

    @Override
    public CompletableFuture<RaftClientReply> snapshotManagementAsync(SnapshotManagementRequest request) {
        return refusedLater();
    }

    @Override
    public CompletableFuture<RaftClientReply> leaderElectionManagementAsync(LeaderElectionManagementRequest request) {
        return refusedLater();
    }

    @Override
    public CompletableFuture<RaftClientReply> setConfigurationAsync(SetConfigurationRequest request) {
        return refusedLater();
    }

    @Override
    public CompletableFuture<RaftClientReply> transferLeadershipAsync(TransferLeadershipRequest request) {
        return refusedLater();
    }
}
