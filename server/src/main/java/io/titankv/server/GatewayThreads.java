package io.titankv.server;

import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallExecutorSupplier;
import io.grpc.ServerServiceDefinition;
import io.titankv.gateway.Gateway;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Begins the gateway's calls on the gateway's own few threads, which often find the next message waiting; whatever else a node serves
 * may block, and goes to gRPC's threads, of which there is always one more. Thread-safe.
 */
final class GatewayThreads implements ServerCallExecutorSupplier {
    private final Set<String> services;
    private final Executor executor;

    GatewayThreads(Gateway gateway) {
        services = gateway.services().stream()
                .map(ServerServiceDefinition::getServiceDescriptor)
                .map(descriptor -> descriptor.getName())
                .collect(Collectors.toUnmodifiableSet());
        executor = gateway.executor();
    }

    @Override
    public <Q, R> @Nullable Executor getExecutor(ServerCall<Q, R> call, Metadata metadata) {
        String service = call.getMethodDescriptor().getServiceName();
        return service != null && services.contains(service) ? executor : null;
    }
}
