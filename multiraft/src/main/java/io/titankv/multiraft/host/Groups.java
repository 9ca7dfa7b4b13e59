package io.titankv.multiraft.host;

import io.titankv.model.GroupId;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import org.apache.ratis.proto.RaftProtos.AppendEntriesReplyProto;
import org.apache.ratis.proto.RaftProtos.AppendEntriesRequestProto;
import org.apache.ratis.protocol.RaftGroupId;
import org.jspecify.annotations.Nullable;

/** The replicas of one node, and the guard that they share. Thread-safe. */
final class Groups {
    private final ConcurrentMap<RaftGroupId, RatisReplica> replicas = new ConcurrentHashMap<>();
    private final AppendGuard guard;

    Groups(AppendGuard guard) {
        this.guard = guard;
    }

    AppendGuard guard() {
        return guard;
    }

    @Nullable
    RatisReplica getOrNull(GroupId group) {
        return getOrNull(Positions.toRatis(group));
    }

    @Nullable
    RatisReplica getOrNull(RaftGroupId group) {
        return replicas.get(group);
    }

    void put(RatisReplica replica) {
        replicas.put(Positions.toRatis(replica.group()), replica);
    }

    void remove(GroupId group) {
        RaftGroupId id = Positions.toRatis(group);
        replicas.remove(id);
        guard.forget(id);
    }

    Collection<RatisReplica> all() {
        return List.copyOf(replicas.values());
    }

    /** A leader's message was handled: the follower's replica learns how fresh it is. */
    void onAppend(RaftGroupId group, AppendEntriesRequestProto request, AppendEntriesReplyProto reply) {
        RatisReplica replica = replicas.get(group);
        if (replica != null && reply.getResult() != AppendEntriesReplyProto.AppendResult.NOT_LEADER) {
            replica.onLeaderContact(request.getLeaderCommit());
        }
    }
}
