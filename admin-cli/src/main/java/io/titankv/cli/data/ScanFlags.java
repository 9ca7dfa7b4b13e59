package io.titankv.cli.data;

import io.titankv.cli.common.CliException;
import io.titankv.cli.common.GlobalOptions;
import io.titankv.cli.common.KeyOptions;
import io.titankv.client.ReadOptions;
import io.titankv.client.ScanQuery;
import io.titankv.model.Limits;
import io.titankv.model.Token;
import io.titankv.model.TokenRange;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Which records a command goes over. Filled in by the parser. */
final class ScanFlags {
    /** A page over a large shard that has just moved may take its time. */
    private static final Duration PAGE_TIMEOUT = Duration.ofSeconds(60);

    @Option(
            names = "--prefix",
            paramLabel = "PREFIX",
            description =
                    "Only keys that begin so. Keys stand in the order of their tokens: this filters, it does not seek")
    private @Nullable String prefix;

    @Option(names = "--from", paramLabel = "TOKEN", description = "First token, 16 hexadecimal digits. Default: 0")
    private @Nullable String from;

    @Option(names = "--to", paramLabel = "TOKEN", description = "Token to stop before. Default: the ring's end")
    private @Nullable String to;

    ScanQuery query(KeyOptions keys, GlobalOptions global, ReadOptions read) {
        ScanQuery query = ScanQuery.ALL
                .withRange(range())
                .withPageSize(Limits.PAGE_RECORDS_MAX)
                .withOptions(read.withTimeout(global.timeoutOr(PAGE_TIMEOUT)));
        return prefix == null ? query : query.withKeyPrefix(keys.key(prefix).bytes());
    }

    private TokenRange range() {
        try {
            long start = from == null ? 0 : Token.parse(from).bits();
            long end = to == null ? 0 : Token.parse(to).bits();
            return new TokenRange(start, end);
        } catch (IllegalArgumentException e) {
            throw CliException.usage("--from, --to: " + e.getMessage());
        }
    }
}
