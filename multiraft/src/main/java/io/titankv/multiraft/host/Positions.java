package io.titankv.multiraft.host;

import io.titankv.model.GroupId;
import io.titankv.model.LogPosition;
import io.titankv.model.NodeId;
import org.apache.ratis.protocol.RaftGroupId;
import org.apache.ratis.protocol.RaftPeer;
import org.apache.ratis.protocol.RaftPeerId;
import org.apache.ratis.server.protocol.TermIndex;
import org.jspecify.annotations.Nullable;

/** The same thing in our words and in those of Ratis. */
final class Positions {
    private Positions() {}

    static TermIndex toRatis(LogPosition position) {
        return position.isNone() ? TermIndex.INITIAL_VALUE : TermIndex.valueOf(position.term(), position.index());
    }

    static LogPosition fromRatis(TermIndex position) {
        return position.getIndex() < 0 ? LogPosition.NONE : new LogPosition(position.getTerm(), position.getIndex());
    }

    static RaftGroupId toRatis(GroupId group) {
        return RaftGroupId.valueOf(group.uuid());
    }

    static GroupId fromRatis(RaftGroupId group) {
        return GroupId.fromUuid(group.getUuid());
    }

    static RaftPeerId toRatis(NodeId node) {
        return RaftPeerId.valueOf(node.value());
    }

    static NodeId fromRatis(RaftPeerId peer) {
        return new NodeId(peer.toString());
    }

    static @Nullable NodeId fromRatisOrNull(@Nullable RaftPeerId peer) {
        return peer == null ? null : fromRatis(peer);
    }

    static RaftPeer toRatis(Member member) {
        return RaftPeer.newBuilder()
                .setId(toRatis(member.node()))
                .setAddress(member.raftAddress())
                .build();
    }

    static Member fromRatis(RaftPeer peer) {
        return new Member(fromRatis(peer.getId()), peer.getAddress());
    }
}
