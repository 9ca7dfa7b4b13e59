package io.titankv.server;

import com.google.protobuf.ByteString;
import io.titankv.model.GroupId;
import io.titankv.model.LogPosition;
import io.titankv.model.NodeId;
import io.titankv.multiraft.host.ReplicatedStateMachine;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** A state machine of a shard whose changes of leadership are told to others as well. */
record HeraldedStateMachine(GroupId group, ReplicatedStateMachine actual, ShardNews news)
        implements ReplicatedStateMachine {
    @Override
    public LogPosition open() {
        return actual.open();
    }

    @Override
    public ByteString apply(LogPosition position, ByteString entry) {
        return actual.apply(position, entry);
    }

    @Override
    public void skipped(LogPosition position) {
        actual.skipped(position);
    }

    @Override
    public LogPosition makeDurable() {
        return actual.makeDurable();
    }

    @Override
    public CompletableFuture<@Nullable LogPosition> stageSnapshot(NodeId leader, LogPosition firstInLog) {
        return actual.stageSnapshot(leader, firstInLog);
    }

    @Override
    public void onLeadership(@Nullable NodeId leader, long term, boolean self) {
        actual.onLeadership(leader, term, self);
        news.onLeadership(group, leader);
    }

    @Override
    public void destroy() {
        actual.destroy();
    }

    @Override
    public void abandon() {
        actual.abandon();
    }

    @Override
    public void close() {
        actual.close();
    }
}
