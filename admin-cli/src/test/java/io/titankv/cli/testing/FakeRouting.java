package io.titankv.cli.testing;

import io.grpc.stub.StreamObserver;
import io.titankv.proto.kv.v1.GetRoutesRequest;
import io.titankv.proto.kv.v1.RoutingGrpc;
import io.titankv.proto.kv.v1.RoutingTable;
import io.titankv.proto.kv.v1.WatchRoutesRequest;

/** Routes that never change. */
final class FakeRouting extends RoutingGrpc.RoutingImplBase {
    private final FakeCluster cluster;

    FakeRouting(FakeCluster cluster) {
        this.cluster = cluster;
    }

    @Override
    public void getRoutes(GetRoutesRequest request, StreamObserver<RoutingTable> answer) {
        if (cluster.isSilent) {
            return;
        }
        answer.onNext(cluster.routes().toProto());
        answer.onCompleted();
    }

    @Override
    public void watchRoutes(WatchRoutesRequest request, StreamObserver<RoutingTable> answer) {
        if (!cluster.isSilent && request.getKnownRevision() < cluster.routes().revision()) {
            answer.onNext(cluster.routes().toProto());
        }
    }
}
