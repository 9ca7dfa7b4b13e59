package io.titankv.benchmarks.rheakv;

import com.alipay.sofa.jraft.option.NodeOptions;
import com.alipay.sofa.jraft.option.ReadOnlyOption;
import com.alipay.sofa.jraft.rhea.client.DefaultRheaKVStore;
import com.alipay.sofa.jraft.rhea.options.PlacementDriverOptions;
import com.alipay.sofa.jraft.rhea.options.RegionEngineOptions;
import com.alipay.sofa.jraft.rhea.options.RheaKVStoreOptions;
import com.alipay.sofa.jraft.rhea.options.RocksDBOptions;
import com.alipay.sofa.jraft.rhea.options.StoreEngineOptions;
import com.alipay.sofa.jraft.util.Endpoint;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;

/**
 * A process of a RheaKV cluster, set up as its own examples are and with their defaults: RocksDB under each region, whose state is made
 * again from the Raft log after a crash, and the Raft log synced.
 */
final class RheaNode {
    /** The same for nodes and clients. */
    static final String CLUSTER = "titan-benchmarks";

    private RheaNode() {}

    /** Arguments: the node's index, the HOST:PORT of all nodes, the number of regions, the directory for data. */
    public static void main(String[] arguments) throws InterruptedException {
        List<String> endpoints = Stream.of(arguments[1].split(",", -1)).toList();
        RheaKVStoreOptions options = options(
                endpoints, Integer.parseInt(arguments[0]), Integer.parseInt(arguments[2]), Path.of(arguments[3]));
        if (!new DefaultRheaKVStore().init(options)) {
            // It has logged why, and leaves threads behind.
            System.exit(1);
        }
        // Until it is killed.
        new CountDownLatch(1).await();
    }

    static RheaKVStoreOptions options(List<String> endpoints, int index, int regions, Path directory) {
        RocksDBOptions database = new RocksDBOptions();
        database.setDbPath(directory.resolve("db").toString());
        StoreEngineOptions engine = new StoreEngineOptions();
        engine.setServerAddress(endpoint(endpoints.get(index)));
        engine.setRocksDBOptions(database);
        engine.setRaftDataPath(directory.resolve("raft").toString());
        engine.setCommonNodeOptions(nodeOptions());
        engine.setRegionEngineOptionsList(
                Bounds.of(regions).stream().map(RheaNode::region).toList());
        PlacementDriverOptions routes = new PlacementDriverOptions();
        routes.setFake(true);
        RheaKVStoreOptions options = new RheaKVStoreOptions();
        options.setClusterName(CLUSTER);
        options.setPlacementDriverOptions(routes);
        options.setStoreEngineOptions(engine);
        options.setInitialServerList(String.join(",", endpoints));
        return options;
    }

    /** Both are the defaults, and what makes it comparable. */
    private static NodeOptions nodeOptions() {
        NodeOptions options = new NodeOptions();
        options.getRaftOptions().setSync(true);
        options.getRaftOptions().setReadOnlyOptions(ReadOnlyOption.ReadOnlySafe);
        return options;
    }

    static Endpoint endpoint(String text) {
        int colon = text.lastIndexOf(':');
        return new Endpoint(text.substring(0, colon), Integer.parseInt(text.substring(colon + 1)));
    }

    private static RegionEngineOptions region(Bounds bounds) {
        RegionEngineOptions options = new RegionEngineOptions();
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
}
