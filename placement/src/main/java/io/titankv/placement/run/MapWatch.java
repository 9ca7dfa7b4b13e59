package io.titankv.placement.run;

import io.grpc.Context;
import io.grpc.stub.StreamObserver;
import io.titankv.model.ShardMap;
import io.titankv.proto.internal.v1.PlacementGrpc;
import io.titankv.proto.internal.v1.WatchMapRequest;
import io.titankv.proto.internal.v1.WatchMapResponse;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * This node's stream of routes and views from the placement leader. Opened anew when it ends, when it goes silent, or when another
 * node leads. Confined to the agent's thread, except for what arrives.
 */
final class MapWatch {
    /** A stream that says nothing for so many times the interval between views is dead. */
    private static final int SILENT_VIEWS_MAX = 4;

    private final PlacementEnvironment environment;
    private final KnownCluster known;
    private final String clusterId;
    private final String node;
    private final Duration silenceMax;

    private @Nullable Stream stream;

    MapWatch(PlacementEnvironment environment, KnownCluster known, String clusterId, String node, Duration viewEvery) {
        this.environment = environment;
        this.known = known;
        this.clusterId = clusterId;
        this.node = node;
        this.silenceMax = viewEvery.multipliedBy(SILENT_VIEWS_MAX);
    }

    private static final class Stream implements StreamObserver<WatchMapResponse> {
        final String address;
        final Context.CancellableContext context = Context.current().withCancellation();
        private final KnownCluster known;
        private final Ticker ticker;
        volatile long heardNanos;
        volatile boolean over;

        Stream(String address, KnownCluster known, Ticker ticker) {
            this.address = address;
            this.known = known;
            this.ticker = ticker;
            this.heardNanos = ticker.nanos();
        }

        @Override
        public void onNext(WatchMapResponse response) {
            heardNanos = ticker.nanos();
            if (!over) {
                known.heard(response);
            }
        }

        @Override
        public void onError(Throwable failure) {
            over = true;
        }

        @Override
        public void onCompleted() {
            over = true;
        }
    }

    /** Sees to it that there is a live stream from the leader at that address. */
    void look(String leaderAddress) {
        Stream open = stream;
        if (open != null
                && !open.over
                && open.address.equals(leaderAddress)
                && environment.ticker().nanos() - open.heardNanos <= silenceMax.toNanos()) {
            return;
        }
        close();
        Stream fresh = new Stream(leaderAddress, known, environment.ticker());
        stream = fresh;
        ShardMap map = known.map();
        WatchMapRequest request = WatchMapRequest.newBuilder()
                .setClusterId(clusterId)
                .setNodeId(node)
                .setKnownEpoch(map.epoch().value())
                .setKnownRevision(map.revision())
                .build();
        fresh.context.run(() ->
                PlacementGrpc.newStub(environment.channelTo(leaderAddress)).watchMap(request, fresh));
    }

    void close() {
        Stream open = stream;
        if (open != null) {
            open.over = true;
            open.context.cancel(null);
            stream = null;
        }
    }
}
