package io.titankv.multiraft.shard;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import io.titankv.model.Epoch;
import io.titankv.model.TokenRange;
import io.titankv.proto.durable.v1.StoredOwnership;
import java.util.List;

/**
 * What a shard owns: the fence at which requests for other tokens are refused. Ranges decide, not the epoch that a request
 * names: a request routed by another epoch is served as long as its token is the shard's. Immutable.
 *
 * @param epoch the ring epoch at which what it owns changed last, {@link Epoch#NONE} before the first
 * @param ranges that it serves: in token order, not overlapping
 * @param frozen that it owns until the transfer to another shard is decided, and does not serve: in token order, none in {@code ranges}
 */
record Ownership(Epoch epoch, List<TokenRange> ranges, List<TokenRange> frozen) {
    static final Ownership NOTHING = new Ownership(Epoch.NONE, List.of());

    /** The name under which a store's metadata holds it. */
    static final String META_NAME = "ownership";

    Ownership {
        ranges = ranges.stream().sorted().toList();
        frozen = frozen.stream().sorted().toList();
    }

    /** Nothing of it frozen. */
    Ownership(Epoch epoch, List<TokenRange> ranges) {
        this(epoch, ranges, List.of());
    }

    /** Whether the token is the shard's, and served. */
    boolean owns(long token) {
        return contain(ranges, token);
    }

    /** Whether the token is being handed over: refused, and perhaps served again. */
    boolean isFrozen(long token) {
        return !frozen.isEmpty() && contain(frozen, token);
    }

    /** Whether a token of the range is being handed over. */
    boolean isFrozen(TokenRange asked) {
        return frozen.stream().anyMatch(asked::overlaps);
    }

    /** Refuses requests for these ranges from now on; all are served so far. */
    Ownership freezing(List<TokenRange> handedOver) {
        return new Ownership(epoch, TokenRanges.without(ranges, handedOver), handedOver);
    }

    /** Serves the frozen ranges again. */
    Ownership unfrozen() {
        return new Ownership(epoch, TokenRanges.with(ranges, frozen));
    }

    /** The frozen ranges are another shard's. */
    Ownership forgetting(Epoch since) {
        return new Ownership(latest(since), ranges);
    }

    /** These ranges are the shard's, too. */
    Ownership gaining(List<TokenRange> gained, Epoch since) {
        return new Ownership(latest(since), TokenRanges.with(ranges, gained), frozen);
    }

    private Epoch latest(Epoch since) {
        return since.compareTo(epoch) > 0 ? since : epoch;
    }

    private static boolean contain(List<TokenRange> ranges, long token) {
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

    ByteString toStored() {
        StoredOwnership.Builder stored = StoredOwnership.newBuilder().setEpoch(epoch.value());
        return stored.addAllRanges(ShardCommands.owned(ranges))
                .addAllFrozen(ShardCommands.owned(frozen))
                .build()
                .toByteString();
    }

    static Ownership fromStored(byte[] bytes) {
        try {
            StoredOwnership stored = StoredOwnership.parseFrom(bytes);
            return new Ownership(
                    new Epoch(stored.getEpoch()),
                    ShardCommands.ranges(stored.getRangesList()),
                    ShardCommands.ranges(stored.getFrozenList()));
        } catch (InvalidProtocolBufferException e) {
            throw new ShardFaultException("metadata cannot be read: " + META_NAME, e);
        }
    }
}
