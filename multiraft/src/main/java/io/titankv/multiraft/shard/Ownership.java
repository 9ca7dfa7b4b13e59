package io.titankv.multiraft.shard;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import io.titankv.model.Epoch;
import io.titankv.model.TokenRange;
import io.titankv.proto.durable.v1.OwnedRange;
import io.titankv.proto.durable.v1.StoredOwnership;
import java.util.List;

/**
 * What a shard owns: the fence at which requests for other tokens are refused. Ranges decide, not the epoch that a request
 * names: a request routed by another epoch is served as long as its token is the shard's. Immutable.
 *
 * @param epoch the ring epoch at which the ranges became the shard's, {@link Epoch#NONE} before the first
 * @param ranges in token order, not overlapping
 */
record Ownership(Epoch epoch, List<TokenRange> ranges) {
    static final Ownership NOTHING = new Ownership(Epoch.NONE, List.of());

    /** The name under which a store's metadata holds it. */
    static final String META_NAME = "ownership";

    Ownership {
        ranges = ranges.stream().sorted().toList();
    }

    boolean owns(long token) {
        int low = 0;
        int high = ranges.size() - 1;
        while (low <= high) {
            int middle = (low + high) >>> 1;
            TokenRange range = ranges.get(middle);
            if (range.contains(token)) {
                return true;
            }
            if (Long.compareUnsigned(token, range.startInclusive()) < 0) {
                high = middle - 1;
            } else {
                low = middle + 1;
            }
        }
        return false;
    }

    /** Whether every token of {@code asked} is the shard's; neighbouring ranges count as one. */
    boolean owns(TokenRange asked) {
        long next = asked.startInclusive();
        for (TokenRange range : ranges) {
            if (!range.contains(next)) {
                continue;
            }
            if (range.contains(asked.lastInclusive())) {
                return true;
            }
            next = range.endExclusive();
        }
        return false;
    }

    /** Whether no two ranges overlap. */
    static boolean disjoint(List<TokenRange> ranges) {
        List<TokenRange> sorted = ranges.stream().sorted().toList();
        for (int i = 1; i < sorted.size(); i++) {
            if (sorted.get(i - 1).overlaps(sorted.get(i))) {
                return false;
            }
        }
        return true;
    }

    ByteString toStored() {
        StoredOwnership.Builder stored = StoredOwnership.newBuilder().setEpoch(epoch.value());
        ranges.forEach(range -> stored.addRanges(OwnedRange.newBuilder()
                .setStartInclusive(range.startInclusive())
                .setEndExclusive(range.endExclusive())));
        return stored.build().toByteString();
    }

    static Ownership fromStored(byte[] bytes) {
        try {
            StoredOwnership stored = StoredOwnership.parseFrom(bytes);
            return new Ownership(
                    new Epoch(stored.getEpoch()),
                    stored.getRangesList().stream()
                            .map(range -> new TokenRange(range.getStartInclusive(), range.getEndExclusive()))
                            .toList());
        } catch (InvalidProtocolBufferException e) {
            throw new ShardFaultException("metadata cannot be read: " + META_NAME, e);
        }
    }
}
