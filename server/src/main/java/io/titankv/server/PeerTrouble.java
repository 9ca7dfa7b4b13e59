package io.titankv.server;

import io.grpc.CallOptions;
import io.grpc.ManagedChannel;
import io.grpc.StatusRuntimeException;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.stub.ClientCalls;
import io.titankv.client.tls.TlsTrouble;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Which other nodes are there but not understood, since one of the two has other certificates or none. Thread-safe. */
final class PeerTrouble {
    private static final Logger LOG = LoggerFactory.getLogger(PeerTrouble.class);
    private static final long ASK_MILLIS = 500;

    /** Why, by address. Bounded by the addresses that the node ever called. */
    private final Map<String, String> byAddress = new ConcurrentHashMap<>();

    /** Finds out why a connection is not to be had. The call fails at once, unless the connection came back just now. */
    void ask(String address, ManagedChannel lost) {
        try {
            var _ = ClientCalls.blockingUnaryCall(
                    lost,
                    HealthGrpc.getCheckMethod(),
                    CallOptions.DEFAULT.withDeadlineAfter(ASK_MILLIS, TimeUnit.MILLISECONDS),
                    HealthCheckRequest.getDefaultInstance());
            byAddress.remove(address);
        } catch (StatusRuntimeException e) {
            Optional<String> why = TlsTrouble.explain(e);
            if (why.isEmpty()) {
                byAddress.remove(address);
            } else if (!why.get().equals(byAddress.put(address, why.get()))) {
                LOG.atError()
                        .addKeyValue("address", address)
                        .addKeyValue("cause", why.get())
                        .log("cannot talk to a node");
            }
        }
    }

    /** The connection is there. */
    void end(String address) {
        byAddress.remove(address);
    }

    /** For people, empty when there is none. */
    String text() {
        StringBuilder text = new StringBuilder();
        new TreeMap<>(byAddress)
                .forEach((address, why) -> text.append("; cannot talk to ")
                        .append(address)
                        .append(": ")
                        .append(why));
        return text.toString();
    }
}
