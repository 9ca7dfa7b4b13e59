package io.titankv.placement.run;

import io.titankv.model.GroupId;
import io.titankv.placement.run.TransferRound.Lasting;
import java.time.Duration;
import java.util.Map;

/**
 * For how long things have been as they are, as far as one placement leader has seen, by elapsed time. Immutable.
 *
 * @param transfers range transfers under way
 * @param creations for groups that are being made: since they got on last ({@link CreationTimes})
 */
record Elapsed(Map<Long, Lasting> transfers, Map<GroupId, Duration> creations) {
    Elapsed {
        transfers = Map.copyOf(transfers);
        creations = Map.copyOf(creations);
    }
}
