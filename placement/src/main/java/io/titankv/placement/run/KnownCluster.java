package io.titankv.placement.run;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.titankv.model.ShardMap;
import io.titankv.placement.state.UnsupportedFormatException;
import io.titankv.proto.internal.v1.ClusterView;
import io.titankv.proto.internal.v1.PlacementCache;
import io.titankv.proto.internal.v1.WatchMapResponse;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What this node knows of the cluster: the newest routes and the newest view that it heard. Kept in the file {@code
 * placement.cache}, so that a node can serve routes before it has found placement. Thread-safe.
 */
final class KnownCluster {
    static final String FILE_NAME = "placement.cache";

    private static final Logger LOG = LoggerFactory.getLogger(KnownCluster.class);

    private final DurableFiles files;
    private final Path file;
    private final Ticker ticker;
    private final CopyOnWriteArrayList<Consumer<ShardMap>> listeners = new CopyOnWriteArrayList<>();
    private final CopyOnWriteArrayList<Runnable> orderListeners = new CopyOnWriteArrayList<>();

    @GuardedBy("this")
    private ShardMap map = ShardMap.EMPTY;

    @GuardedBy("this")
    private @Nullable ClusterView view;

    /** When placement was last heard in this process; null: not yet. */
    @GuardedBy("this")
    private @Nullable Long heardNanos;

    /** What the file holds. */
    private ShardMap stored = ShardMap.EMPTY;

    KnownCluster(DurableFiles files, Path directory, Ticker ticker) {
        this.files = files;
        this.file = directory.resolve(FILE_NAME);
        this.ticker = ticker;
    }

    /** Reads the file. One that is damaged, strange or of another cluster is as good as none: all of it will be heard again. */
    void load(String clusterId) {
        try {
            Optional<byte[]> content = files.read(file);
            if (content.isEmpty()) {
                return;
            }
            PlacementCache cache = PlacementCache.parseFrom(FramedFile.CACHE.decode(file, content.get()));
            ShardMap found = ShardMap.fromProto(cache.getRoutes());
            if (found.clusterId().equals(clusterId)) {
                synchronized (this) {
                    map = found;
                    view = cache.getView();
                }
                stored = found;
            }
        } catch (IOException | DamagedFileException | UnsupportedFormatException | IllegalArgumentException e) {
            LOG.atWarn().addKeyValue("file", file).setCause(e).log("cache of the cluster is of no use, begins anew");
        }
    }

    /** Takes what the placement leader told. Called by gRPC threads; listeners are called by them too. */
    void heard(WatchMapResponse response) {
        Optional<ShardMap> newer = Optional.empty();
        synchronized (this) {
            heardNanos = ticker.nanos();
            if (view == null || response.getView().getPlacementTerm() >= view.getPlacementTerm()) {
                view = response.getView();
            }
            if (response.hasRoutes()) {
                ShardMap told = ShardMap.fromProto(response.getRoutes());
                if (told.isNewerThan(map)) {
                    map = told;
                    newer = Optional.of(told);
                }
            }
        }
        newer.ifPresent(told -> listeners.forEach(listener -> listener.accept(told)));
        if (response.getOrdersWait()) {
            orderListeners.forEach(Runnable::run);
        }
    }

    /** Writes the file when the routes have changed since. */
    void store() {
        ShardMap now = map();
        if (now.equals(stored)) {
            return;
        }
        PlacementCache.Builder cache = PlacementCache.newBuilder().setRoutes(now.toProto());
        view().ifPresent(cache::setView);
        try {
            files.replace(file, FramedFile.CACHE.encode(cache.build().toByteString()));
            stored = now;
        } catch (IOException e) {
            // Only a cache: the node goes on, and the next change tries again.
            LOG.atWarn().addKeyValue("file", file).setCause(e).log("cannot keep what is known of the cluster");
        }
    }

    synchronized ShardMap map() {
        return map;
    }

    synchronized Optional<ClusterView> view() {
        return Optional.ofNullable(view);
    }

    /** How long since placement was heard; empty: not since the process started. */
    synchronized Optional<Duration> silence() {
        return heardNanos == null ? Optional.empty() : Optional.of(Duration.ofNanos(ticker.nanos() - heardNanos));
    }

    /** Tells of each newer map from now on, in order of arrival on one stream. Called by gRPC threads: returns at once. */
    void listen(Consumer<ShardMap> listener) {
        listeners.add(listener);
    }

    /** Runs that whenever placement has something for this node to do. On gRPC's threads: it returns at once. */
    void listenForOrders(Runnable listener) {
        orderListeners.add(listener);
    }
}
