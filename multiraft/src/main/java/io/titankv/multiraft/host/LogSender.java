package io.titankv.multiraft.host;

import java.io.IOException;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.ratis.proto.RaftProtos.AppendEntriesReplyProto;
import org.apache.ratis.proto.RaftProtos.AppendEntriesRequestProto;
import org.apache.ratis.proto.RaftProtos.LogEntryProto;
import org.apache.ratis.server.RaftServer;
import org.apache.ratis.server.leader.FollowerInfo;
import org.apache.ratis.server.leader.LeaderState;
import org.apache.ratis.util.LifeCycle;
import org.apache.ratis.util.Timestamp;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends the log of one group to one follower, in the place of Ratis' sender and without its thread: whoever brings something to send, sends
 * it, on the {@link AppendLink} that the groups share. Time alone brings heartbeats, by {@link #onTick}. Thread-safe.
 */
final class LogSender extends InstallingAppender implements AppendLink.Sender {
    /** For a follower that is further behind, entries may have to be read from the disk: not by those who have something else to do. */
    private static final int ENTRIES_AT_HAND = 256;

    private static final Logger LOG = LoggerFactory.getLogger(LogSender.class);

    private final AppendLink link;
    private final Clock clock;
    private final AppendPauses pauses;
    private final AppendWindow window;
    private final AtomicInteger asked = new AtomicInteger();
    private final AtomicBoolean heartbeatAsked = new AtomicBoolean();
    private final AtomicBoolean handedOver = new AtomicBoolean();
    private final Runnable sending = this::sendAtHand;
    private volatile boolean stopped;

    LogSender(
            RaftServer.Division division,
            LeaderState state,
            FollowerInfo follower,
            AppendLink link,
            Clock clock,
            AppendPauses pauses) {
        super(division, state, follower, link, clock);
        this.link = link;
        this.clock = clock;
        this.pauses = pauses;
        window = new AppendWindow(follower, pauses);
    }

    @Override
    public void start() {
        link.add(this);
        sendAtHand();
    }

    @Override
    public CompletableFuture<LifeCycle.State> stopAsync() {
        link.remove(this);
        synchronized (window) {
            stopped = true;
        }
        return super.stopAsync();
    }

    @Override
    public boolean isRunning() {
        return !stopped && super.isRunning();
    }

    @Override
    public void run() {
        throw new IllegalStateException("it has no thread");
    }

    /** No request made before this call has this id or a later one. */
    @Override
    public long getCallId() {
        return link.callIds().get();
    }

    @Override
    public Comparator<Long> getCallIdComparator() {
        return Comparator.naturalOrder();
    }

    @Override
    public boolean hasPendingDataRequests() {
        return window.hasEntries();
    }

    @Override
    public void triggerHeartbeat() {
        heartbeatAsked.set(true);
        notifyLogAppender();
    }

    /** There may be something to send. */
    @Override
    public void notifyLogAppender() {
        Burst.atEnd(sending);
    }

    @Override
    public void onReady() {
        sendAtHand();
    }

    /**
     * To be called again and again: sends a heartbeat when one is due, and gives up what is not answered.
     *
     * @param early so long before it is due a heartbeat may go out, to travel with others; in milliseconds
     */
    @Override
    public void onTick(long early) {
        if (!isRunning()) {
            return;
        }
        giveUpUnanswered();
        if (getHeartbeatWaitTimeMs() <= early) {
            heartbeatAsked.set(true);
            getLeaderState().checkHealth(getFollower());
        }
        notifyLogAppender();
    }

    private void giveUpUnanswered() {
        List<Long> overdue = window.overdue();
        if (!overdue.isEmpty()) {
            overdue.forEach(link::forget);
            goOnAfter(window.onFailed());
            log("no answer within " + pauses.patience());
        }
    }

    private void sendAtHand() {
        send(false);
    }

    private void sendFromDisk() {
        handedOver.set(false);
        send(true);
    }

    /** One thread at a time sends, for all that ask meanwhile; what it made leaves at the end, when it holds no lock. */
    private void send(boolean mayRead) {
        if (asked.getAndIncrement() == 0) {
            Burst.run(() -> sendAll(mayRead));
        }
    }

    private void sendAll(boolean mayRead) {
        int answered = 1;
        do {
            try {
                while (sendNext(mayRead)) {
                    // more
                }
            } catch (IOException | RuntimeException e) {
                startOver(e);
            }
            answered = asked.addAndGet(-answered);
        } while (answered != 0);
    }

    /** Returns whether there may be more. */
    private boolean sendNext(boolean mayRead) throws IOException {
        if (!isRunning() || !link.isReady()) {
            return false;
        }
        if (heartbeatAsked.get() || getHeartbeatWaitTimeMs() <= 0) {
            var _ = tellsToInstall();
            return sendOne(true);
        }
        if (!hasAppendEntries() || !window.takesEntries() || tellsToInstall()) {
            return false;
        }
        if (!mayRead && getRaftLog().getNextIndex() - getFollower().getNextIndex() > ENTRIES_AT_HAND) {
            if (handedOver.compareAndSet(false, true)) {
                clock.workers().execute(this::sendFromDisk);
            }
            return false;
        }
        if (mayRead) {
            // From the file, if need be, into the log's cache: before answers have to wait until the request is made.
            var _ = getRaftLog().get(getFollower().getNextIndex());
        }
        return sendOne(false);
    }

    private boolean sendOne(boolean heartbeat) throws IOException {
        synchronized (window) {
            if (stopped) {
                return false;
            }
            if (heartbeat) {
                heartbeatAsked.set(false);
            }
            long callId = link.callIds().getAndIncrement();
            Timestamp at = Timestamp.currentTime();
            long atNanos = System.nanoTime();
            AppendEntriesRequestProto request = newAppendEntriesRequest(callId, heartbeat);
            if (request == null) {
                return false;
            }
            List<LogEntryProto> entries = request.getEntriesList();
            window.add(
                    callId,
                    new AppendWindow.Sent(
                            entries.isEmpty() ? -1 : entries.getFirst().getIndex(), at, atNanos));
            if (!entries.isEmpty()) {
                getFollower().increaseNextIndex(entries.getLast().getIndex() + 1);
            }
            getFollower().updateLastRpcSendTime(entries.isEmpty());
            link.send(this, request);
            return true;
        }
    }

    /** Entries cannot be read, or a request not be made: begins anew after a pause, as Ratis does. */
    private void startOver(Exception cause) {
        LOG.atError()
                .addKeyValue("follower", getFollower().getName())
                .setCause(cause)
                .log("the log cannot be sent");
        var _ = stopAsync();
        clock.after(pauses.max(), () -> getLeaderState().restart(this));
    }

    @Override
    public void onReply(AppendAnswer.Reply answer) {
        if (stopped) {
            return;
        }
        AppendEntriesReplyProto reply = answer.reply();
        FollowerInfo follower = getFollower();
        AppendWindow.Sent sent = window.getOrNull(answer.callId());
        if (sent != null) {
            follower.updateLastRespondedAppendEntriesSendTime(sent.at());
        }
        follower.updateLastRpcResponseTime();
        switch (reply.getResult()) {
            case SUCCESS -> onTaken(answer.callId(), reply);
            case INCONSISTENCY -> {
                // One that was given up speaks of a log that was sent again since.
                if (sent != null) {
                    goOnAfter(window.onInconsistent(
                            getNextIndexForInconsistency(sent.firstIndex(), reply.getNextIndex())));
                }
            }
            default -> {
                goOnAfter(window.onFailed());
                // Under the lock of Ratis' server, which may wait for the disk.
                clock.workers().execute(() -> onFollowerTerm(reply.getTerm()));
            }
        }
        getLeaderState().onAppendEntriesReply(this, reply);
        notifyLogAppender();
    }

    private void onTaken(long callId, AppendEntriesReplyProto reply) {
        FollowerInfo follower = getFollower();
        window.onTaken(callId, reply.getMatchIndex());
        getLeaderState().onFollowerCommitIndex(follower, reply.getFollowerCommit());
        if (follower.updateMatchIndex(reply.getMatchIndex())) {
            getLeaderState().onFollowerSuccessAppendEntries(follower);
        }
    }

    @Override
    public void onFailure(AppendAnswer.Failure failure) {
        if (window.getOrNull(failure.callId()) != null) {
            goOnAfter(window.onFailed());
            if (window.failures() == 1) {
                log(failure.cause());
            }
        }
    }

    @Override
    public void onBroken() {
        window.onBroken();
        notifyLogAppender();
    }

    private void goOnAfter(long nanos) {
        clock.after(Duration.ofNanos(nanos), sending);
    }

    private void log(String why) {
        LOG.atInfo()
                .addKeyValue("follower", getFollower().getName())
                .addKeyValue("why", why)
                .log("a follower does not take its appends");
    }
}
