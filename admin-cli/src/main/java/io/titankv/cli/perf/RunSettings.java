package io.titankv.cli.perf;

import io.titankv.cli.common.Quantity;
import java.time.Duration;
import java.util.List;

/**
 * What a run is asked to do. Immutable.
 *
 * @param keys 1 or more; their names are the prefix and a number
 * @param connections clients, each with a connection of its own to every node
 * @param level of reads, as {@code --level} names it
 * @param timeout of one operation, all tries together
 * @param load whether every key is written before
 */
record RunSettings(
        List<String> endpoints,
        Mix mix,
        int valueBytes,
        int keys,
        String keyPrefix,
        Distribution distribution,
        int connections,
        Pace pace,
        Duration time,
        Duration warmUp,
        String level,
        boolean allReplicas,
        Duration timeout,
        boolean load) {
    /** In one line, for people. */
    String line() {
        String loop = switch (pace) {
            case Pace.InFlight closed -> closed.inFlightMax() + " in flight";
            case Pace.Rate open -> Quantity.count(Math.round(open.perSecond())) + " a second";
        };
        return mix + " reads:writes, " + loop + ", " + Quantity.of(keys, "key") + " (" + distribution + "), values of "
                + Quantity.bytes(valueBytes) + ", " + Quantity.of(connections, "connection") + ", " + level + " reads"
                + (allReplicas ? ", writes to all replicas" : "");
    }
}
