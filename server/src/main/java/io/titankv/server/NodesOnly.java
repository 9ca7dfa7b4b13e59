package io.titankv.server;

import io.grpc.Attributes;
import io.grpc.Grpc;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.ServerTransportFilter;
import io.grpc.Status;
import java.util.function.Predicate;
import javax.net.ssl.SSLSession;

/**
 * Refuses what nodes say to each other to everybody who showed no certificate of a node. Clients come to the same port; who a
 * connection is from is found out once, when it is made. Thread-safe.
 */
final class NodesOnly extends ServerTransportFilter implements ServerInterceptor {
    /** All services between nodes are of this package of the protocol. */
    private static final String INTERNAL = "titan.internal.";

    private static final Attributes.Key<Boolean> IS_NODE = Attributes.Key.create("titan-is-node");

    private final Predicate<SSLSession> isNode;

    /** @param isNode whether the other side of a connection showed the certificate of a node */
    NodesOnly(Predicate<SSLSession> isNode) {
        this.isNode = isNode;
    }

    @Override
    public Attributes transportReady(Attributes connection) {
        SSLSession session = connection.get(Grpc.TRANSPORT_ATTR_SSL_SESSION);
        return connection.toBuilder()
                .set(IS_NODE, session != null && isNode.test(session))
                .build();
    }

    @Override
    public <Q, R> ServerCall.Listener<Q> interceptCall(
            ServerCall<Q, R> call, Metadata headers, ServerCallHandler<Q, R> next) {
        String service = call.getMethodDescriptor().getServiceName();
        if (service == null || !service.startsWith(INTERNAL)) {
            return next.startCall(call, headers);
        }
        if (Boolean.TRUE.equals(call.getAttributes().get(IS_NODE))) {
            return next.startCall(call, headers);
        }
        call.close(
                Status.PERMISSION_DENIED.withDescription(service + " is for nodes of the cluster: the caller showed no"
                        + " certificate that is signed by an authority of --tls-ca and is for servers"
                        + " (extended key usage serverAuth)"),
                new Metadata());
        return new ServerCall.Listener<>() {};
    }
}
