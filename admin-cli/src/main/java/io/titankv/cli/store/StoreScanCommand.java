package io.titankv.cli.store;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import io.titankv.cli.common.ByteText;
import io.titankv.cli.common.CliException;
import io.titankv.cli.common.Context;
import io.titankv.cli.common.ExitCode;
import io.titankv.cli.common.TitanCommand;
import io.titankv.cli.data.JsonRecord;
import io.titankv.cli.store.StoreDirectories.Found;
import io.titankv.engine.EntryPosition;
import io.titankv.engine.StoreScan;
import io.titankv.engine.StoredRecord;
import io.titankv.model.Key;
import io.titankv.model.Token;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "scan",
        description = {
            "Print the live records of the stores in a data directory as JSON lines, in the form that 'titan data"
                    + " import' takes. Changes nothing.",
            "The records of one store come in the order of their tokens. Of several replicas of a shard the one is read"
                    + " that applied the most."
        })
final class StoreScanCommand extends TitanCommand {
    @Parameters(
            paramLabel = "DIR",
            description = "A node's data directory, the directory of 'titan up', or one engine's")
    private Path directory = Path.of("");

    @Option(names = "--prefix", paramLabel = "PREFIX", description = "Only keys that begin so: text")
    private String prefix = "";

    @Option(names = "--limit", paramLabel = "N", description = "At most so many records; 0: all, the default")
    private long limit;

    @Option(names = "--keys-only", description = "Leave the values out; import does not take that")
    private boolean isKeysOnly;

    @Option(
            names = "--from-token",
            paramLabel = "TOKEN",
            description = "First token, 16 hexadecimal digits. Default: 0")
    private @Nullable String from;

    @Option(names = "--to-token", paramLabel = "TOKEN", description = "Token to stop before. Default: the ring's end")
    private @Nullable String to;

    private long printed;

    StoreScanCommand(Context context) {
        super(context);
    }

    /** A cluster's group; a store that is used alone is a group of its own. */
    private record Group(long clusterId, int groupNumber, String loneStore) {}

    private record Candidate(Found found, EntryPosition applied) {}

    @Override
    protected int run() {
        if (limit < 0) {
            throw usageError("--limit must be 0 (all) or more, not " + limit);
        }
        long start = token("--from-token", from);
        long end = token("--to-token", to);
        if (end != 0 && Long.compareUnsigned(start, end) > 0) {
            throw usageError("--from-token " + from + " is behind --to-token " + to);
        }
        ByteString wanted = ByteText.parse(prefix, ByteText.Form.TEXT);
        List<Found> chosen = onePerGroup(StoreDirectories.find(directory));
        StoreProgress progress = new StoreProgress(console(), "scanning");
        try {
            for (int i = 0; i < chosen.size() && !isEnough(); i++) {
                int index = i;
                Scanning scanning = new Scanning(chosen, index, progress, wanted);
                StoreFailures.explained(chosen.get(index), () -> scan(chosen.get(index), start, end, scanning));
            }
            console().flush();
        } finally {
            progress.clear();
        }
        return ExitCode.OK;
    }

    private boolean isEnough() {
        return limit > 0 && printed >= limit;
    }

    private long token(String option, @Nullable String text) {
        try {
            return text == null ? 0 : Token.parse(text).bits();
        } catch (IllegalArgumentException e) {
            throw usageError(option + ": " + e.getMessage());
        }
    }

    /** Replicas may lag: an import of all would end with whatever came last. */
    private List<Found> onePerGroup(List<Found> found) {
        Map<Group, Candidate> best = new LinkedHashMap<>();
        for (Found each : found) {
            StoreFailures.explained(each, () -> {
                try (StoreScan scan = StoreScan.open(each.directory())) {
                    boolean isAlone = scan.clusterId() == 0;
                    Group group = new Group(scan.clusterId(), scan.groupNumber(), isAlone ? each.name() : "");
                    Candidate candidate = new Candidate(each, scan.applied());
                    return best.merge(
                            group, candidate, (old, more) -> more.applied().compareTo(old.applied()) > 0 ? more : old);
                }
            });
        }
        List<Found> chosen = new ArrayList<>();
        best.values().forEach(candidate -> chosen.add(candidate.found()));
        if (chosen.size() < found.size() && console().terminal().err()) {
            console()
                    .errorLine("titan: reading " + chosen.size() + " of " + found.size()
                            + " stores: the others are replicas of the same shards");
        }
        return chosen;
    }

    private boolean scan(Found found, long start, long end, Scanning scanning) {
        try (StoreDirectories.Hold _ = StoreDirectories.hold(found.directory());
                StoreScan scan = StoreScan.open(found.directory())) {
            boolean hasKeysOfOurs = scan.clusterId() != 0;
            scan.run(start, end, !isKeysOnly, record -> scanning.take(record, hasKeysOfOurs));
            return true;
        } catch (IOException e) {
            throw new CliException(ExitCode.REFUSED, "cannot let " + found.name() + " go: " + e.getMessage(), e);
        }
    }

    /** Prints the records of one store. */
    private final class Scanning {
        private final List<Found> stores;
        private final int store;
        private final StoreProgress progress;
        private final ByteString wanted;
        private long bytes;

        Scanning(List<Found> stores, int store, StoreProgress progress, ByteString wanted) {
            this.stores = stores;
            this.store = store;
            this.progress = progress;
            this.wanted = wanted;
        }

        /** False when no more is wanted. */
        boolean take(StoredRecord record, boolean isStoredKey) {
            Key key = isStoredKey
                    ? Key.fromStored(record.keyArray())
                    : Key.of(UnsafeByteOperations.unsafeWrap(record.keyArray()));
            bytes += record.place().recordBytes();
            // Tokens are spread evenly: how far round the ring tells how far through the store.
            double part = Math.max(1e-9, (record.token() >>> 11) * 0x1.0p-53);
            progress.update(stores, store, "", bytes, (long) (bytes / part));
            if (!key.bytes().startsWith(wanted)) {
                return true;
            }
            console()
                    .println(
                            isKeysOnly
                                    ? JsonRecord.keyLine(key)
                                    : new JsonRecord(key, UnsafeByteOperations.unsafeWrap(record.valueArray()))
                                            .toLine());
            printed++;
            return !isEnough();
        }
    }
}
