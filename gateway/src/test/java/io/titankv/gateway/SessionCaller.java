package io.titankv.gateway;

import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import io.titankv.proto.kv.v1.SessionOperation;
import io.titankv.proto.kv.v1.SessionRequest;
import io.titankv.proto.kv.v1.SessionResponse;
import io.titankv.proto.kv.v1.SessionResult;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;

/** The caller's side of a session: takes as many answers as it is told to. */
final class SessionCaller implements ClientResponseObserver<SessionRequest, SessionResponse> {
    final Map<Long, SessionResult> results = new ConcurrentHashMap<>();
    final AtomicInteger twice = new AtomicInteger();
    final AtomicInteger messages = new AtomicInteger();
    final CountDownLatch ended = new CountDownLatch(1);
    final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
    private final boolean reads;
    private @Nullable ClientCallStreamObserver<SessionRequest> out;

    SessionCaller(SimCluster.Node node, boolean reads) {
        this.reads = reads;
        node.async().session(this);
    }

    ClientCallStreamObserver<SessionRequest> out() {
        return Objects.requireNonNull(out);
    }

    @Override
    public void beforeStart(ClientCallStreamObserver<SessionRequest> stream) {
        out = stream;
        if (!reads) {
            stream.disableAutoRequestWithInitial(0);
        }
    }

    @Override
    public void onNext(SessionResponse response) {
        messages.incrementAndGet();
        response.getResultsList().forEach(result -> {
            if (results.put(result.getId(), result) != null) {
                twice.incrementAndGet();
            }
        });
    }

    @Override
    public void onError(Throwable error) {
        failure.set(error);
        ended.countDown();
    }

    @Override
    public void onCompleted() {
        ended.countDown();
    }

    void send(SessionOperation... operations) {
        SessionRequest.Builder message = SessionRequest.newBuilder();
        for (SessionOperation operation : operations) {
            message.addOperations(operation);
        }
        out().onNext(message.build());
    }

    SessionResult resultOf(long id) {
        Awaitility.await().atMost(60, TimeUnit.SECONDS).until(() -> results.containsKey(id));
        return Objects.requireNonNull(results.get(id));
    }
}
