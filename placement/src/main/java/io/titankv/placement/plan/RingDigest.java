package io.titankv.placement.plan;

import io.titankv.model.Epoch;
import io.titankv.model.GroupId;
import io.titankv.model.Tokens;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A ring in a few numbers, to show and to compare: two rings with one checksum have the same owners. Immutable.
 *
 * @param ranges where neighbours of one group count as one
 * @param checksum XXH3-64 over the starts and owners of those
 * @param leastShare of all tokens that a group owns, 0 .. 1
 * @param mostShare of all tokens that a group owns, 0 .. 1
 */
public record RingDigest(Epoch epoch, int ranges, long checksum, double leastShare, double mostShare) {
    static RingDigest of(Epoch epoch, List<RangeModel> ring) {
        Map<GroupId, Double> shares = new HashMap<>();
        ByteBuffer bytes = ByteBuffer.allocate(ring.size() * (Long.BYTES + Integer.BYTES));
        int ranges = 0;
        GroupId before = null;
        for (RangeModel range : ring) {
            shares.merge(range.owner(), range.range().share(), Double::sum);
            if (!range.owner().equals(before)) {
                bytes.putLong(range.range().startInclusive())
                        .putInt(range.owner().number());
                ranges++;
            }
            before = range.owner();
        }
        return new RingDigest(
                epoch,
                ranges,
                Tokens.of(bytes.array(), 0, bytes.position()).bits(),
                shares.values().stream().mapToDouble(Double::doubleValue).min().orElse(0),
                shares.values().stream().mapToDouble(Double::doubleValue).max().orElse(0));
    }

    @Override
    public String toString() {
        return String.format(
                "epoch %s, %d ranges, checksum %016x, shares %s to %s",
                epoch, ranges, checksum, Amounts.percent(leastShare), Amounts.percent(mostShare));
    }
}
