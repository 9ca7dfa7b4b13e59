package io.titankv.cli.perf;

import io.titankv.cli.common.CliException;
import io.titankv.cli.common.GlobalOptions;
import io.titankv.cli.common.Quantity;
import io.titankv.cli.common.ReadFlags;
import io.titankv.cli.common.WriteFlags;
import io.titankv.client.ReadLevel;
import io.titankv.model.Limits;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** The load, as it is asked for. Filled in by the parser. */
final class RunFlags {
    private static final int IN_FLIGHT_DEFAULT = 64;
    /** With a rate: what 10,000 operations a second leave waiting in a stall of a second. */
    private static final int IN_FLIGHT_AT_RATE_DEFAULT = 10_000;

    private static final int IN_FLIGHT_LIMIT = 100_000;
    private static final int CONNECTIONS_LIMIT = 256;
    /** Bytes of values under way. The process has a heap of 512 MiB, and a message holds its value twice for a moment. */
    private static final long IN_FLIGHT_BYTES_LIMIT = 128L << 20;

    private static final Duration TIME_LIMIT = Duration.ofHours(24);

    @Option(
            names = "--mix",
            paramLabel = "READS:WRITES",
            description = "Parts of reads and of writes. Default: 50:50",
            converter = MixConverter.class)
    private Mix mix = new Mix(50, 50);

    @Option(names = "--value-size", paramLabel = "BYTES", description = "Bytes of a value. Default: 100")
    private int valueBytes = 100;

    @Option(names = "--keys", paramLabel = "N", description = "Keys that are read and written. Default: 100000")
    private int keys = 100_000;

    @Option(
            names = "--key-prefix",
            paramLabel = "TEXT",
            description = "What keys begin with; a number follows. Default: perf-")
    private String keyPrefix = "perf-";

    @Option(
            names = "--dist",
            paramLabel = "zipf|uniform",
            description =
                    "Which keys: some far more often than others (scrambled zipfian, 0.99; the default), or all alike")
    private Distribution distribution = Distribution.zipf;

    @Option(
            names = "--conns",
            paramLabel = "N",
            description = "Clients that take turns, each with its own connections. Default: 1")
    private int connections = 1;

    @Option(
            names = "--in-flight",
            paramLabel = "N",
            description = "Closed loop: operations under way at once. Default: 64; with --rate at most so many, 10000")
    private @Nullable Integer inFlight;

    @Option(
            names = "--rate",
            paramLabel = "R",
            description =
                    "Open loop: start so many operations a second whatever happens, and count latencies from when each"
                            + " was due")
    private @Nullable Double rate;

    @Option(
            names = "--for",
            paramLabel = "TIME",
            description = "How long to measure. Default: 30s",
            converter = GlobalOptions.DurationConverter.class)
    private Duration time = Duration.ofSeconds(30);

    @Option(
            names = "--warm-up",
            paramLabel = "TIME",
            description = "How long the load runs before it is measured; 0s for not at all. Default: 5s",
            converter = WarmUpConverter.class)
    private Duration warmUp = Duration.ofSeconds(5);

    @Option(names = "--load", description = "Write every key once before")
    private boolean load;

    @Mixin
    private ReadFlags read = new ReadFlags();

    @Mixin
    private WriteFlags write = new WriteFlags();

    ReadFlags read() {
        return read;
    }

    WriteFlags write() {
        return write;
    }

    /** @throws CliException when it makes no sense */
    RunSettings settings(GlobalOptions global) {
        int bound = inFlight != null ? inFlight : rate != null ? IN_FLIGHT_AT_RATE_DEFAULT : IN_FLIGHT_DEFAULT;
        requireBetween("--in-flight", bound, 1, IN_FLIGHT_LIMIT);
        requireBetween("--keys", keys, 1, Integer.MAX_VALUE);
        requireBetween("--conns", connections, 1, CONNECTIONS_LIMIT);
        requireBetween("--value-size", valueBytes, 0, Limits.VALUE_BYTES_SETTING_MAX);
        int prefixBytes = keyPrefix.getBytes(StandardCharsets.UTF_8).length;
        requireBetween("bytes of --key-prefix", prefixBytes, 0, ClientTarget.prefixBytesMax(Limits.KEY_BYTES_MAX));
        if (time.compareTo(TIME_LIMIT) > 0) {
            throw CliException.usage("--for is at most 24h");
        }
        if (inFlight != null && (long) inFlight * valueBytes > IN_FLIGHT_BYTES_LIMIT) {
            throw CliException.usage("--in-flight times --value-size is at most "
                    + Quantity.bytes(IN_FLIGHT_BYTES_LIMIT) + ", not " + Quantity.bytes((long) bound * valueBytes));
        }
        // A default is no promise: it yields to large values.
        int fitting = Math.clamp(IN_FLIGHT_BYTES_LIMIT / Math.max(1, valueBytes), 1, bound);
        return new RunSettings(
                global.endpoints(),
                mix,
                valueBytes,
                keys,
                keyPrefix,
                distribution,
                connections,
                pace(fitting),
                time,
                warmUp,
                level(read.options().level()),
                write.areAllReplicasAsked(),
                global.timeout(),
                load);
    }

    /** How many keys are written at once by {@code --load}. */
    static int fillInFlight(RunSettings settings) {
        return Math.clamp(IN_FLIGHT_BYTES_LIMIT / Math.max(1, settings.valueBytes()), 1, Filler.IN_FLIGHT_MAX);
    }

    /** What each client may hold: more than is ever put on it, so that none lets its caller wait. */
    static long clientBytesMax() {
        return 2 * IN_FLIGHT_BYTES_LIMIT + (64L << 20);
    }

    private Pace pace(int bound) {
        try {
            return rate == null ? new Pace.InFlight(bound) : new Pace.Rate(rate, bound);
        } catch (IllegalArgumentException e) {
            throw CliException.usage("--rate: " + e.getMessage());
        }
    }

    private static String level(ReadLevel level) {
        return switch (level) {
            case ReadLevel.Linearizable() -> "linearizable";
            case ReadLevel.Lease() -> "lease";
            case ReadLevel.BoundedStaleness(Duration max) -> "at most " + Quantity.duration(max) + " stale";
            case ReadLevel.Any() -> "any";
            case ReadLevel.After after -> "after " + after;
        };
    }

    private static void requireBetween(String name, int value, int least, int most) {
        if (value < least || value > most) {
            throw CliException.usage(name + " is " + Quantity.count(least) + " to " + Quantity.count(most) + ", not "
                    + Quantity.count(value));
        }
    }

    private static final class MixConverter implements ITypeConverter<Mix> {
        @Override
        public Mix convert(String text) {
            try {
                return Mix.parse(text);
            } catch (IllegalArgumentException e) {
                throw new TypeConversionException(e.getMessage());
            }
        }
    }

    private static final class WarmUpConverter implements ITypeConverter<Duration> {
        @Override
        public Duration convert(String text) {
            return text.matches("0+(ms|s|m|h)?") ? Duration.ZERO : new GlobalOptions.DurationConverter().convert(text);
        }
    }
}
