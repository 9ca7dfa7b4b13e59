package io.titankv.multiraft.host;

import org.apache.ratis.proto.RaftProtos.AppendEntriesReplyProto;
import org.apache.ratis.proto.RaftProtos.AppendEntriesReplyProto.AppendResult;
import org.apache.ratis.proto.RaftProtos.AppendEntriesRequestProto;
import org.apache.ratis.proto.RaftProtos.InstallSnapshotReplyProto;
import org.apache.ratis.proto.RaftProtos.InstallSnapshotResult;
import org.apache.ratis.proto.RaftProtos.RaftRpcReplyProto;
import org.apache.ratis.proto.RaftProtos.RaftRpcRequestProto;

/** What a follower answers to a leader without asking its Ratis. Pure functions. */
final class Refusals {
    private Refusals() {}

    /** Holds nothing that counts; the leader learns why by the mark. */
    static AppendEntriesReplyProto ofRotten(AppendEntriesRequestProto request) {
        return Marks.rotten(AppendEntriesReplyProto.newBuilder()
                .setServerReply(headerTo(request.getServerRequest()))
                .setTerm(request.getLeaderTerm())
                .setResult(AppendResult.INCONSISTENCY)
                .setNextIndex(0)
                .setMatchIndex(-1)
                .setFollowerCommit(-1)
                .setIsHearbeat(request.getEntriesCount() == 0)
                .build());
    }

    /** Not now: the leader asks again and again. */
    static InstallSnapshotReplyProto later(RaftRpcRequestProto request, long term) {
        return InstallSnapshotReplyProto.newBuilder()
                .setServerReply(headerTo(request))
                .setTerm(term)
                .setResult(InstallSnapshotResult.IN_PROGRESS)
                .build();
    }

    private static RaftRpcReplyProto.Builder headerTo(RaftRpcRequestProto request) {
        return RaftRpcReplyProto.newBuilder()
                .setRequestorId(request.getRequestorId())
                .setReplyId(request.getReplyId())
                .setRaftGroupId(request.getRaftGroupId())
                .setCallId(request.getCallId())
                .setSuccess(false);
    }
}
