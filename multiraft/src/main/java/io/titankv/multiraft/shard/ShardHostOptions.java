package io.titankv.multiraft.shard;

import io.titankv.model.NodeId;
import io.titankv.multiraft.host.DiskGuard;
import java.nio.file.Path;
import java.time.Duration;

/**
 * How a node keeps its shards. Immutable.
 *
 * @param node this node, for names of threads
 * @param directory where the shards' directories go: {@code directory/s1}, ...
 * @param clusterId the cluster to which the files belong
 * @param dataFileBytesMax size at which data files are sealed
 * @param proposer bounds of each shard's proposer
 * @param syncEvery a shard with anything new is synced so often, so that snapshots find little left to sync
 * @param mergeBytesPerSecond bytes that merges of all shards together may read and write
 * @param disk on which the directory is; looked at here, once in {@code syncEvery}. When it is full, writes are refused; deletes and reads go on
 */
public record ShardHostOptions(
        NodeId node,
        Path directory,
        String clusterId,
        long dataFileBytesMax,
        ProposerOptions proposer,
        Duration syncEvery,
        long mergeBytesPerSecond,
        DiskGuard disk) {
    /** 64 MiB data files, a sync every second, merges at 32 MiB/s. */
    public static ShardHostOptions defaults(NodeId node, Path directory, String clusterId, DiskGuard disk) {
        return new ShardHostOptions(
                node,
                directory,
                clusterId,
                64L << 20,
                ProposerOptions.defaults(),
                Duration.ofSeconds(1),
                32L << 20,
                disk);
    }
}
