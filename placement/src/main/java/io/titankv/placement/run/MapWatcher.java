package io.titankv.placement.run;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.grpc.stub.ServerCallStreamObserver;
import io.titankv.model.Epoch;
import io.titankv.model.ErrorReason;
import io.titankv.model.ShardMap;
import io.titankv.proto.errors.TitanErrors;
import io.titankv.proto.internal.v1.ClusterView;
import io.titankv.proto.internal.v1.WatchMapResponse;
import org.jspecify.annotations.Nullable;

/** One stream of WatchMap. Holds the newest answer only while the watcher is slow, so it needs no queue. Thread-safe. */
final class MapWatcher {
    /** Who watches, as it says itself. */
    private final String node;

    private final ServerCallStreamObserver<WatchMapResponse> stream;

    @GuardedBy("this")
    private Epoch sentEpoch;

    @GuardedBy("this")
    private long sentRevision;

    @GuardedBy("this")
    private @Nullable ShardMap map;

    @GuardedBy("this")
    private @Nullable ClusterView view;

    @GuardedBy("this")
    private boolean ordersWait;

    @GuardedBy("this")
    private boolean over;

    MapWatcher(String node, ServerCallStreamObserver<WatchMapResponse> stream, Epoch knownEpoch, long knownRevision) {
        this.node = node;
        this.stream = stream;
        this.sentEpoch = knownEpoch;
        this.sentRevision = knownRevision;
    }

    String node() {
        return node;
    }

    /**
     * Sends these now, or when the watcher can take more, unless newer ones come first.
     *
     * @param hasOrders there is something for the node to do; it is told so with these or with the newer ones
     */
    synchronized void offer(ShardMap newMap, ClusterView newView, boolean hasOrders) {
        ordersWait |= hasOrders;
        map = newMap;
        view = newView;
        flush();
    }

    /** The stream can take more. */
    synchronized void flush() {
        if (over || map == null || view == null || !stream.isReady()) {
            return;
        }
        WatchMapResponse.Builder response =
                WatchMapResponse.newBuilder().setView(view).setOrdersWait(ordersWait);
        int byEpoch = map.epoch().compareTo(sentEpoch);
        if (byEpoch > 0 || (byEpoch == 0 && Long.compareUnsigned(map.revision(), sentRevision) > 0)) {
            response.setRoutes(map.toProto());
            sentEpoch = map.epoch();
            sentRevision = map.revision();
        }
        stream.onNext(response.build());
        map = null;
        view = null;
        ordersWait = false;
    }

    synchronized void leaderGone() {
        if (!over) {
            over = true;
            stream.onError(
                    TitanErrors.toException(ErrorReason.NOT_LEADER, "this node does not lead placement any more"));
        }
    }

    /** The watcher went away. */
    synchronized void cancelled() {
        over = true;
    }
}
