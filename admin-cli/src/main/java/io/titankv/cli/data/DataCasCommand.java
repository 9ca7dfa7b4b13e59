package io.titankv.cli.data;

import com.google.protobuf.ByteString;
import io.titankv.cli.common.CliException;
import io.titankv.cli.common.Context;
import io.titankv.cli.common.ExitCode;
import io.titankv.cli.common.KeyOptions;
import io.titankv.cli.common.TitanCommand;
import io.titankv.cli.common.WriteFlags;
import io.titankv.client.BlockingTitanClient;
import io.titankv.client.Condition;
import io.titankv.client.ReadOptions;
import io.titankv.client.TitanException;
import io.titankv.client.Versioned;
import io.titankv.client.WriteOptions;
import io.titankv.client.WriteResult;
import io.titankv.model.Key;
import io.titankv.model.Version;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "cas",
        description = "Store a value, or delete the key, if it is as expected. Ends with 1 when it is not")
final class DataCasCommand extends TitanCommand {
    @Parameters(index = "0", paramLabel = "KEY")
    private String keyTyped = "";

    @Parameters(index = "1", arity = "0..1", paramLabel = "VALUE", description = "The value; or give --file")
    private @Nullable String valueTyped;

    @Mixin
    private ValueInput input = new ValueInput();

    @Option(names = "--delete", description = "Delete the key instead of storing a value")
    private boolean isDelete;

    @ArgGroup(multiplicity = "1")
    private Expectation expectation = new Expectation();

    @Mixin
    private KeyOptions keys = new KeyOptions();

    @Mixin
    private WriteFlags write = new WriteFlags();

    /** Exactly one of these. */
    static final class Expectation {
        @Option(names = "--expect-version", paramLabel = "VERSION", description = "The version that the key must have")
        private @Nullable Long version;

        @Option(names = "--expect-absent", description = "There must be no such key")
        @SuppressWarnings("unused") // what is left when the others are not given
        private boolean isAbsent;

        @Option(names = "--expect-value", paramLabel = "VALUE", description = "The value that the key must have")
        private @Nullable String value;
    }

    DataCasCommand(Context context) {
        super(context);
    }

    @Override
    protected int run() {
        Key key = keys.key(keyTyped);
        if (isDelete && (valueTyped != null || input.isFileGiven())) {
            throw CliException.usage("give a value or --delete, not both");
        }
        Optional<ByteString> value = isDelete ? Optional.empty() : Optional.of(input.read(valueTyped, keys, console()));
        BlockingTitanClient client = context.connections().client(global()).blocking();
        if (expectation.value != null) {
            return ifValueIs(client, key, keys.bytes(expectation.value), value);
        }
        Condition condition =
                expectation.version != null ? Condition.versionIs(version(expectation.version)) : Condition.absent();
        try {
            return done(key, write(client, key, value, condition));
        } catch (TitanException.ConditionFailed e) {
            return refused(key, e);
        }
    }

    private static Version version(long number) {
        try {
            return new Version(number);
        } catch (IllegalArgumentException e) {
            throw CliException.usage("--expect-version: " + e.getMessage());
        }
    }

    /** Reads, compares, and writes on condition of the version read; anew when another writer came between. */
    private int ifValueIs(BlockingTitanClient client, Key key, ByteString expected, Optional<ByteString> value) {
        long deadlineNanos = System.nanoTime() + global().timeout().toNanos();
        while (true) {
            Optional<Versioned> found = client.get(key, ReadOptions.DEFAULT);
            if (found.isEmpty()) {
                console().errorLine("titan: condition false: there is no key " + keys.show(key.bytes()));
                return ExitCode.NOT_FOUND;
            }
            if (!found.get().value().equals(expected)) {
                console()
                        .errorLine("titan: condition false: the value of " + keys.show(key.bytes())
                                + " is another one, at version " + found.get().version());
                return ExitCode.NOT_FOUND;
            }
            try {
                Condition condition = Condition.versionIs(found.get().version());
                return done(key, write(client, key, value, condition));
            } catch (TitanException.ConditionFailed e) {
                if (System.nanoTime() - deadlineNanos > 0) {
                    return refused(key, e);
                }
            }
        }
    }

    private WriteResult write(BlockingTitanClient client, Key key, Optional<ByteString> value, Condition condition) {
        WriteOptions options = write.options().withCondition(condition);
        return value.isPresent() ? client.put(key, value.get(), options) : client.delete(key, options);
    }

    private int done(Key key, WriteResult result) {
        String what = isDelete ? "deleted" : "stored";
        WriteReport.print(key, what, result.version(), keys, console(), context.format());
        return ExitCode.OK;
    }

    private int refused(Key key, TitanException.ConditionFailed failure) {
        Version current = failure.currentVersion();
        String name = keys.show(key.bytes());
        console()
                .errorLine("titan: condition false: "
                        + (current.equals(Version.ABSENT)
                                ? "there is no key " + name
                                : "the version of " + name + " is " + current));
        return ExitCode.NOT_FOUND;
    }
}
