package io.titankv.multiraft.snapshot;

import com.google.common.base.Ticker;
import com.google.protobuf.UnsafeByteOperations;
import io.grpc.Status;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import io.titankv.model.GroupId;
import io.titankv.multiraft.snapshot.CheckpointSource.CheckpointFile;
import io.titankv.multiraft.snapshot.CheckpointSource.CheckpointFiles;
import io.titankv.proto.internal.v1.CloseCheckpointRequest;
import io.titankv.proto.internal.v1.CloseCheckpointResponse;
import io.titankv.proto.internal.v1.OpenCheckpointRequest;
import io.titankv.proto.internal.v1.OpenCheckpointResponse;
import io.titankv.proto.internal.v1.ReadFileRequest;
import io.titankv.proto.internal.v1.ReadFileResponse;
import io.titankv.proto.internal.v1.ReplicaFilesGrpc;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Gives peers checkpoints of the groups here, file by file. A checkpoint is kept until it is closed or was not named for {@link
 * #LEASE}; at most {@link #CHECKPOINTS_MAX} at a time. Files are read on threads of its own, no faster than the peer takes them.
 * Thread-safe.
 */
public final class CheckpointServer extends ReplicaFilesGrpc.ReplicaFilesImplBase implements AutoCloseable {
    static final Duration LEASE = Duration.ofSeconds(60);
    static final int CHECKPOINTS_MAX = 8;
    static final int CHUNK_BYTES = 256 << 10;

    private static final Logger LOG = LoggerFactory.getLogger(CheckpointServer.class);
    private static final int THREADS = 2;
    private static final Duration LOOK_EVERY = Duration.ofSeconds(10);

    /** A checkpoint that a peer may read. */
    private final class Opened {
        final Path directory;
        final Map<String, CheckpointFile> files;
        final AtomicInteger streams = new AtomicInteger();
        volatile long usedNanos;

        Opened(Path directory, CheckpointFiles files) {
            this.directory = directory;
            this.files = files.files().stream().collect(Collectors.toMap(CheckpointFile::name, Function.identity()));
            touch();
        }

        void touch() {
            usedNanos = ticker.read();
        }

        boolean leaseOver() {
            return streams.get() == 0 && ticker.read() - usedNanos > LEASE.toNanos();
        }
    }

    private final String clusterId;
    private final Path directory;
    private final CheckpointRegistry registry;
    private final Ticker ticker;
    private final ScheduledExecutorService threads;
    private final Semaphore room = new Semaphore(CHECKPOINTS_MAX);
    private final Map<String, Opened> opened = new ConcurrentHashMap<>();

    private CheckpointServer(String clusterId, Path directory, CheckpointRegistry registry, Ticker ticker) {
        this.clusterId = clusterId;
        this.directory = directory;
        this.registry = registry;
        this.ticker = ticker;
        this.threads = Executors.newScheduledThreadPool(
                THREADS,
                Thread.ofPlatform().daemon().name("titan-checkpoint-", 0).factory());
    }

    /**
     * Starts the server's threads.
     *
     * @param directory for checkpoints, on the same file system as the groups' states; what an earlier run left there is deleted
     */
    public static CheckpointServer start(String clusterId, Path directory, CheckpointRegistry registry)
            throws IOException {
        return start(clusterId, directory, registry, Ticker.systemTicker());
    }

    static CheckpointServer start(String clusterId, Path directory, CheckpointRegistry registry, Ticker ticker)
            throws IOException {
        GenerationDirectory.deleteTree(directory);
        GenerationDirectory.createDurably(directory);
        CheckpointServer server = new CheckpointServer(clusterId, directory, registry, ticker);
        var _ = server.threads.scheduleWithFixedDelay(
                server::closeExpired, LOOK_EVERY.toMillis(), LOOK_EVERY.toMillis(), TimeUnit.MILLISECONDS);
        return server;
    }

    @Override
    public void openCheckpoint(OpenCheckpointRequest request, StreamObserver<OpenCheckpointResponse> answer) {
        if (!request.getClusterId().equals(clusterId)) {
            fail(answer, Status.FAILED_PRECONDITION, "this node belongs to another cluster");
            return;
        }
        GroupId group;
        try {
            group = GroupId.parse(request.getGroup());
        } catch (IllegalArgumentException e) {
            fail(answer, Status.INVALID_ARGUMENT, String.valueOf(e.getMessage()));
            return;
        }
        CheckpointSource source = registry.source(group).orElse(null);
        if (source == null) {
            fail(answer, Status.NOT_FOUND, "no such group on this node: " + group);
        } else if (!room.tryAcquire()) {
            fail(answer, Status.RESOURCE_EXHAUSTED, "too many checkpoints are open: " + CHECKPOINTS_MAX);
        } else {
            threads.execute(() -> open(source, request.getFirstInLog(), answer));
        }
    }

    @Override
    public void readFile(ReadFileRequest request, StreamObserver<ReadFileResponse> answer) {
        Opened checkpoint = opened.get(request.getCheckpointId());
        CheckpointFile file = checkpoint == null ? null : checkpoint.files.get(request.getName());
        if (checkpoint == null || file == null) {
            fail(answer, Status.NOT_FOUND, "no such checkpoint, or no such file in it: " + request.getName());
            return;
        }
        if (Long.compareUnsigned(request.getOffset(), file.bytes()) > 0) {
            fail(answer, Status.OUT_OF_RANGE, "the file has " + file.bytes() + " bytes");
            return;
        }
        checkpoint.streams.incrementAndGet();
        checkpoint.touch();
        new FileStream(
                        checkpoint,
                        checkpoint.directory.resolve(file.name()),
                        request.getOffset(),
                        file.bytes(),
                        (ServerCallStreamObserver<ReadFileResponse>) answer)
                .start();
    }

    @Override
    public void closeCheckpoint(CloseCheckpointRequest request, StreamObserver<CloseCheckpointResponse> answer) {
        String id = request.getCheckpointId();
        threads.execute(() -> {
            close(id);
            answer.onNext(CloseCheckpointResponse.getDefaultInstance());
            answer.onCompleted();
        });
    }

    /** Checkpoints that peers hold now. */
    public int openCheckpoints() {
        return opened.size();
    }

    void closeExpired() {
        opened.forEach((id, checkpoint) -> {
            if (checkpoint.leaseOver()) {
                LOG.atInfo().addKeyValue("checkpoint", id).log("the lease of a checkpoint ran out");
                close(id);
            }
        });
    }

    @Override
    public void close() {
        threads.shutdownNow();
        opened.keySet().forEach(this::close);
    }

    private void open(CheckpointSource source, long firstInLog, StreamObserver<OpenCheckpointResponse> answer) {
        String id = UUID.randomUUID().toString();
        Path target = directory.resolve(id);
        CheckpointFiles files;
        OpenCheckpointResponse.Builder response = OpenCheckpointResponse.newBuilder();
        try {
            files = source.checkpoint(target).join();
            for (CheckpointFile file : files.files()) {
                response.addFiles(io.titankv.proto.internal.v1.CheckpointFile.newBuilder()
                        .setName(file.name())
                        .setBytes(file.bytes())
                        .setCrc32C(file.crc32c())
                        .setTailHash(FileChecksums.ofTail(target.resolve(file.name()))));
            }
        } catch (IOException | RuntimeException e) {
            LOG.atWarn().setCause(e).log("no checkpoint can be made");
            giveUp(target);
            fail(answer, Status.INTERNAL, "no checkpoint can be made: " + e.getMessage());
            return;
        }
        if (files.position().index() < firstInLog - 1) {
            giveUp(target);
            fail(answer, Status.FAILED_PRECONDITION, "the state here is as of " + files.position());
            return;
        }
        opened.put(id, new Opened(target, files));
        response.setCheckpointId(id)
                .setTerm(files.position().term())
                .setIndex(files.position().index());
        answer.onNext(response.build());
        answer.onCompleted();
    }

    private void giveUp(Path target) {
        room.release();
        delete(target);
    }

    private void close(String id) {
        Opened checkpoint = opened.remove(id);
        if (checkpoint != null) {
            room.release();
            delete(checkpoint.directory);
        }
    }

    private static void delete(Path target) {
        try {
            GenerationDirectory.deleteTree(target);
        } catch (IOException e) {
            // Only space is lost, until the next start deletes it.
            LOG.atWarn().addKeyValue("directory", target).setCause(e).log("a checkpoint cannot be deleted");
        }
    }

    private static void fail(StreamObserver<?> answer, Status status, String why) {
        answer.onError(status.withDescription(why).asRuntimeException());
    }

    /** One file on its way to a peer. Runs on the server's threads, one at a time. */
    private final class FileStream {
        private final Opened checkpoint;
        private final Path file;
        private final long end;
        private final ServerCallStreamObserver<ReadFileResponse> peer;
        private long offset;
        private @Nullable FileChannel channel;
        private boolean done;

        FileStream(
                Opened checkpoint, Path file, long offset, long end, ServerCallStreamObserver<ReadFileResponse> peer) {
            this.checkpoint = checkpoint;
            this.file = file;
            this.offset = offset;
            this.end = end;
            this.peer = peer;
        }

        void start() {
            peer.setOnReadyHandler(() -> threads.execute(this::pump));
            peer.setOnCancelHandler(() -> threads.execute(this::finish));
        }

        private synchronized void pump() {
            try {
                while (!done && peer.isReady()) {
                    if (offset == end) {
                        finish();
                        peer.onCompleted();
                    } else {
                        peer.onNext(next());
                    }
                }
            } catch (IOException e) {
                finish();
                LOG.atError().addKeyValue("file", file).setCause(e).log("a file of a checkpoint cannot be read");
                fail(peer, Status.DATA_LOSS, "the file cannot be read: " + file.getFileName());
            }
        }

        private ReadFileResponse next() throws IOException {
            FileChannel open = channel;
            if (open == null) {
                open = FileChannel.open(file, StandardOpenOption.READ);
                channel = open;
            }
            checkpoint.touch();
            ByteBuffer chunk = ByteBuffer.allocate((int) Math.min(CHUNK_BYTES, end - offset));
            while (chunk.hasRemaining()) {
                if (open.read(chunk, offset + chunk.position()) < 0) {
                    throw new IOException("the file is shorter than it was: " + file);
                }
            }
            chunk.flip();
            ReadFileResponse response = ReadFileResponse.newBuilder()
                    .setOffset(offset)
                    .setCrc32C(FileChecksums.of(chunk.duplicate()))
                    .setData(UnsafeByteOperations.unsafeWrap(chunk))
                    .build();
            offset += chunk.remaining();
            return response;
        }

        private synchronized void finish() {
            if (done) {
                return;
            }
            done = true;
            checkpoint.touch();
            checkpoint.streams.decrementAndGet();
            FileChannel open = channel;
            if (open != null) {
                try {
                    open.close();
                } catch (IOException e) {
                    LOG.atWarn().addKeyValue("file", file).setCause(e).log("a file that was read cannot be closed");
                }
            }
        }
    }
}
