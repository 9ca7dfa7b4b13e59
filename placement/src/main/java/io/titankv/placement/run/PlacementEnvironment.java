package io.titankv.placement.run;

import io.grpc.Channel;
import io.grpc.ConnectivityState;
import io.grpc.ManagedChannel;
import io.titankv.multiraft.snapshot.StateFetcher;
import java.security.SecureRandom;
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
                channels, snapshots, DurableFiles.DISK, Ticker.SYSTEM, InstantSource.system(), new SecureRandom());
    }

    /**
     * A channel to the gateway at an address. One that waits before it tries to connect again, for up to two minutes by gRPC's
     * own rules, is made to try at once: our callers pause between calls by rules of their own.
     */
    Channel channelTo(String address) {
        Channel channel = channels.apply(address);
        if (channel instanceof ManagedChannel managed
                && managed.getState(false) == ConnectivityState.TRANSIENT_FAILURE) {
            managed.resetConnectBackoff();
        }
        return channel;
    }
}
