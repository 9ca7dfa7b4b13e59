package io.titankv.gateway;

import io.grpc.BindableService;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.protobuf.services.HealthStatusManager;
import io.titankv.proto.kv.v1.KvGrpc;

/**
 * The standard health service of a node: serving once the node knows a ring, until it is told to stop. Thread-safe.
 */
public final class GatewayHealth {
    private final HealthStatusManager manager = new HealthStatusManager();
    private final RouteSource routes;

    public GatewayHealth(RouteSource routes) {
        this.routes = routes;
        refresh();
    }

    /** For the gRPC server. */
    public BindableService service() {
        return manager.getHealthService();
    }

    /** Looks again at what the node knows. Call it when the routes change. */
    public void refresh() {
        ServingStatus status = routes.current().isEmpty() ? ServingStatus.NOT_SERVING : ServingStatus.SERVING;
        manager.setStatus(HealthStatusManager.SERVICE_NAME_ALL_SERVICES, status);
        manager.setStatus(KvGrpc.SERVICE_NAME, status);
    }

    /** The node is about to stop: callers shall go elsewhere. Final. */
    public void enterTerminalState() {
        manager.enterTerminalState();
    }
}
