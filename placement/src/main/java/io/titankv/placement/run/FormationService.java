package io.titankv.placement.run;

import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import io.titankv.proto.durable.v1.Founding;
import io.titankv.proto.durable.v1.NodeIdentity;
import io.titankv.proto.internal.v1.FormClusterRequest;
import io.titankv.proto.internal.v1.FormClusterResponse;
import io.titankv.proto.internal.v1.FormationGrpc;
import io.titankv.proto.internal.v1.HelloRequest;
import io.titankv.proto.internal.v1.HelloResponse;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/** Says who this node is, and takes the founder's word for which cluster it belongs to. Thread-safe. */
final class FormationService extends FormationGrpc.FormationImplBase {
    private final IdentityStore identity;
    private final boolean bootstrap;
    private final Supplier<Optional<NodeContact>> contact;
    private final Supplier<List<String>> placementAddresses;
    private final Runnable wake;

    FormationService(
            IdentityStore identity,
            boolean bootstrap,
            Supplier<Optional<NodeContact>> contact,
            Supplier<List<String>> placementAddresses,
            Runnable wake) {
        this.identity = identity;
        this.bootstrap = bootstrap;
        this.contact = contact;
        this.placementAddresses = placementAddresses;
        this.wake = wake;
    }

    @Override
    public void hello(HelloRequest request, StreamObserver<HelloResponse> answer) {
        Optional<NodeContact> at = contact.get();
        if (at.isEmpty()) {
            answer.onError(
                    Status.UNAVAILABLE.withDescription("the node is starting").asRuntimeException());
            return;
        }
        NodeIdentity self = identity.get();
        HelloResponse.Builder hello = HelloResponse.newBuilder()
                .setNodeId(self.getNodeId())
                .setIncarnation(self.getIncarnation())
                .setRaftAddress(at.get().raftAddress())
                .setGatewayAddress(at.get().gatewayAddress())
                .setBootstrap(bootstrap)
                .addAllPlacementAddresses(placementAddresses.get());
        if (self.hasFounding()) {
            hello.setFounding(self.getFounding());
        }
        answer.onNext(hello.build());
        answer.onCompleted();
    }

    @Override
    public void formCluster(FormClusterRequest request, StreamObserver<FormClusterResponse> answer) {
        Founding founding = request.getFounding();
        try {
            if (!identity.isNamedIn(founding)) {
                throw new FormationRefusedException("node "
                        + identity.get().getNodeId()
                        + " is not, with the data directory that it has, one of the nodes that found cluster "
                        + founding.getClusterId());
            }
            identity.join(founding);
        } catch (FormationRefusedException e) {
            answer.onError(
                    Status.FAILED_PRECONDITION.withDescription(e.getMessage()).asRuntimeException());
            return;
        }
        answer.onNext(FormClusterResponse.getDefaultInstance());
        answer.onCompleted();
        wake.run();
    }
}
