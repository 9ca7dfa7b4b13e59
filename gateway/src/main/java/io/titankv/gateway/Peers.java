package io.titankv.gateway;

import com.google.common.util.concurrent.FutureCallback;
import com.google.common.util.concurrent.Futures;
import com.google.common.util.concurrent.ListenableFuture;
import com.google.common.util.concurrent.MoreExecutors;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptor;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.titankv.client.session.SessionLink;
import io.titankv.client.session.SessionLinkException;
import io.titankv.client.session.SessionLinkOptions;
import io.titankv.model.Epoch;
import io.titankv.model.ErrorReason;
import io.titankv.model.ShardMap;
import io.titankv.proto.errors.TitanError;
import io.titankv.proto.errors.TitanErrors;
import io.titankv.proto.kv.v1.KvGrpc;
import io.titankv.proto.kv.v1.SessionOperation;
import io.titankv.proto.kv.v1.SessionResult;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The other nodes' gateways: single operations go through one session a node, the rest through plain calls; all are marked as
 * sent on. Says of every failure whether the request may have been done. Thread-safe.
 */
final class Peers implements AutoCloseable {
    private final GatewayOptions options;
    private final RouteSource routes;
    private final PeerChannels channels;
    private final SessionLinkOptions linkOptions;
    /** At most two for each address of the map: see {@link #closeStrangers}. */
    private final ConcurrentHashMap<LinkKey, SessionLink> links = new ConcurrentHashMap<>();

    private volatile boolean closed;

    private record LinkKey(String address, Arrival arrival) {}

    Peers(GatewayOptions options, RouteSource routes, PeerChannels channels, SessionLinkOptions linkOptions) {
        this.options = options;
        this.routes = routes;
        this.channels = channels;
        this.linkOptions = linkOptions;
    }

    /** Sends a single operation. A result that carries an error comes back as a refusal, unless it was left out for want of room. */
    CompletableFuture<Answer<SessionResult>> send(
            Target.Peer peer, SessionOperation operation, boolean read, Deadline deadline) {
        Duration left = deadline.remaining();
        if (left.isZero()) {
            return CompletableFuture.completedFuture(Answer.refused(unreachable(peer, "no time is left")));
        }
        return link(peer)
                .send(operation, left)
                .handle((result, failure) ->
                        failure == null ? received(result) : Answer.refused(linkError(peer, failure, read)));
    }

    private Answer<SessionResult> received(SessionResult result) {
        if (result.getCurrentEpoch() != 0) {
            routes.onEpochSeen(new Epoch(Math.max(0, result.getCurrentEpoch())));
        }
        if (result.getBytesNeeded() > 0) {
            return Answer.done(result);
        }
        Optional<TitanError> error = TitanErrors.fromKeyStatus(result.getStatus());
        return error.<Answer<SessionResult>>map(Answer::refused).orElseGet(() -> Answer.done(result));
    }

    private TitanError linkError(Target.Peer peer, Throwable failure, boolean read) {
        Throwable cause = failure instanceof CompletionException wrapped && wrapped.getCause() != null
                ? wrapped.getCause()
                : failure;
        if (!(cause instanceof SessionLinkException broken)) {
            return TitanError.of(
                    read ? ErrorReason.INTERNAL : ErrorReason.OUTCOME_UNDETERMINED,
                    "sending to " + name(peer) + " failed: " + cause);
        }
        if (!broken.mayHaveBeenSent()) {
            return switch (broken.why()) {
                case FULL ->
                    TitanError.of(ErrorReason.BUSY, "too much is on its way to " + name(peer))
                            .withRetryDelay(options.busyDelay());
                case CLOSED, NOT_CONNECTED, BROKEN, TIMED_OUT -> unreachable(peer, broken.getMessage());
            };
        }
        return lost(
                peer, read, String.valueOf(broken.getMessage()), broken.why() == SessionLinkException.Why.TIMED_OUT);
    }

    private KvGrpc.KvFutureStub stub(Target.Peer peer, Deadline deadline, SentWatch watch) {
        return KvGrpc.newFutureStub(ForwardMark.on(channels.channel(peer.address()), peer.arrival(), options.self()))
                .withDeadlineAfter(Math.max(1, deadline.remainingNanos()), TimeUnit.NANOSECONDS)
                .withInterceptors(new ClientInterceptor() {
                    @Override
                    public <Q, R> ClientCall<Q, R> interceptCall(
                            MethodDescriptor<Q, R> method, CallOptions callOptions, Channel next) {
                        return next.newCall(method, callOptions.withStreamTracerFactory(watch));
                    }
                });
    }

    /** Makes one call with a stub. */
    <R> CompletableFuture<Answer<R>> call(
            Target.Peer peer,
            Deadline deadline,
            boolean read,
            Function<KvGrpc.KvFutureStub, ListenableFuture<R>> call) {
        SentWatch watch = new SentWatch();
        CompletableFuture<Answer<R>> answer = new CompletableFuture<>();
        Futures.addCallback(
                call.apply(stub(peer, deadline, watch)),
                new FutureCallback<R>() {
                    @Override
                    public void onSuccess(R result) {
                        answer.complete(Answer.done(result));
                    }

                    @Override
                    public void onFailure(Throwable failure) {
                        answer.complete(Answer.refused(callError(peer, failure, read, watch)));
                    }
                },
                MoreExecutors.directExecutor());
        return answer;
    }

    private TitanError callError(Target.Peer peer, Throwable failure, boolean read, SentWatch watch) {
        Optional<TitanError> told = TitanErrors.parse(failure);
        if (told.isPresent()) {
            return told.get();
        }
        Status status = Status.fromThrowable(failure);
        if (!watch.mayHaveBeenSent()) {
            return unreachable(peer, status.toString());
        }
        return lost(peer, read, status.toString(), status.getCode() == Status.Code.DEADLINE_EXCEEDED);
    }

    private static TitanError unreachable(Target.Peer peer, @Nullable String why) {
        return TitanError.of(ErrorReason.NO_LEADER, name(peer) + " cannot be reached: " + why);
    }

    /** It may have arrived: a read can be asked again, of a write nothing is known. */
    private static TitanError lost(Target.Peer peer, boolean read, String why, boolean timedOut) {
        if (!read) {
            return TitanError.of(
                    ErrorReason.OUTCOME_UNDETERMINED, "write was sent to " + name(peer) + " and not answered: " + why);
        }
        return timedOut
                ? TitanError.of(ErrorReason.TIMED_OUT, name(peer) + " did not answer in time")
                : TitanError.of(ErrorReason.NO_LEADER, name(peer) + " did not answer: " + why);
    }

    private static String name(Target.Peer peer) {
        return "node " + peer.node() + " at " + peer.address();
    }

    // ---- links

    private SessionLink link(Target.Peer peer) {
        LinkKey key = new LinkKey(peer.address(), peer.arrival());
        SessionLink known = links.get(key);
        if (known != null) {
            return known;
        }
        SessionLink link = links.computeIfAbsent(
                key,
                wanted -> SessionLink.open(
                        ForwardMark.on(channels.channel(wanted.address()), wanted.arrival(), options.self()),
                        linkOptions));
        closeStrangers();
        if (closed) {
            close();
        }
        return link;
    }

    /** Links to addresses that the map no longer has: their nodes have moved or left. Runs when a link is added. */
    private void closeStrangers() {
        ShardMap map = routes.current();
        Set<String> addresses =
                map.nodes().stream().map(ShardMap.NodeEntry::address).collect(Collectors.toSet());
        for (LinkKey key : links.keySet()) {
            if (!addresses.contains(key.address()) && links.size() > 2 * addresses.size()) {
                closeLink(key);
            }
        }
    }

    private void closeLink(LinkKey key) {
        SessionLink link = links.remove(key);
        if (link != null) {
            link.close();
        }
    }

    /** Fails what is unanswered. Idempotent. */
    @Override
    public void close() {
        closed = true;
        links.keySet().forEach(this::closeLink);
    }
}
