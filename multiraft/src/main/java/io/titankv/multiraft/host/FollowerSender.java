package io.titankv.multiraft.host;

import java.util.function.BiConsumer;
import org.apache.ratis.protocol.RaftPeerId;
import org.apache.ratis.server.leader.LogAppender;

/** One sender of Ratis, and when its follower last proved the leadership that it sends for. Thread-safe. */
final class FollowerSender implements ReadBarrier.Follower<RaftPeerId> {
    private final LogAppender appender;
    private final BiConsumer<FollowerSender, Runnable> asking;

    /** A request under way whose making time is remembered; -1 when none. */
    private long sampleCallId = -1;

    private long sampleNanos;
    private long provenNanos;
    private boolean proven;

    /** @param asking asks the follower for a proof, and has the task run when it comes */
    FollowerSender(LogAppender appender, BiConsumer<FollowerSender, Runnable> asking) {
        this.appender = appender;
        this.asking = asking;
    }

    LogAppender appender() {
        return appender;
    }

    synchronized void onMade(long callId) {
        if (sampleCallId < 0) {
            sampleCallId = callId;
            sampleNanos = System.nanoTime();
        }
    }

    /** A later request accepted proves no less than the remembered one. */
    synchronized void onAccepted(long callId) {
        if (sampleCallId >= 0 && callId >= sampleCallId) {
            provenNanos = sampleNanos;
            proven = true;
            sampleCallId = -1;
        }
    }

    synchronized boolean provenWithin(long nanos) {
        return proven && System.nanoTime() - provenNanos < nanos;
    }

    @Override
    public RaftPeerId voter() {
        return appender.getFollowerId();
    }

    @Override
    public long nextCallId() {
        return appender.getCallId();
    }

    @Override
    public void ask(Runnable task) {
        asking.accept(this, task);
    }

    /** Asks for a heartbeat soon. */
    void trigger() {
        appender.triggerHeartbeat();
    }
}
