package io.titankv.multiraft.host;

import io.titankv.model.NodeId;
import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import org.apache.ratis.proto.RaftProtos.AppendEntriesReplyProto;
import org.apache.ratis.proto.RaftProtos.AppendEntriesRequestProto;
import org.apache.ratis.proto.RaftProtos.RaftRpcRequestProto;
import org.apache.ratis.protocol.RaftGroupId;
import org.apache.ratis.protocol.RaftPeerId;
import org.apache.ratis.server.RaftServer;
import org.apache.ratis.server.protocol.RaftServerAsynchronousProtocol;

/**
 * What leaders send comes in here, past the {@link NetworkGate} and under the {@link AppendGuard}; a message that may not pass fails as
 * one that was lost. Without room on the disk heartbeats pass alone. Beside {@link PeerDoor}, which is for all else. Thread-safe.
 */
final class AppendDoor {
    private final Wiring wiring;
    private final AppendGuard guard;

    AppendDoor(Wiring wiring) {
        this.wiring = wiring;
        guard = wiring.groups().guard();
    }

    /** Completes when what the reply acknowledges is on the disk; also exceptionally. */
    CompletableFuture<AppendEntriesReplyProto> append(AppendEntriesRequestProto request) {
        RaftRpcRequestProto header = request.getServerRequest();
        RaftGroupId group = RaftGroupId.valueOf(header.getRaftGroupId().getId());
        NodeId leader = Positions.fromRatis(RaftPeerId.valueOf(header.getRequestorId()));
        try {
            wiring.requirePasses(leader);
            AppendEntriesReplyProto rotten = wiring.groups().rottenReplyOrNull(group, request);
            if (rotten != null) {
                wiring.requireReplyPasses(leader);
                return CompletableFuture.completedFuture(rotten);
            }
            RaftServer.Division division = wiring.groups().requireServing(group);
            promise(group, division, request);
            if (request.getEntriesCount() > 0) {
                wiring.takeRoom(request.getSerializedSize());
            }
            return guard.append(
                            group,
                            (RaftServerAsynchronousProtocol) division,
                            () -> division.getRaftLog().getFlushIndex(),
                            request)
                    .thenApply(reply -> {
                        AppendEntriesReplyProto marked = wiring.groups().onAppend(group, request, reply);
                        wiring.requireReplyPasses(leader);
                        return wiring.disk().full() ? Marks.diskFull(marked) : marked;
                    });
        } catch (IOException | RuntimeException e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    private void promise(RaftGroupId group, RaftServer.Division division, AppendEntriesRequestProto request) {
        if (Marks.isLeaseForfeited(request)) {
            wiring.promises().release(group);
        } else if (request.getLeaderTerm() >= division.getInfo().getCurrentTerm()) {
            wiring.promises().give(group);
        }
    }
}
