package io.titankv.multiraft.host;

import io.titankv.model.GroupId;
import java.io.IOException;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import org.apache.ratis.proto.RaftProtos.AppendEntriesReplyProto;
import org.apache.ratis.proto.RaftProtos.AppendEntriesReplyProto.AppendResult;
import org.apache.ratis.proto.RaftProtos.AppendEntriesRequestProto;
import org.apache.ratis.protocol.RaftGroupId;
import org.apache.ratis.server.RaftServer;
import org.jspecify.annotations.Nullable;

/** The replicas of one node, and the guard that they share. Thread-safe. */
final class Groups {
    private final ConcurrentMap<RaftGroupId, RatisReplica> replicas = new ConcurrentHashMap<>();
    private final AppendGuard guard;
    private final RaftMeters meters;

    Groups(AppendGuard guard, RaftMeters meters) {
        this.guard = guard;
        this.meters = meters;
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
        meters.add(replica.group(), replica::status, replica.leaderChanges());
    }

    void remove(GroupId group) {
        RaftGroupId id = Positions.toRatis(group);
        replicas.remove(id);
        guard.forget(id);
        meters.remove(group);
    }

    Collection<RatisReplica> all() {
        return List.copyOf(replicas.values());
    }

    /**
     * The division of a group that is open. Ratis shows one before it is, and then takes a request half: an installation of a
     * snapshot that fails so is never tried again.
     */
    RaftServer.Division requireServing(RaftGroupId group) throws IOException {
        RatisReplica replica = replicas.get(group);
        RaftServer.Division division = replica == null ? null : servingOrNull(replica);
        if (division == null) {
            throw new IOException("not served here, or not yet: " + group);
        }
        return division;
    }

    /** The division of a replica that is open and in service. */
    static RaftServer.@Nullable Division servingOrNull(RatisReplica replica) {
        return replica.isOutOfService() ? null : replica.divisionOrNull();
    }

    /** A leader's message was handled: the follower's replica learns how fresh it is, and may add to the reply. */
    AppendEntriesReplyProto onAppend(
            RaftGroupId group, AppendEntriesRequestProto request, AppendEntriesReplyProto reply) {
        RatisReplica replica = replicas.get(group);
        if (replica == null || reply.getResult() == AppendResult.NOT_LEADER) {
            return reply;
        }
        replica.onLeaderContact(request.getLeaderCommit());
        if (reply.getResult() == AppendResult.INCONSISTENCY) {
            long installing = installing(replica);
            if (installing >= 0) {
                return Marks.installing(reply, installing);
            }
        }
        return replica.rebuild().isReturning() ? Marks.returning(reply) : reply;
    }

    /** Whether its replica is installing a snapshot. */
    boolean isInstalling(RaftGroupId group) {
        RatisReplica replica = replicas.get(group);
        return replica != null && installing(replica) >= 0;
    }

    private static long installing(RatisReplica replica) {
        StateMachineAdapter state = replica.adapterOrNull();
        return state == null ? -1 : state.staging().installing();
    }

    /** The answer of a replica that is rotten; null when it is not. */
    @Nullable
    AppendEntriesReplyProto rottenReplyOrNull(RaftGroupId group, AppendEntriesRequestProto request) {
        RatisReplica replica = replicas.get(group);
        if (replica == null || !replica.rebuild().isRotten()) {
            return null;
        }
        if (Marks.isStartOver(request)) {
            replica.rebuild().startOver();
        }
        return Refusals.ofRotten(request);
    }
}
