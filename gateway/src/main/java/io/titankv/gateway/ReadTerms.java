package io.titankv.gateway;

import com.google.protobuf.ByteString;
import io.titankv.model.GroupId;
import io.titankv.model.LogPosition;
import io.titankv.multiraft.shard.Freshness;
import io.titankv.proto.kv.v1.RequestOptions;
import java.time.Duration;

/**
 * How fresh a read must be, once its options have been checked. Immutable.
 *
 * @param level what was asked for
 * @param maxStaleness for BOUNDED_STALENESS
 * @param seen what the client has seen, whatever the level
 * @param options the options as they came, to be sent on
 */
record ReadTerms(Level level, Duration maxStaleness, SessionMarks seen, RequestOptions options) {
    /** As in the API. */
    enum Level {
        LINEARIZABLE,
        LEASE,
        BOUNDED_STALENESS,
        ANY,
        AFTER
    }

    /** True when the leader must be found; else any replica may answer. */
    boolean needLeader() {
        return switch (level) {
            case LINEARIZABLE, LEASE -> true;
            case BOUNDED_STALENESS, ANY -> false;
            // Groups that did not fit into the token are read linearizably.
            case AFTER -> seen.overflowed();
        };
    }

    Freshness freshness(GroupId group) {
        return switch (level) {
            case LINEARIZABLE -> new Freshness.Linearizable();
            case LEASE -> new Freshness.Lease();
            case BOUNDED_STALENESS -> new Freshness.Bounded(maxStaleness);
            case ANY -> new Freshness.Any();
            case AFTER -> after(group);
        };
    }

    /**
     * A group that the client has not seen holds nothing that it wrote or read there. A range that moved to it came with
     * everything, before the group answered for it.
     */
    private Freshness after(GroupId group) {
        if (seen.indexOf(group).isPresent()) {
            return new Freshness.After(seen.indexOf(group).getAsLong());
        }
        return seen.overflowed() ? new Freshness.Linearizable() : new Freshness.Any();
    }

    /** The session token of an answer read at {@code at}. */
    ByteString tokenAfter(GroupId group, LogPosition at, String clusterId) {
        return SessionTokenFormat.encode(seen.with(group, at.index()), clusterId);
    }
}
