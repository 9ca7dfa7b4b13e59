package io.titankv.gateway;

import io.grpc.Channel;
import io.grpc.ClientInterceptors;
import io.grpc.Context;
import io.grpc.Contexts;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.stub.MetadataUtils;
import io.titankv.model.NodeId;
import org.jspecify.annotations.Nullable;

/** The metadata by which one gateway tells another that it has done the routing: this is what ends every circle. */
final class ForwardMark {
    /** Present on what a gateway sends to another: how often the request has been sent on, so always 1. */
    static final Metadata.Key<String> HOPS = Metadata.Key.of("titan-forwarded", Metadata.ASCII_STRING_MARSHALLER);

    /** The node whose gateway sent it, for people who look at traffic. */
    static final Metadata.Key<String> ORIGIN = Metadata.Key.of("titan-origin", Metadata.ASCII_STRING_MARSHALLER);

    /** Present when the very replica is wanted, leader or not. */
    static final Metadata.Key<String> REPLICA_READ =
            Metadata.Key.of("titan-replica-read", Metadata.ASCII_STRING_MARSHALLER);

    private static final Context.Key<Arrival> ARRIVAL = Context.keyWithDefault("titan-arrival", Arrival.CLIENT);

    private ForwardMark() {}

    /** How the call in whose context this thread runs came here. */
    static Arrival current() {
        return ARRIVAL.get();
    }

    /** The channel, marking all that goes through it. */
    static Channel on(Channel channel, Arrival arrival, NodeId origin) {
        if (arrival == Arrival.CLIENT) {
            throw new IllegalArgumentException("a gateway does not send as a client");
        }
        Metadata headers = new Metadata();
        headers.put(HOPS, "1");
        headers.put(ORIGIN, origin.value());
        if (arrival == Arrival.FORWARDED_TO_REPLICA) {
            headers.put(REPLICA_READ, "1");
        }
        return ClientInterceptors.intercept(channel, MetadataUtils.newAttachHeadersInterceptor(headers));
    }

    /** Reads the mark of each call into its context. */
    static ServerInterceptor interceptor() {
        return new Reader();
    }

    /** Any value of the mark counts: a request marked by another version must not travel further either. */
    private static final class Reader implements ServerInterceptor {
        @Override
        public <Q, R> ServerCall.Listener<Q> interceptCall(
                ServerCall<Q, R> call, Metadata headers, ServerCallHandler<Q, R> next) {
            @Nullable String hops = headers.get(HOPS);
            if (hops == null) {
                return next.startCall(call, headers);
            }
            Arrival arrival = headers.containsKey(REPLICA_READ) ? Arrival.FORWARDED_TO_REPLICA : Arrival.FORWARDED;
            return Contexts.interceptCall(Context.current().withValue(ARRIVAL, arrival), call, headers, next);
        }
    }
}
