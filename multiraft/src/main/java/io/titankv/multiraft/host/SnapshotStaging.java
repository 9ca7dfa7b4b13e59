package io.titankv.multiraft.host;

import io.titankv.model.LogPosition;
import io.titankv.model.NodeId;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import org.apache.ratis.server.protocol.TermIndex;
import org.jspecify.annotations.Nullable;

/** The snapshot that a leader told this replica of, from then until it is installed or given up. Thread-safe. */
final class SnapshotStaging {
    private final ReplicatedStateMachine machine;
    private final StateMachineAdapter.Events events;
    private final NodeLife life;
    private final Executor workers;

    /** Where the snapshot ends that was staged last. */
    private volatile LogPosition staged = LogPosition.NONE;

    private volatile long installing = -1;

    SnapshotStaging(
            ReplicatedStateMachine machine, StateMachineAdapter.Events events, NodeLife life, Executor workers) {
        this.machine = machine;
        this.events = events;
        this.life = life;
        this.workers = workers;
    }

    /** Where the log of the leader begins that told of a snapshot which is not installed yet; -1 when there is none. */
    long installing() {
        return installing;
    }

    LogPosition staged() {
        return staged;
    }

    /** Has it staged. Waits for nothing: the answer is given later, by another thread; null when there is nothing to install. */
    CompletableFuture<TermIndex> begin(NodeId leader, LogPosition firstInLog) {
        CompletableFuture<TermIndex> answer = new CompletableFuture<>();
        installing = firstInLog.index();
        workers.execute(() -> stage(leader, firstInLog, answer));
        return answer;
    }

    private void stage(NodeId leader, LogPosition firstInLog, CompletableFuture<TermIndex> answer) {
        if (life.isKilled()) {
            return;
        }
        CompletableFuture<@Nullable LogPosition> staging;
        try {
            staging = machine.stageSnapshot(leader, firstInLog);
        } catch (RuntimeException e) {
            events.onFault("staging a snapshot", e);
            fail(e, answer);
            return;
        }
        var _ = staging.whenCompleteAsync(
                (position, failure) -> {
                    if (failure != null) {
                        fail(failure, answer);
                    } else {
                        boolean none = position == null || position.isNone();
                        if (!none) {
                            staged = position;
                        }
                        answer.complete(none ? null : Positions.toRatis(position));
                    }
                },
                workers);
    }

    /** Ratis takes the leader's entries again, and may be told of a snapshot anew, from the moment that it has the answer. */
    private void fail(Throwable failure, CompletableFuture<TermIndex> answer) {
        end();
        answer.completeExceptionally(failure);
    }

    /** It is installed, or there was nothing to install. */
    void end() {
        installing = -1;
    }
}
