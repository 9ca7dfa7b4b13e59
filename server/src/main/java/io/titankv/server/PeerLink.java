package io.titankv.server;

import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptor;
import io.grpc.ForwardingClientCall;
import io.grpc.ForwardingServerCall;
import io.grpc.ForwardingServerCallListener;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import io.titankv.model.NodeId;
import io.titankv.multiraft.host.NetworkGate;
import java.util.function.BooleanSupplier;

/**
 * Says on every call between nodes who is calling, and drops what the {@link NetworkGate} does not let pass: in both directions,
 * message by message, without a word, as a broken network does. Thread-safe.
 */
final class PeerLink {
    private static final Metadata.Key<String> FROM_NODE =
            Metadata.Key.of("titan-from-node", Metadata.ASCII_STRING_MARSHALLER);

    private final NodeId self;
    private final NetworkGate gate;

    PeerLink(NodeId self, NetworkGate gate) {
        this.self = self;
        this.gate = gate;
    }

    ClientInterceptor outgoing() {
        return new ClientInterceptor() {
            @Override
            public <Q, R> ClientCall<Q, R> interceptCall(
                    MethodDescriptor<Q, R> method, CallOptions options, Channel next) {
                return new ForwardingClientCall.SimpleForwardingClientCall<>(next.newCall(method, options)) {
                    @Override
                    public void start(Listener<R> listener, Metadata headers) {
                        headers.put(FROM_NODE, self.value());
                        super.start(listener, headers);
                    }
                };
            }
        };
    }

    ServerInterceptor incoming() {
        return new ServerInterceptor() {
            @Override
            public <Q, R> ServerCall.Listener<Q> interceptCall(
                    ServerCall<Q, R> call, Metadata headers, ServerCallHandler<Q, R> next) {
                String from = headers.get(FROM_NODE);
                if (from == null || gate.equals(NetworkGate.OPEN)) {
                    return next.startCall(call, headers);
                }
                return gated(call, headers, next, new NodeId(from));
            }
        };
    }

    private <Q, R> ServerCall.Listener<Q> gated(
            ServerCall<Q, R> call, Metadata headers, ServerCallHandler<Q, R> next, NodeId from) {
        Wire wire = new Wire(() -> gate.passes(from, self) && gate.passes(self, from), call);
        ServerCall<Q, R> gatedCall = new ForwardingServerCall.SimpleForwardingServerCall<>(call) {
            @Override
            public void sendMessage(R message) {
                if (wire.carries()) {
                    super.sendMessage(message);
                }
            }

            @Override
            public void close(Status status, Metadata trailers) {
                if (wire.carries()) {
                    super.close(status, trailers);
                }
            }
        };
        return new ForwardingServerCallListener.SimpleForwardingServerCallListener<>(
                next.startCall(gatedCall, headers)) {
            @Override
            public void onMessage(Q message) {
                if (wire.carries()) {
                    super.onMessage(message);
                }
            }

            @Override
            public void onHalfClose() {
                if (wire.carries()) {
                    super.onHalfClose();
                }
            }
        };
    }

    /** The connection under one call. Once it has lost a message it carries nothing more: the call ends when it heals. */
    private static final class Wire {
        private final BooleanSupplier open;
        private final ServerCall<?, ?> call;
        private boolean cut;
        private boolean reset;

        Wire(BooleanSupplier open, ServerCall<?, ?> call) {
            this.open = open;
            this.call = call;
        }

        synchronized boolean carries() {
            boolean passes = open.getAsBoolean();
            if (!passes) {
                cut = true;
            } else if (cut && !reset) {
                reset = true;
                call.close(Status.UNAVAILABLE.withDescription("connection reset"), new Metadata());
            }
            return passes && !cut;
        }
    }
}
