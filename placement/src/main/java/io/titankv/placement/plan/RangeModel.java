package io.titankv.placement.plan;

import io.titankv.model.GroupId;
import io.titankv.model.TokenRange;

/**
 * A range as the planners see it. Its load is taken as even over its tokens. Immutable.
 *
 * @param bytes of its records, in one replica
 * @param opsPerSecond reads and writes of its keys
 */
public record RangeModel(TokenRange range, GroupId owner, long bytes, double opsPerSecond) {
    /** No range is cut to fewer tokens than this, a 2^-40th of the ring: of a billion keys, one in a thousand such ranges has one. */
    public static final long WIDTH_MIN = 1L << 24;

    public RangeModel {
        if (bytes < 0 || !(opsPerSecond >= 0)) {
            throw new IllegalArgumentException("range " + range + " makes no sense: " + bytes + " bytes, "
                    + opsPerSecond + " operations a second");
        }
    }

    /** The part of it that is within {@code part}, with its part of the load. */
    RangeModel part(TokenRange part, GroupId newOwner) {
        double fraction = Math.min(1, part.share() / range.share());
        return new RangeModel(part, newOwner, Math.round(bytes * fraction), opsPerSecond * fraction);
    }
}
