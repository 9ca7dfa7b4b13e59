package io.titankv.benchmarks.rheakv;

import com.alipay.sofa.jraft.rhea.client.DefaultRheaKVStore;
import com.alipay.sofa.jraft.rhea.client.RheaKVStore;
import com.alipay.sofa.jraft.rhea.client.pd.PlacementDriverClient;
import com.alipay.sofa.jraft.rhea.errors.RouteTableException;
import com.alipay.sofa.jraft.rhea.metadata.Peer;
import com.alipay.sofa.jraft.rhea.options.PlacementDriverOptions;
import com.alipay.sofa.jraft.rhea.options.RegionRouteTableOptions;
import com.alipay.sofa.jraft.rhea.options.RheaKVStoreOptions;
import com.alipay.sofa.jraft.util.Endpoint;
import io.titankv.benchmarks.cluster.Way;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * RheaKV through its own client with default settings: it gathers what is asked at once into batches, and its reads are safe by read
 * index. Leaders are spread over the nodes first, as its own benchmark does, since nothing else would.
 */
final class RheaLibrary implements Way {
    private static final long LEADER_MILLIS_MAX = 10_000;
    private static final long BETWEEN_TRIES_MILLIS = 200;
    private static final int TRIES_MAX = 300;

    private final RheaKVStore store = new DefaultRheaKVStore();

    /** @throws IllegalStateException when the regions have no leaders, or not where they should be, in a long time */
    RheaLibrary(List<String> endpoints, int regions) {
        if (!store.init(options(endpoints, regions))) {
            throw new IllegalStateException("RheaKV's client did not start");
        }
        for (Bounds bounds : Bounds.of(regions)) {
            int node = (int) ((bounds.id() - 1) % endpoints.size());
            lead(bounds.id(), RheaNode.endpoint(endpoints.get(node)));
        }
    }

    static RheaKVStoreOptions options(List<String> endpoints, int regions) {
        PlacementDriverOptions routes = new PlacementDriverOptions();
        routes.setFake(true);
        routes.setRegionRouteTableOptionsList(
                Bounds.of(regions).stream().map(RheaLibrary::route).toList());
        RheaKVStoreOptions options = new RheaKVStoreOptions();
        options.setClusterName(RheaNode.CLUSTER);
        options.setPlacementDriverOptions(routes);
        options.setInitialServerList(String.join(",", endpoints));
        return options;
    }

    private static RegionRouteTableOptions route(Bounds bounds) {
        RegionRouteTableOptions options = new RegionRouteTableOptions();
        options.setRegionId(bounds.id());
        byte[] start = bounds.start();
        if (start != null) {
            options.setStartKeyBytes(start);
        }
        byte[] end = bounds.end();
        if (end != null) {
            options.setEndKeyBytes(end);
        }
        return options;
    }

    /** Has the node lead the region. */
    private void lead(long region, Endpoint node) {
        PlacementDriverClient routes = store.getPlacementDriverClient();
        Peer wanted = new Peer(region, -1, node);
        for (int attempt = 0; attempt < TRIES_MAX; attempt++) {
            try {
                if (node.equals(routes.getLeader(region, true, LEADER_MILLIS_MAX))) {
                    return;
                }
                routes.transferLeader(region, wanted, true);
            } catch (RouteTableException e) {
                // There is none yet.
            }
            pause();
        }
        throw new IllegalStateException("region " + region + " is not led by " + node);
    }

    private static void pause() {
        try {
            TimeUnit.MILLISECONDS.sleep(BETWEEN_TRIES_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }

    @Override
    public CompletableFuture<?> put(byte[] key, byte[] value) {
        return store.put(key, value).thenApply(RheaLibrary::requireDone);
    }

    private static boolean requireDone(@Nullable Boolean done) {
        if (done == null || !done) {
            throw new IllegalStateException("RheaKV did not put");
        }
        return true;
    }

    @Override
    public CompletableFuture<@Nullable ByteBuffer> get(byte[] key) {
        return store.get(key).thenApply(RheaLibrary::wrapped);
    }

    private static @Nullable ByteBuffer wrapped(byte @Nullable [] value) {
        return value == null ? null : ByteBuffer.wrap(value);
    }

    @Override
    public void close() {
        store.shutdown();
    }
}
