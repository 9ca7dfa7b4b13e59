package io.titankv.client.testing;

import io.grpc.BindableService;
import io.grpc.Grpc;
import io.grpc.InsecureServerCredentials;
import io.grpc.Server;
import io.grpc.Status;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import io.titankv.model.Limits;
import io.titankv.proto.kv.v1.BatchWriteRequest;
import io.titankv.proto.kv.v1.BatchWriteResponse;
import io.titankv.proto.kv.v1.ExplainRequest;
import io.titankv.proto.kv.v1.ExplainResponse;
import io.titankv.proto.kv.v1.KvGrpc;
import io.titankv.proto.kv.v1.ScanRequest;
import io.titankv.proto.kv.v1.ScanResponse;
import io.titankv.proto.kv.v1.SessionOperation;
import io.titankv.proto.kv.v1.SessionRequest;
import io.titankv.proto.kv.v1.SessionResponse;
import io.titankv.proto.kv.v1.SessionResult;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * A node behind a real loopback port that can be killed and started again on the same port. It holds clients to the protocol: a
 * message over its limits or an id used twice while unanswered ends the stream with INVALID_ARGUMENT.
 */
public final class FakeNode implements AutoCloseable {
    private final List<BindableService> services;
    private final KvGrpc.AsyncService unary;
    private final List<Integer> messages = new CopyOnWriteArrayList<>();
    private final List<SessionOperation> operations = new CopyOnWriteArrayList<>();
    private final AtomicInteger streams = new AtomicInteger();
    private final List<String> violations = new CopyOnWriteArrayList<>();
    private volatile SessionBehaviour behaviour;
    private @Nullable Server server;
    private int port;

    /** A node that has sessions only. */
    public FakeNode(SessionBehaviour behaviour) {
        this(behaviour, new KvGrpc.AsyncService() {});
    }

    /**
     * A node with more.
     *
     * @param unary answers the unary methods
     */
    public FakeNode(SessionBehaviour behaviour, KvGrpc.AsyncService unary, BindableService... services) {
        this.behaviour = behaviour;
        this.unary = unary;
        this.services = List.of(services);
        start();
    }

    /** Starts listening: on a free port the first time, on the same one afterwards. */
    public void start() {
        var builder = Grpc.newServerBuilderForPort(port, InsecureServerCredentials.create())
                .maxInboundMessageSize(Limits.REQUEST_BYTES_MAX * 2 + (1 << 20))
                .permitKeepAliveTime(1, TimeUnit.SECONDS);
        builder.addService(new Kv());
        services.forEach(builder::addService);
        try {
            Server started = builder.build().start();
            server = started;
            port = ((InetSocketAddress) started.getListenSockets().getFirst()).getPort();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Ends every connection at once and stops listening. */
    public void kill() {
        Server running = server;
        server = null;
        if (running != null) {
            try {
                running.shutdownNow().awaitTermination(30, TimeUnit.SECONDS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }

    @Override
    public void close() {
        kill();
    }

    public String address() {
        return "127.0.0.1:" + port;
    }

    public void behave(SessionBehaviour next) {
        behaviour = next;
    }

    /** The number of operations in each message that came. */
    public List<Integer> messages() {
        return messages;
    }

    public List<SessionOperation> operations() {
        return operations;
    }

    /** Streams opened so far. */
    public int streams() {
        return streams.get();
    }

    /** What clients did against the protocol. */
    public List<String> violations() {
        return violations;
    }

    private final class Kv extends KvGrpc.KvImplBase {
        @Override
        public StreamObserver<SessionRequest> session(StreamObserver<SessionResponse> responses) {
            streams.incrementAndGet();
            return new Session((ServerCallStreamObserver<SessionResponse>) responses);
        }

        @Override
        public void scan(ScanRequest request, StreamObserver<ScanResponse> responses) {
            unary.scan(request, responses);
        }

        @Override
        public void batchWrite(BatchWriteRequest request, StreamObserver<BatchWriteResponse> responses) {
            unary.batchWrite(request, responses);
        }

        @Override
        public void explain(ExplainRequest request, StreamObserver<ExplainResponse> responses) {
            unary.explain(request, responses);
        }
    }

    private final class Session implements StreamObserver<SessionRequest>, SessionBehaviour.Stream {
        private final ServerCallStreamObserver<SessionResponse> responses;
        private final Set<Long> unanswered = new HashSet<>();
        private boolean ended;

        Session(ServerCallStreamObserver<SessionResponse> responses) {
            this.responses = responses;
            responses.setOnCancelHandler(this::onCancel);
        }

        @Override
        public void onNext(SessionRequest request) {
            messages.add(request.getOperationsCount());
            if (request.getOperationsCount() == 0
                    || request.getOperationsCount() > Limits.REQUEST_OPERATIONS_MAX
                    || (request.getOperationsCount() > 1 && request.getSerializedSize() > Limits.REQUEST_BYTES_MAX)) {
                violate("message of " + request.getOperationsCount() + " operations");
                return;
            }
            for (SessionOperation operation : request.getOperationsList()) {
                synchronized (this) {
                    if (!unanswered.add(operation.getId())) {
                        violate("id used twice: " + operation.getId());
                        return;
                    }
                }
                if (operation.getTimeoutMillis() < 1) {
                    violate("no timeout");
                    return;
                }
                operations.add(operation);
                behaviour.onOperation(operation, this);
            }
        }

        private void violate(String what) {
            violations.add(what);
            fail(Status.INVALID_ARGUMENT.withDescription(what));
        }

        @Override
        public synchronized void answer(SessionResult... results) {
            SessionResponse.Builder message = SessionResponse.newBuilder();
            for (SessionResult result : results) {
                if (unanswered.remove(result.getId())) {
                    message.addResults(result);
                }
            }
            if (!ended && message.getResultsCount() > 0) {
                responses.onNext(message.build());
            }
        }

        @Override
        public synchronized void complete() {
            if (!ended) {
                ended = true;
                responses.onCompleted();
            }
        }

        @Override
        public synchronized void fail(Status status) {
            if (!ended) {
                ended = true;
                responses.onError(status.asRuntimeException());
            }
        }

        private synchronized void onCancel() {
            ended = true;
        }

        @Override
        public void onError(Throwable t) {
            onCancel();
        }

        @Override
        public void onCompleted() {
            complete();
        }
    }
}
