package io.titankv.placement.run;

import io.grpc.Channel;
import io.titankv.multiraft.snapshot.StateFetcher;
import java.time.InstantSource;
import java.util.function.Function;
import java.util.random.RandomGenerator;

/**
 * What placement needs of the world around it. Immutable; each part thread-safe.
 *
 * @param channels a channel to the gateway at HOST:PORT; the giver keeps and closes them
 * @param snapshots fetches the placement state of another node
 * @param files how files are written
 * @param ticker elapsed time
 * @param wallClock stamps for people
 * @param random for ids and jitter
 */
public record PlacementEnvironment(
        Function<String, Channel> channels,
        StateFetcher snapshots,
        DurableFiles files,
        Ticker ticker,
        InstantSource wallClock,
        RandomGenerator random) {
    /** The real world. */
    public static PlacementEnvironment of(Function<String, Channel> channels, StateFetcher snapshots) {
        return new PlacementEnvironment(
                channels,
                snapshots,
                DurableFiles.DISK,
                Ticker.SYSTEM,
                InstantSource.system(),
                new java.security.SecureRandom());
    }
}
