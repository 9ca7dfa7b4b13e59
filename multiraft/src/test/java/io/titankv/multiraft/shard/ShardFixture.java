package io.titankv.multiraft.shard;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import io.titankv.model.Epoch;
import io.titankv.model.GroupId;
import io.titankv.model.LogPosition;
import io.titankv.model.TokenRange;
import io.titankv.model.Version;
import io.titankv.multiraft.host.ProposeOutcome;
import io.titankv.multiraft.snapshot.GenerationDirectory;
import io.titankv.proto.durable.v1.ShardResult;
import io.titankv.proto.durable.v1.WriteOperation;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** One shard's state machine over a store in memory, and the log that it was given, so that any part can be given again. */
final class ShardFixture {
    static final GroupId GROUP = new GroupId(1);

    record Logged(LogPosition position, ByteString entry, ByteString result) {}

    final SimStore.Disk disk = new SimStore.Disk();
    final List<Logged> log = new ArrayList<>();
    final List<String> corruptions = new ArrayList<>();

    @Nullable
    SimStore store;

    ShardStateMachine machine;
    long nowMillis = 1_000_000;

    /** One for all: the stores lie in memory, and each fixture made anew would cost several fsyncs. */
    private static final Path DIRECTORY = temporary();

    ShardFixture() {
        machine = fresh();
        machine.open();
    }

    /** With the whole ring. */
    static ShardFixture owningAll() {
        ShardFixture fixture = new ShardFixture();
        fixture.assign(new Epoch(1), List.of(TokenRange.WHOLE));
        return fixture;
    }

    private ShardStateMachine fresh() {
        return new ShardStateMachine(
                GROUP,
                generations(),
                path -> {
                    SimStore opened = disk.store(path);
                    store = opened;
                    return opened;
                },
                request -> CompletableFuture.failedFuture(new IllegalStateException("no peers")),
                (group, what) -> corruptions.add(what),
                () -> {},
                () -> {});
    }

    static GenerationDirectory generations() {
        return new GenerationDirectory(DIRECTORY, "sim");
    }

    private static Path temporary() {
        try {
            return Files.createTempDirectory("shard");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    SimStore store() {
        return Invariants.present(store, "the store is open");
    }

    boolean assign(Epoch epoch, List<TokenRange> ranges) {
        return parse(give(ShardCommands.assignRanges(epoch, ranges)))
                .getAssignRanges()
                .getStands();
    }

    WriteOutcome write(ShardWrite write) {
        return writeEntry(List.of(List.of(write))).getFirst();
    }

    List<WriteOutcome> atomically(ShardWrite... writes) {
        return writeEntry(List.of(List.of(writes)));
    }

    /** One entry of groups; a group of one stands alone. */
    List<WriteOutcome> writeEntry(List<List<ShardWrite>> groups) {
        List<WriteOperation> operations = operations(groups);
        ByteString result = give(ShardCommands.write(Version.atMillis(nowMillis).value(), operations));
        return WriteOutcomes.of(
                new ProposeOutcome.Applied(log.getLast().position(), result), operations.size(), Duration.ofMillis(1));
    }

    static List<WriteOperation> operations(List<List<ShardWrite>> groups) {
        List<WriteOperation> operations = new ArrayList<>();
        for (int i = 0; i < groups.size(); i++) {
            int number = groups.get(i).size() == 1 ? 0 : i + 1;
            groups.get(i).forEach(write -> operations.add(ShardCommands.operation(write, number)));
        }
        return operations;
    }

    /** Appends an entry to the log and applies it. */
    ByteString give(ByteString entry) {
        LogPosition position = new LogPosition(1 + log.size() / 10, log.size());
        ByteString result = machine.apply(position, entry);
        log.add(new Logged(position, entry, result));
        return result;
    }

    /** Power is lost, so many batches are found again, and what the log holds behind them is applied again. */
    void crashKeeping(int batches) {
        disk.crashKeeping(batches);
        machine = fresh();
        LogPosition recovered = machine.open();
        for (Logged logged : log) {
            if (logged.position().index() > recovered.index()) {
                ByteString result = machine.apply(logged.position(), logged.entry());
                Invariants.check(result.equals(logged.result()), "applying again gives the same results");
            }
        }
    }

    static ShardResult parse(ByteString result) {
        try {
            return ShardResult.parseFrom(result);
        } catch (InvalidProtocolBufferException e) {
            throw new AssertionError(e);
        }
    }
}
