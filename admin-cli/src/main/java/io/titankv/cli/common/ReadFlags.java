package io.titankv.cli.common;

import io.titankv.client.ReadLevel;
import io.titankv.client.ReadOptions;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** How fresh a read must be. Filled in by the parser. */
public final class ReadFlags {
    /** Names of levels as they are typed. */
    enum Level {
        linearizable,
        lease,
        any
    }

    @Option(
            names = "--level",
            paramLabel = "LEVEL",
            description = "linearizable (the default), lease (the leader's word), or any (any replica, now)")
    private Level level = Level.linearizable;

    @Option(
            names = "--max-staleness",
            paramLabel = "TIME",
            description = "Any replica that heard from its leader within this time, e.g. 5s",
            converter = GlobalOptions.DurationConverter.class)
    private @Nullable Duration stalenessMax;

    public ReadOptions options() {
        return ReadOptions.DEFAULT.withLevel(level());
    }

    private ReadLevel level() {
        if (stalenessMax != null) {
            try {
                return ReadLevel.boundedStaleness(stalenessMax);
            } catch (IllegalArgumentException e) {
                throw CliException.usage("--max-staleness: " + e.getMessage());
            }
        }
        return switch (level) {
            case linearizable -> ReadLevel.linearizable();
            case lease -> ReadLevel.lease();
            case any -> ReadLevel.any();
        };
    }
}
