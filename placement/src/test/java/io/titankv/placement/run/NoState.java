package io.titankv.placement.run;

import com.google.protobuf.ByteString;
import io.titankv.model.LogPosition;
import io.titankv.model.NodeId;
import io.titankv.multiraft.host.ReplicatedStateMachine;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** A shard's group without a shard: an empty state, at the beginning after each start. */
final class NoState implements ReplicatedStateMachine {
    private LogPosition position = LogPosition.NONE;

    @Override
    public LogPosition open() {
        return LogPosition.NONE;
    }

    @Override
    public ByteString apply(LogPosition at, ByteString entry) {
        position = at;
        return ByteString.EMPTY;
    }

    @Override
    public void skipped(LogPosition at) {
        position = at;
    }

    @Override
    public LogPosition makeDurable() {
        // Nothing is kept, so nothing of the log may go.
        return position.isNone() ? position : LogPosition.NONE;
    }

    @Override
    public CompletableFuture<@Nullable LogPosition> stageSnapshot(NodeId leader, LogPosition firstInLog) {
        return CompletableFuture.completedFuture(null);
    }

    @Override
    public void onLeadership(@Nullable NodeId leader, long term, boolean self) {}

    @Override
    public void destroy() {}

    @Override
    public void close() {}
}
