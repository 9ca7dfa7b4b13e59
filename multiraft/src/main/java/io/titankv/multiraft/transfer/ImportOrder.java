package io.titankv.multiraft.transfer;

import io.titankv.model.GroupId;
import io.titankv.model.TokenRange;
import java.util.List;

/**
 * What is to be copied into a shard. Immutable.
 *
 * @param transfer the transfer's number
 * @param ranges in token order
 * @param from the shard that has them
 * @param sources gateways (HOST:PORT) of nodes with a replica of it, the best to copy from first
 * @param bytesPerSecondMax 0: as many as can be
 */
public record ImportOrder(
        long transfer, List<TokenRange> ranges, GroupId from, List<String> sources, long bytesPerSecondMax) {
    public ImportOrder {
        ranges = List.copyOf(ranges);
        sources = List.copyOf(sources);
    }
}
