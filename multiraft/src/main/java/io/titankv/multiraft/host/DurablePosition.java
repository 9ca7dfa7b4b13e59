package io.titankv.multiraft.host;

import io.titankv.model.LogPosition;
import java.util.List;
import org.apache.ratis.server.protocol.TermIndex;
import org.apache.ratis.server.storage.FileInfo;
import org.apache.ratis.server.storage.RaftStorage;
import org.apache.ratis.statemachine.SnapshotInfo;
import org.apache.ratis.statemachine.SnapshotRetentionPolicy;
import org.apache.ratis.statemachine.StateMachineStorage;
import org.jspecify.annotations.Nullable;

/**
 * The newest position that a state machine called durable, which is all that Ratis' snapshot is here. Ratis asks often: it is kept, not
 * looked up. Thread-safe; written by one thread at a time.
 */
final class DurablePosition implements StateMachineStorage {
    private volatile LogPosition latest;

    DurablePosition(LogPosition latest) {
        this.latest = latest;
    }

    long index() {
        return latest.index();
    }

    TermIndex termIndex() {
        return Positions.toRatis(latest);
    }

    void advanceTo(LogPosition durable) {
        if (durable.index() > latest.index()) {
            latest = durable;
        }
    }

    /** After the state was replaced. */
    void set(LogPosition durable) {
        latest = durable;
    }

    @Override
    public void init(RaftStorage storage) {
        // the state machine keeps its state elsewhere
    }

    @Override
    public @Nullable SnapshotInfo getLatestSnapshot() {
        LogPosition position = latest;
        return position.isNone() ? null : new Snapshot(Positions.toRatis(position));
    }

    @Override
    public void format() {
        // the state machine keeps its state elsewhere
    }

    @Override
    public void cleanupOldSnapshots(SnapshotRetentionPolicy policy) {
        // there is only the newest
    }

    private record Snapshot(TermIndex termIndex) implements SnapshotInfo {
        @Override
        public TermIndex getTermIndex() {
            return termIndex;
        }

        @Override
        public List<FileInfo> getFiles() {
            return List.of();
        }
    }
}
