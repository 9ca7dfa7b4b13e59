package io.titankv.placement.run;

import io.grpc.BindableService;
import io.grpc.CallOptions;
import io.grpc.ClientInterceptors;
import io.grpc.Context;
import io.grpc.Contexts;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.ServerInterceptors;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.MetadataUtils;
import io.grpc.stub.StreamObserver;
import io.titankv.proto.errors.TitanError;
import io.titankv.proto.errors.TitanErrors;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/**
 * Has the placement leader answer what only it can: here when this node leads, else by a call to the node that does. A call is handed on
 * once: two nodes that name each other do not send it to and fro. Thread-safe.
 */
final class LeaderCalls {
    private static final Metadata.Key<String> FORWARDED =
            Metadata.Key.of("titan-forwarded", Metadata.ASCII_STRING_MARSHALLER);
    private static final Context.Key<Boolean> IS_FORWARDED = Context.keyWithDefault("titan-forwarded", false);

    private final LeaderSeat seat;
    private final PlacementEnvironment environment;
    private final Duration callTimeout;

    LeaderCalls(LeaderSeat seat, PlacementEnvironment environment, Duration callTimeout) {
        this.seat = seat;
        this.environment = environment;
        this.callTimeout = callTimeout;
    }

    /** The service, which then knows of a call whether another node handed it on. */
    static BindableService receiving(BindableService service) {
        ServerInterceptor interceptor = new ServerInterceptor() {
            @Override
            public <Q, A> ServerCall.Listener<Q> interceptCall(
                    ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
                Context context = Context.current().withValue(IS_FORWARDED, headers.containsKey(FORWARDED));
                return Contexts.interceptCall(context, call, headers, next);
            }
        };
        return () -> ServerInterceptors.intercept(service, interceptor);
    }

    /** Answers a call of that method. The local answer may be an exception for the wire. */
    <Q, A> void answer(
            MethodDescriptor<Q, A> method,
            Q request,
            StreamObserver<A> answer,
            Function<LeaderSession, CompletableFuture<A>> local) {
        Optional<LeaderSession> session = seat.taken();
        if (session.isEmpty()) {
            forward(method, request, answer);
            return;
        }
        var _ = seat.confirmed(session.get())
                // Planning takes its time, and the barrier may complete on a thread of Raft's.
                .thenComposeAsync(local, Thread::startVirtualThread)
                .whenComplete((result, failure) -> {
                    if (failure != null) {
                        answer.onError(LeaderSeat.wireError(failure));
                    } else {
                        answer.onNext(result);
                        answer.onCompleted();
                    }
                });
    }

    private <Q, A> void forward(MethodDescriptor<Q, A> method, Q request, StreamObserver<A> answer) {
        TitanError error = seat.notLeader();
        Optional<String> leader = error.leaderAddress();
        if (leader.isEmpty() || IS_FORWARDED.get()) {
            answer.onError(TitanErrors.toException(error));
            return;
        }
        Metadata headers = new Metadata();
        headers.put(FORWARDED, "1");
        var channel = ClientInterceptors.intercept(
                environment.channelTo(leader.get()), MetadataUtils.newAttachHeadersInterceptor(headers));
        ClientCalls.asyncUnaryCall(
                channel.newCall(
                        method, CallOptions.DEFAULT.withDeadlineAfter(callTimeout.toMillis(), TimeUnit.MILLISECONDS)),
                request,
                answer);
    }
}
