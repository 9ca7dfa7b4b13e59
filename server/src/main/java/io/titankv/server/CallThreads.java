package io.titankv.server;

import com.google.common.util.concurrent.MoreExecutors;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallExecutorSupplier;
import io.grpc.ServerServiceDefinition;
import io.titankv.gateway.Gateway;
import io.titankv.proto.internal.v1.TermsGrpc;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Which threads begin a call. The gateway's: its own few threads, which often find the next message waiting. Questions about terms: the
 * thread that reads the socket, as the answer is a look. Whatever else a node serves may block, and goes to gRPC's threads, of which there
 * is always one more. Thread-safe.
 */
final class CallThreads implements ServerCallExecutorSupplier {
    private final Set<String> services;
    private final Executor executor;

    CallThreads(Gateway gateway) {
        services = gateway.services().stream()
                .map(ServerServiceDefinition::getServiceDescriptor)
                .map(descriptor -> descriptor.getName())
                .collect(Collectors.toUnmodifiableSet());
        executor = gateway.executor();
    }

    @Override
    public <Q, R> @Nullable Executor getExecutor(ServerCall<Q, R> call, Metadata metadata) {
        String service = call.getMethodDescriptor().getServiceName();
        if (TermsGrpc.SERVICE_NAME.equals(service)) {
            return MoreExecutors.directExecutor();
        }
        return service != null && services.contains(service) ? executor : null;
    }
}
