package io.titankv.placement.run;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import io.titankv.model.GroupId;
import io.titankv.model.LogPosition;
import io.titankv.model.NodeId;
import io.titankv.multiraft.host.ReplicatedStateMachine;
import io.titankv.multiraft.snapshot.CheckpointSource;
import io.titankv.multiraft.snapshot.StateFetcher;
import io.titankv.placement.state.PlacementState;
import io.titankv.placement.state.StoredForm;
import io.titankv.placement.state.StoredForm.Positioned;
import io.titankv.proto.durable.v1.PlacementSnapshot;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.stream.Stream;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * The placement state as Raft replicates it. In memory, with a file {@code placement.state} that is replaced as a whole and holds
 * the log position of what is in it; entries after that come again from the Raft log. So each entry is applied exactly once.
 * Methods of the state machine run on the group's apply thread; {@link #current} and {@link #checkpoint} on any.
 */
final class PlacementStateMachine implements ReplicatedStateMachine, CheckpointSource {
    static final String FILE_NAME = "placement.state";

    /** Told of what happens to the replica. Called on Raft's threads: returns at once. */
    interface Events {
        /** The state changed, or was opened. */
        void onState(PlacementState state);

        /** As in {@link ReplicatedStateMachine#onLeadership}. */
        void onLeadership(@Nullable NodeId leader, long term, boolean self);
    }

    private final DurableFiles files;
    private final Path directory;
    private final StateFetcher snapshots;
    /** Runs disk work that must not hold up a Raft thread. */
    private final Executor diskExecutor;

    private final Events events;

    private volatile Positioned current = new Positioned(PlacementState.EMPTY, LogPosition.NONE);

    /** What the file holds. Written from the apply thread and, when a snapshot is staged, from a disk thread. */
    @GuardedBy("this")
    private LogPosition durable = LogPosition.NONE;

    PlacementStateMachine(
            DurableFiles files, Path directory, StateFetcher snapshots, Executor diskExecutor, Events events) {
        this.files = files;
        this.directory = directory;
        this.snapshots = snapshots;
        this.diskExecutor = diskExecutor;
        this.events = events;
    }

    /** The state as of the last applied entry, with its position. */
    Positioned current() {
        return current;
    }

    @Override
    public synchronized LogPosition open() {
        try {
            Files.createDirectories(directory);
            deleteTree(incoming());
            Path file = directory.resolve(FILE_NAME);
            Optional<byte[]> content = files.read(file);
            current = content.isPresent()
                    ? decode(file, content.get())
                    : new Positioned(PlacementState.EMPTY, LogPosition.NONE);
            durable = current.position();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot open the placement state in " + directory, e);
        }
        events.onState(current.state());
        return current.position();
    }

    @Override
    public ByteString apply(LogPosition position, ByteString entry) {
        Positioned before = current;
        if (position.index() <= before.position().index()) {
            throw new IllegalStateException(
                    "entry " + position + " is applied already, the state is at " + before.position());
        }
        PlacementState.Applied applied = StoredForm.apply(before.state(), entry);
        current = new Positioned(applied.state(), position);
        if (applied.state().revision() != before.state().revision()) {
            events.onState(applied.state());
        }
        return applied.result().toBytes();
    }

    @Override
    public void skipped(LogPosition position) {
        if (position.index() > current.position().index()) {
            current = new Positioned(current.state(), position);
        }
    }

    @Override
    public synchronized LogPosition makeDurable() {
        Positioned now = current;
        if (now.position().index() > durable.index()) {
            try {
                files.replace(directory.resolve(FILE_NAME), encode(now));
            } catch (IOException e) {
                throw new UncheckedIOException("cannot write the placement state in " + directory, e);
            }
            durable = now.position();
        }
        // A staged snapshot may be ahead of what is open: the file must not go back, and nothing after `now` may be
        // claimed.
        return durable.index() <= now.position().index() ? durable : now.position();
    }

    @Override
    public CompletableFuture<@Nullable LogPosition> stageSnapshot(NodeId leader, LogPosition firstInLog) {
        StateFetcher.FetchRequest request = new StateFetcher.FetchRequest(
                GroupId.PLACEMENT, leader, firstInLog.index(), current.position(), incoming(), Optional.empty());
        return snapshots
                .fetch(request)
                .thenApplyAsync(fetched -> fetched.isEmpty() ? null : adopt(fetched.get()), diskExecutor);
    }

    private synchronized @Nullable LogPosition adopt(LogPosition fetched) {
        try {
            Path file = incoming().resolve(FILE_NAME);
            byte[] content = files.read(file).orElseThrow(() -> new DamagedFileException(file, "was not fetched"));
            Positioned incoming = decode(file, content);
            if (!incoming.position().equals(fetched)) {
                throw new DamagedFileException(
                        file, "is at " + incoming.position() + ", and was fetched as " + fetched);
            }
            if (incoming.position().index() <= current.position().index()) {
                return null;
            }
            files.replace(directory.resolve(FILE_NAME), content);
            durable = incoming.position();
            deleteTree(incoming());
            return incoming.position();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot adopt the placement state fetched to " + incoming(), e);
        }
    }

    @Override
    public CompletableFuture<CheckpointFiles> checkpoint(Path target) {
        return CompletableFuture.supplyAsync(
                () -> {
                    Positioned now = current;
                    byte[] content = encode(now);
                    try {
                        Files.createDirectories(target);
                        files.replace(target.resolve(FILE_NAME), content);
                    } catch (IOException e) {
                        throw new UncheckedIOException("cannot write a checkpoint to " + target, e);
                    }
                    CRC32C crc = new CRC32C();
                    crc.update(content);
                    return new CheckpointFiles(
                            now.position(),
                            List.of(new CheckpointFile(FILE_NAME, content.length, (int) crc.getValue())));
                },
                diskExecutor);
    }

    @Override
    public void onLeadership(@Nullable NodeId leader, long term, boolean self) {
        events.onLeadership(leader, term, self);
    }

    @Override
    public synchronized void destroy() {
        try {
            deleteTree(directory);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot delete " + directory, e);
        }
    }

    @Override
    public void close() {
        // Everything that matters is in the Raft log or was made durable.
    }

    private Path incoming() {
        return directory.resolve("incoming");
    }

    private static byte[] encode(Positioned now) {
        return FramedFile.STATE.encode(
                StoredForm.snapshot(now.state(), now.position()).toByteString());
    }

    private static Positioned decode(Path file, byte[] content) {
        try {
            return StoredForm.state(PlacementSnapshot.parseFrom(FramedFile.STATE.decode(file, content)));
        } catch (InvalidProtocolBufferException | IllegalArgumentException e) {
            throw new DamagedFileException(file, "holds no placement state: " + e.getMessage());
        }
    }

    private static void deleteTree(Path directory) throws IOException {
        if (!Files.exists(directory)) {
            return;
        }
        try (Stream<Path> tree = Files.walk(directory)) {
            for (Path path : tree.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        }
    }
}
