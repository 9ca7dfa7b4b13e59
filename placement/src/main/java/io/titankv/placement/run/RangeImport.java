package io.titankv.placement.run;

import io.titankv.model.GroupId;
import io.titankv.model.TokenRange;
import java.util.List;

/**
 * What the leader of a group that gets ranges is to copy. Immutable.
 *
 * @param group that gets them
 * @param transfer the transfer's number
 * @param ranges in token order
 * @param from the group that gives them
 * @param sourceAddresses gateways (HOST:PORT) of nodes with a replica of that group, the best to copy from first
 * @param bytesPerSecondMax 0: as many as can be
 */
public record RangeImport(
        GroupId group,
        long transfer,
        List<TokenRange> ranges,
        GroupId from,
        List<String> sourceAddresses,
        long bytesPerSecondMax) {
    public RangeImport {
        ranges = List.copyOf(ranges);
        sourceAddresses = List.copyOf(sourceAddresses);
    }
}
