package io.titankv.multiraft.terms;

import com.google.common.util.concurrent.MoreExecutors;
import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.grpc.Channel;
import io.grpc.stub.StreamObserver;
import io.titankv.model.GroupId;
import io.titankv.model.NodeId;
import io.titankv.multiraft.host.Burst;
import io.titankv.multiraft.host.TermQuestions.Asker;
import io.titankv.proto.internal.v1.ConfirmTermsRequest;
import io.titankv.proto.internal.v1.ConfirmTermsResponse;
import io.titankv.proto.internal.v1.TermsGrpc;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The questions to one peer: those that come while a request is unanswered go together in the next. A question
 * is answered by a response to a request that was sent after it came, or nobody can tell: there is no connection, or the peer has
 * been silent for {@link #PATIENCE}. Thread-safe; at most one question a group waits.
 */
final class TermLink {
    /** Many round trips. Who asks a peer that has been silent so long hears at once that nobody can tell. */
    static final Duration PATIENCE = Duration.ofMillis(100);

    /** A lost connection is opened again after so long. */
    static final Duration PAUSE = Duration.ofMillis(500);

    private static final Logger LOG = LoggerFactory.getLogger(TermLink.class);

    private final String clusterId;
    private final NodeId peer;
    private final Supplier<Channel> channel;
    private final LongSupplier nanoTime;

    @GuardedBy("this")
    private final Map<GroupId, Question> waiting = new LinkedHashMap<>();

    @GuardedBy("this")
    private @Nullable Sent sent;

    @GuardedBy("this")
    private @Nullable Stream stream;

    /** One object, so that a burst of questions goes together. */
    private final Runnable send = this::send;

    /** When another stream may be opened. */
    @GuardedBy("this")
    private long mayOpenNanos;

    private record Question(GroupId group, long term, Asker asker) {}

    private record Sent(List<Question> questions, long atNanos) {
        void tell(ConfirmTermsResponse answer) {
            for (int i = 0; i < questions.size(); i++) {
                Asker asker = questions.get(i).asker;
                if (i < answer.getCurrentCount() && answer.getCurrent(i)) {
                    asker.onCurrent();
                } else {
                    asker.onUnknown();
                }
            }
        }
    }

    TermLink(String clusterId, NodeId peer, Supplier<Channel> channel, LongSupplier nanoTime) {
        this.clusterId = clusterId;
        this.peer = peer;
        this.channel = channel;
        this.nanoTime = nanoTime;
        this.mayOpenNanos = nanoTime.getAsLong();
    }

    void ask(GroupId group, long term, Asker asker) {
        boolean known;
        synchronized (this) {
            known = isConnected();
            if (known) {
                waiting.put(group, new Question(group, term, asker));
                known = sent == null || nanoTime.getAsLong() - sent.atNanos < PATIENCE.toNanos();
            }
        }
        if (known) {
            Burst.atEnd(send);
        } else {
            asker.onUnknown();
        }
    }

    @GuardedBy("this")
    private boolean isConnected() {
        if (stream != null) {
            return true;
        }
        if (nanoTime.getAsLong() - mayOpenNanos < 0) {
            return false;
        }
        try {
            Stream opened = new Stream();
            // Before it is opened, which may end it at once.
            stream = opened;
            // The answers only pass on what they say: no thread of its own is woken for that.
            opened.requests = TermsGrpc.newStub(channel.get())
                    .withExecutor(MoreExecutors.directExecutor())
                    .confirm(opened);
            return isCurrent(opened);
        } catch (IllegalStateException e) {
            LOG.atDebug().addKeyValue("peer", peer).setCause(e).log("terms cannot be asked yet");
            lose();
            return false;
        }
    }

    private synchronized void send() {
        StreamObserver<ConfirmTermsRequest> requests = stream == null ? null : stream.requests;
        if (requests == null || waiting.isEmpty() || sent != null) {
            return;
        }
        ConfirmTermsRequest.Builder request =
                ConfirmTermsRequest.newBuilder().setClusterId(clusterId).setNodeId(peer.value());
        List<Question> questions = new ArrayList<>();
        var rest = waiting.values().iterator();
        while (rest.hasNext() && questions.size() < TermServer.GROUPS_MAX) {
            Question question = rest.next();
            rest.remove();
            questions.add(question);
            request.addGroups(question.group.number()).addTerms(question.term);
        }
        sent = new Sent(questions, nanoTime.getAsLong());
        requests.onNext(request.build());
    }

    private void onAnswer(Stream from, ConfirmTermsResponse answer) {
        @Nullable Sent answered;
        synchronized (this) {
            if (!isCurrent(from)) {
                return;
            }
            answered = sent;
            sent = null;
        }
        // What is asked because of the answer goes with what has waited for it.
        Burst.run(() -> {
            Burst.atEnd(send);
            if (answered != null) {
                answered.tell(answer);
            }
        });
    }

    @GuardedBy("this")
    @SuppressWarnings("ReferenceEquality") // which of two streams it is
    private boolean isCurrent(Stream one) {
        return stream == one;
    }

    private void onEnd(Stream one, String why) {
        Collection<Question> unanswered;
        synchronized (this) {
            if (!isCurrent(one)) {
                return;
            }
            lose();
            unanswered = takeAll();
        }
        LOG.atDebug().addKeyValue("peer", peer).addKeyValue("why", why).log("terms cannot be asked for a while");
        unanswered.forEach(question -> question.asker.onUnknown());
    }

    @GuardedBy("this")
    private void lose() {
        stream = null;
        mayOpenNanos = nanoTime.getAsLong() + PAUSE.toNanos();
    }

    @GuardedBy("this")
    private Collection<Question> takeAll() {
        List<Question> all = new ArrayList<>();
        if (sent != null) {
            all.addAll(sent.questions);
        }
        all.addAll(waiting.values());
        sent = null;
        waiting.clear();
        return all;
    }

    /** One connection's worth of answers. */
    private final class Stream implements StreamObserver<ConfirmTermsResponse> {
        /** Null until it is open; requests are sent under the link's lock. */
        private @Nullable StreamObserver<ConfirmTermsRequest> requests;

        @Override
        public void onNext(ConfirmTermsResponse answer) {
            onAnswer(this, answer);
        }

        @Override
        public void onError(Throwable failure) {
            onEnd(this, String.valueOf(failure));
        }

        @Override
        public void onCompleted() {
            onEnd(this, "the peer has ended the stream");
        }
    }
}
