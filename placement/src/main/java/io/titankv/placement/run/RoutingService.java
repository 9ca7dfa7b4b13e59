package io.titankv.placement.run;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import io.titankv.model.ErrorReason;
import io.titankv.model.ShardMap;
import io.titankv.proto.errors.TitanError;
import io.titankv.proto.errors.TitanErrors;
import io.titankv.proto.kv.v1.GetRoutesRequest;
import io.titankv.proto.kv.v1.RoutingGrpc;
import io.titankv.proto.kv.v1.RoutingTable;
import io.titankv.proto.kv.v1.WatchRoutesRequest;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** Gives clients the routes that this node knows, once or as a stream. Thread-safe. */
final class RoutingService extends RoutingGrpc.RoutingImplBase {
    /** A watcher gets a copy at least this often. */
    static final Duration KEEP_ALIVE = Duration.ofSeconds(10);

    /** Most watchers of one node; further ones are told to come again. */
    static final int WATCHERS_MAX = 10_000;

    private final KnownCluster known;
    private final Ticker ticker;
    private final Duration silenceMax;
    private final long beganNanos;
    private final Set<Watcher> watchers = ConcurrentHashMap.newKeySet();

    /**
     * A service that watches are served by while placement is heard.
     *
     * @param silenceMax a node that has not heard placement for so long sends its watchers to other nodes
     */
    RoutingService(KnownCluster known, Ticker ticker, Duration silenceMax) {
        this.known = known;
        this.ticker = ticker;
        this.silenceMax = silenceMax;
        this.beganNanos = ticker.nanos();
        known.listen(map -> watchers.forEach(watcher -> watcher.look(false)));
    }

    @Override
    public void getRoutes(GetRoutesRequest request, StreamObserver<RoutingTable> answer) {
        ShardMap map = known.map();
        if (map.clusterId().isEmpty()) {
            answer.onError(TitanErrors.toException(
                    TitanError.of(ErrorReason.NOT_READY, "this node does not know the cluster yet")
                            .withRetryDelay(Duration.ofMillis(500))));
            return;
        }
        answer.onNext(map.toProto());
        answer.onCompleted();
    }

    @Override
    public void watchRoutes(WatchRoutesRequest request, StreamObserver<RoutingTable> answer) {
        if (!(answer instanceof ServerCallStreamObserver<RoutingTable> stream)) {
            throw new IllegalStateException("a server's stream is one of a server call");
        }
        if (watchers.size() >= WATCHERS_MAX) {
            answer.onError(TitanErrors.toException(
                    TitanError.of(ErrorReason.BUSY, "more than " + WATCHERS_MAX + " watch routes here already")
                            .withRetryDelay(Duration.ofSeconds(1))));
            return;
        }
        Watcher watcher = new Watcher(stream, request.getKnownRevision());
        stream.setOnCancelHandler(() -> watchers.remove(watcher));
        stream.setOnReadyHandler(() -> watcher.look(false));
        watchers.add(watcher);
        watcher.look(false);
    }

    /** Sends copies to watchers that got none for a while, and ends their streams when this node is cut off. Called about every second. */
    void keepAlive() {
        watchers.forEach(watcher -> watcher.look(true));
    }

    /** Whether the routes may have changed without this node's knowing: another node may know better. */
    private boolean isCutOff() {
        Duration silence = known.silence().orElseGet(() -> Duration.ofNanos(ticker.nanos() - beganNanos));
        return silence.compareTo(silenceMax) > 0;
    }

    private final class Watcher {
        private final ServerCallStreamObserver<RoutingTable> stream;

        @GuardedBy("this")
        private long sentRevision;

        @GuardedBy("this")
        private long sentNanos = ticker.nanos();

        @GuardedBy("this")
        private boolean ended;

        Watcher(ServerCallStreamObserver<RoutingTable> stream, long knownRevision) {
            this.stream = stream;
            this.sentRevision = knownRevision;
        }

        /** Sends the routes if they are newer than what was sent, or if it is time for a copy. A slow watcher gets the newest only. */
        synchronized void look(boolean copyIfDue) {
            if (stream.isCancelled() || ended) {
                return;
            }
            ShardMap map = known.map();
            boolean newer = Long.compareUnsigned(map.revision(), sentRevision) > 0;
            boolean due = copyIfDue && ticker.nanos() - sentNanos >= KEEP_ALIVE.toNanos();
            if (!map.clusterId().isEmpty() && (newer || due) && stream.isReady()) {
                stream.onNext(map.toProto());
                sentRevision = map.revision();
                sentNanos = ticker.nanos();
            }
            if (copyIfDue && isCutOff()) {
                ended = true;
                watchers.remove(this);
                stream.onError(TitanErrors.toException(TitanError.of(
                        ErrorReason.NOT_READY,
                        "this node has not heard placement for over " + silenceMax.toSeconds()
                                + " s; watch the routes of another")));
            }
        }
    }
}
