package io.titankv.multiraft.transfer;

import io.grpc.Channel;
import io.titankv.model.GroupId;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Function;

/** What is copied into the shards of this node. At most one import a shard, each on a thread of its own. Thread-safe. */
public final class RangeImports implements AutoCloseable {
    private final String clusterId;
    private final Function<String, Channel> channels;
    private final Runnable news;
    private final Map<GroupId, RangeImporter> running = new ConcurrentHashMap<>();
    private final ExecutorService threads = Executors.newThreadPerTaskExecutor(
            Thread.ofVirtual().name("titan-import-", 0).factory());

    /**
     * @param channels to the gateway at HOST:PORT
     * @param news called when there is something to tell placement
     */
    public RangeImports(String clusterId, Function<String, Channel> channels, Runnable news) {
        this.clusterId = clusterId;
        this.channels = channels;
        this.news = news;
    }

    /** Copies ranges into a shard that this node leads, or goes on with it. An import for an older transfer ends. */
    public void order(GroupId group, ImportOrder order, ImportTarget target) {
        boolean isWanted = target.leads() && target.standing(order.transfer()) == ImportTarget.Standing.OPEN;
        if (!isWanted) {
            return;
        }
        var _ = running.compute(group, (same, before) -> {
            if (before != null && before.transfer() == order.transfer()) {
                before.ordered(order);
                return before;
            }
            if (before != null) {
                before.stop();
            }
            RangeImporter importer = new RangeImporter(group, clusterId, channels, target, order, news);
            threads.execute(() -> {
                try {
                    importer.run();
                } finally {
                    var _ = running.remove(group, importer);
                }
            });
            return importer;
        });
    }

    /** How far the import of a transfer is, if it goes on here. */
    public Optional<ImportProgress> progress(GroupId group, long transfer) {
        return Optional.ofNullable(running.get(group))
                .filter(importer -> importer.transfer() == transfer)
                .map(RangeImporter::progress);
    }

    @Override
    public void close() {
        running.values().forEach(RangeImporter::stop);
        threads.shutdownNow();
    }
}
