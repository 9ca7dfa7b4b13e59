package io.titankv.multiraft.snapshot;

import io.grpc.Channel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.titankv.model.LogPosition;
import io.titankv.model.NodeId;
import io.titankv.multiraft.snapshot.CheckpointSource.CheckpointFile;
import io.titankv.multiraft.snapshot.FetchRoom.NoRoomException;
import io.titankv.proto.internal.v1.CloseCheckpointRequest;
import io.titankv.proto.internal.v1.OpenCheckpointRequest;
import io.titankv.proto.internal.v1.OpenCheckpointResponse;
import io.titankv.proto.internal.v1.ReadFileRequest;
import io.titankv.proto.internal.v1.ReadFileResponse;
import io.titankv.proto.internal.v1.ReplicaFilesGrpc;
import io.titankv.proto.internal.v1.ReplicaFilesGrpc.ReplicaFilesBlockingStub;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Fetches checkpoints from peers: only the files that are not here, each whole and checked, going on where a broken stream or an
 * earlier try left off. When it says that a checkpoint is there, it survives a power loss. Works on a few threads of its own.
 * Thread-safe; one fetch for one directory at a time.
 */
public final class CheckpointFetcher implements StateFetcher, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(CheckpointFetcher.class);

    private static final int THREADS = 2;
    private static final int FETCHES_QUEUED_MAX = 256;

    private static final Duration OPEN_TIMEOUT = Duration.ofSeconds(60);
    private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(5);

    /** A stream is begun anew after this time, so that one to a peer that fell silent ends. */
    private static final Duration STREAM_TIMEOUT = Duration.ofSeconds(30);

    /** A file is given up when so many streams in a row brought nothing. */
    private static final int FRUITLESS_STREAMS_MAX = 5;

    private final String clusterId;
    private final Function<NodeId, Channel> channels;
    private final FetchRoom room;
    private final Duration pauseAfterBreak;
    private final Duration pauseWithoutRoom;
    private final ThreadPoolExecutor threads;
    private final CopyPace pace = new CopyPace();
    private final LongAdder filesFetched = new LongAdder();
    private final LongAdder filesKept = new LongAdder();
    private final LongAdder bytesFetched = new LongAdder();

    /**
     * One that fetches nothing yet.
     *
     * @param channels to the nodes' ReplicaFiles services
     * @param disk on which it all goes
     */
    public CheckpointFetcher(String clusterId, Function<NodeId, Channel> channels, DiskRoom disk) {
        this(clusterId, channels, disk, Duration.ofMillis(200), Duration.ofSeconds(5));
    }

    /** @param pauseWithoutRoom after which one that finds no room ends: whoever wants it asks again at once */
    CheckpointFetcher(
            String clusterId,
            Function<NodeId, Channel> channels,
            DiskRoom disk,
            Duration pauseAfterBreak,
            Duration pauseWithoutRoom) {
        this.clusterId = clusterId;
        this.channels = channels;
        this.pauseAfterBreak = pauseAfterBreak;
        this.pauseWithoutRoom = pauseWithoutRoom;
        room = new FetchRoom(disk);
        this.threads = new ThreadPoolExecutor(
                THREADS,
                THREADS,
                30,
                TimeUnit.SECONDS,
                new ArrayBlockingQueue<>(FETCHES_QUEUED_MAX),
                Thread.ofPlatform().daemon().name("titan-fetch-", 0).factory());
        this.threads.allowCoreThreadTimeOut(true);
    }

    /**
     * What was done since the start.
     *
     * @param filesFetched files that came from peers
     * @param filesKept files that were here already
     * @param bytesFetched bytes that came from peers
     */
    public record Counts(long filesFetched, long filesKept, long bytesFetched) {}

    /** What may come from peers in a second from now on, bytes, all fetches together; 0: as much as it can. */
    public void limit(long bytesPerSecondMax) {
        pace.limit(bytesPerSecondMax);
    }

    public Counts counts() {
        return new Counts(filesFetched.sum(), filesKept.sum(), bytesFetched.sum());
    }

    @Override
    public CompletableFuture<Optional<LogPosition>> fetch(FetchRequest request) {
        CompletableFuture<Optional<LogPosition>> fetched = new CompletableFuture<>();
        try {
            threads.execute(() -> {
                try {
                    fetched.complete(fetchNow(request));
                } catch (Throwable e) {
                    LOG.atWarn()
                            .addKeyValue("group", request.group())
                            .addKeyValue("source", request.source())
                            .setCause(e)
                            .log("fetching a group's state failed; it will be tried again");
                    Duration pause = e instanceof NoRoomException ? pauseWithoutRoom : Duration.ZERO;
                    CompletableFuture.delayedExecutor(pause.toMillis(), TimeUnit.MILLISECONDS)
                            .execute(() -> fetched.completeExceptionally(e));
                }
            });
        } catch (RejectedExecutionException e) {
            fetched.completeExceptionally(e);
        }
        return fetched;
    }

    @Override
    public void close() {
        threads.shutdownNow();
    }

    private Optional<LogPosition> fetchNow(FetchRequest request) throws IOException, InterruptedException {
        ReplicaFilesBlockingStub peer = ReplicaFilesGrpc.newBlockingStub(channels.apply(request.source()));
        Optional<OpenCheckpointResponse> opened = open(peer, request);
        if (opened.isEmpty()) {
            return Optional.empty();
        }
        OpenCheckpointResponse checkpoint = opened.get();
        Path base = request.incoming().resolveSibling("base");
        try {
            LogPosition position = new LogPosition(checkpoint.getTerm(), checkpoint.getIndex());
            if (position.index() <= request.have().index()) {
                return Optional.empty();
            }
            List<WantedFile> wanted = WantedFile.of(checkpoint);
            GenerationDirectory.createDurably(request.incoming());
            deleteUnwanted(request.incoming(), wanted);
            Set<CheckpointFile> local = localFiles(request, base);
            try (FetchRoom.Taken _ = room.take(WantedFile.bytesMissing(wanted, request.incoming(), local))) {
                for (WantedFile file : wanted) {
                    provide(peer, checkpoint.getCheckpointId(), file, request.incoming(), base, local);
                }
            }
            GenerationDirectory.syncDirectory(request.incoming());
            return Optional.of(position);
        } catch (NoRoomException e) {
            GenerationDirectory.deleteTree(request.incoming()); // what an earlier try left is in the way of others
            throw e;
        } finally {
            GenerationDirectory.deleteTree(base);
            closeQuietly(peer, checkpoint.getCheckpointId());
        }
    }

    private Optional<OpenCheckpointResponse> open(ReplicaFilesBlockingStub peer, FetchRequest request) {
        try {
            return Optional.of(peer.withDeadlineAfter(OPEN_TIMEOUT)
                    .openCheckpoint(OpenCheckpointRequest.newBuilder()
                            .setClusterId(clusterId)
                            .setGroup(request.group().toString())
                            .setFirstInLog(request.firstInLog())
                            .build()));
        } catch (StatusRuntimeException e) {
            if (e.getStatus().getCode() == Status.Code.FAILED_PRECONDITION) {
                return Optional.empty();
            }
            throw e;
        }
    }

    private static void deleteUnwanted(Path incoming, List<WantedFile> wanted) throws IOException {
        Set<String> names = new HashSet<>();
        wanted.forEach(file -> {
            names.add(file.file().name());
            names.add(file.file().name() + WantedFile.PART);
        });
        try (DirectoryStream<Path> children = Files.newDirectoryStream(incoming)) {
            for (Path child : children) {
                if (!names.contains(child.getFileName().toString())) {
                    GenerationDirectory.deleteTree(child);
                }
            }
        }
    }

    /**
     * Makes a checkpoint of what is here. Its files are sealed, so that linking them is safe although the state goes on; files of
     * the state itself may still grow.
     */
    private static Set<CheckpointFile> localFiles(FetchRequest request, Path base)
            throws IOException, InterruptedException {
        GenerationDirectory.deleteTree(base);
        if (request.local().isEmpty()) {
            return Set.of();
        }
        try {
            return Set.copyOf(request.local()
                    .get()
                    .checkpoint(base)
                    .get(OPEN_TIMEOUT.toSeconds(), TimeUnit.SECONDS)
                    .files());
        } catch (ExecutionException | TimeoutException e) {
            LOG.atWarn()
                    .addKeyValue("group", request.group())
                    .setCause(e)
                    .log("no files of the old state can be used: all are fetched");
            return Set.of();
        }
    }

    private void provide(
            ReplicaFilesBlockingStub peer,
            String checkpointId,
            WantedFile wanted,
            Path incoming,
            Path base,
            Set<CheckpointFile> local)
            throws IOException, InterruptedException {
        CheckpointFile file = wanted.file();
        Path target = incoming.resolve(file.name());
        if (Files.exists(target)) {
            if (wanted.is(target)) {
                filesKept.increment();
                return;
            }
            Files.delete(target);
        }
        if (local.contains(file) && FileChecksums.ofTail(base.resolve(file.name())) == wanted.tailHash()) {
            Files.createLink(target, base.resolve(file.name()));
            filesKept.increment();
            return;
        }
        Path part = incoming.resolve(file.name() + WantedFile.PART);
        boolean begunEarlier = Files.exists(part);
        download(peer, checkpointId, file, part);
        if (!wanted.is(part)) {
            Files.delete(part);
            if (!begunEarlier) {
                throw new IOException("a file came with a wrong checksum: " + file.name());
            }
            // What was here may have been a part of another file of the same name.
            download(peer, checkpointId, file, part);
            if (!wanted.is(part)) {
                Files.delete(part);
                throw new IOException("a file came twice with a wrong checksum: " + file.name());
            }
        }
        GenerationDirectory.syncFile(part);
        Files.move(part, target, StandardCopyOption.ATOMIC_MOVE);
        filesFetched.increment();
    }

    private void download(ReplicaFilesBlockingStub peer, String checkpointId, CheckpointFile file, Path part)
            throws IOException, InterruptedException {
        int fruitless = 0;
        try (FileChannel channel =
                FileChannel.open(part, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            if (channel.size() > file.bytes()) {
                channel.truncate(0);
            }
            while (channel.size() < file.bytes()) {
                long before = channel.size();
                try {
                    downloadFrom(before, peer, checkpointId, file, channel);
                } catch (StatusRuntimeException | BrokenStreamException e) {
                    fruitless = channel.size() > before ? 0 : fruitless + 1;
                    if (fruitless >= FRUITLESS_STREAMS_MAX || isFinal(e)) {
                        throw e;
                    }
                    Thread.sleep(pauseAfterBreak);
                }
            }
        }
    }

    private void downloadFrom(
            long offset, ReplicaFilesBlockingStub peer, String checkpointId, CheckpointFile file, FileChannel channel)
            throws IOException {
        Iterator<ReadFileResponse> chunks = peer.withDeadlineAfter(STREAM_TIMEOUT)
                .readFile(ReadFileRequest.newBuilder()
                        .setCheckpointId(checkpointId)
                        .setName(file.name())
                        .setOffset(offset)
                        .build());
        long next = offset;
        while (chunks.hasNext()) {
            ReadFileResponse chunk = chunks.next();
            ByteBuffer data = chunk.getData().asReadOnlyByteBuffer();
            if (chunk.getOffset() != next
                    || data.remaining() > file.bytes() - next
                    || FileChecksums.of(data.duplicate()) != chunk.getCrc32C()) {
                throw new BrokenStreamException(
                        "a chunk is not what was asked for or was damaged: " + file.name() + " at offset " + next);
            }
            while (data.hasRemaining()) {
                next += channel.write(data, next);
            }
            bytesFetched.add(chunk.getData().size());
            pace.came(chunk.getData().size());
        }
        if (next < file.bytes()) {
            throw new BrokenStreamException("a stream ended early: " + file.name() + " at offset " + next);
        }
    }

    private static boolean isFinal(Exception failure) {
        return failure instanceof StatusRuntimeException status
                && (status.getStatus().getCode() == Status.Code.NOT_FOUND
                        || status.getStatus().getCode() == Status.Code.DATA_LOSS
                        || status.getStatus().getCode() == Status.Code.OUT_OF_RANGE);
    }

    private static void closeQuietly(ReplicaFilesBlockingStub peer, String checkpointId) {
        try {
            var _ = peer.withDeadlineAfter(CLOSE_TIMEOUT)
                    .closeCheckpoint(CloseCheckpointRequest.newBuilder()
                            .setCheckpointId(checkpointId)
                            .build());
        } catch (StatusRuntimeException e) {
            // Its lease will end it.
            LOG.atDebug().setCause(e).log("a checkpoint could not be closed at its peer");
        }
    }

    /** A stream brought something else than the file, or less. */
    private static final class BrokenStreamException extends IOException {
        private static final long serialVersionUID = 1L;

        BrokenStreamException(String message) {
            super(message);
        }
    }
}
