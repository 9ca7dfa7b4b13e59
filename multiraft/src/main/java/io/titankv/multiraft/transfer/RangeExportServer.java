package io.titankv.multiraft.transfer;

import com.google.common.base.Ticker;
import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.grpc.Status;
import io.grpc.StatusException;
import io.grpc.stub.StreamObserver;
import io.titankv.model.GroupId;
import io.titankv.model.TokenRange;
import io.titankv.proto.internal.v1.CloseExportRequest;
import io.titankv.proto.internal.v1.CloseExportResponse;
import io.titankv.proto.internal.v1.OpenExportRequest;
import io.titankv.proto.internal.v1.OpenExportResponse;
import io.titankv.proto.internal.v1.RangeExportGrpc;
import io.titankv.proto.internal.v1.ReadExportRequest;
import io.titankv.proto.internal.v1.ReadExportResponse;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Gives peers the records of ranges of the shards here. An export is kept until it is closed or was not read for {@link #LEASE}; at most
 * {@link #EXPORTS_MAX} at a time. Thread-safe.
 */
public final class RangeExportServer extends RangeExportGrpc.RangeExportImplBase implements AutoCloseable {
    static final Duration LEASE = Duration.ofSeconds(30);
    static final int EXPORTS_MAX = 8;
    static final int PART_BYTES_MAX = 16 << 20;
    static final int RANGES_MAX = 4_096;

    private static final Duration PATIENCE = Duration.ofMillis(200);
    private static final Duration LOOK_EVERY = Duration.ofSeconds(5);
    private static final Logger LOG = LoggerFactory.getLogger(RangeExportServer.class);

    private final String clusterId;
    private final Function<GroupId, Optional<? extends ExportSource>> sources;
    private final Ticker ticker;
    private final ExecutorService readers = Executors.newThreadPerTaskExecutor(
            Thread.ofVirtual().name("titan-export-", 0).factory());
    private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().daemon().name("titan-export-lease").factory());
    private final Semaphore room = new Semaphore(EXPORTS_MAX);
    private final Map<String, Opened> opened = new ConcurrentHashMap<>();

    private RangeExportServer(
            String clusterId, Function<GroupId, Optional<? extends ExportSource>> sources, Ticker ticker) {
        this.clusterId = clusterId;
        this.sources = sources;
        this.ticker = ticker;
    }

    /**
     * Starts the server's threads.
     *
     * @param sources the replica of a group on this node
     */
    public static RangeExportServer start(
            String clusterId, Function<GroupId, Optional<? extends ExportSource>> sources) {
        return start(clusterId, sources, Ticker.systemTicker());
    }

    static RangeExportServer start(
            String clusterId, Function<GroupId, Optional<? extends ExportSource>> sources, Ticker ticker) {
        RangeExportServer server = new RangeExportServer(clusterId, sources, ticker);
        var _ = server.timer.scheduleWithFixedDelay(
                server::closeExpired, LOOK_EVERY.toMillis(), LOOK_EVERY.toMillis(), TimeUnit.MILLISECONDS);
        return server;
    }

    /** An export that a peer reads. */
    private final class Opened {
        private final Export export;
        private volatile long usedNanos = ticker.read();

        @GuardedBy("this")
        private long next;

        /** The part before, in case its answer was lost. */
        @GuardedBy("this")
        private @Nullable ReadExportResponse last;

        Opened(Export export) {
            this.export = export;
        }

        synchronized ReadExportResponse read(ReadExportRequest request)
                throws InterruptedException, ExportLostException, StatusException {
            usedNanos = ticker.read();
            ReadExportResponse before = last;
            if (before != null && request.getSequence() == next - 1) {
                return before;
            }
            if (request.getSequence() != next) {
                throw Status.OUT_OF_RANGE
                        .withDescription("part " + request.getSequence() + " is asked for, " + next + " is next")
                        .asException();
            }
            ReadExportResponse part = export.read(request.getBytesMax(), PATIENCE);
            last = part;
            next++;
            usedNanos = ticker.read();
            return part;
        }

        boolean isExpired() {
            return ticker.read() - usedNanos > LEASE.toNanos();
        }
    }

    /** What answers a call. */
    private interface Answering<T> {
        T answer() throws InterruptedException, ExportLostException, StatusException;
    }

    @Override
    public void openExport(OpenExportRequest request, StreamObserver<OpenExportResponse> answer) {
        answer(answer, () -> open(request));
    }

    private OpenExportResponse open(OpenExportRequest request) throws StatusException, ExportLostException {
        if (!request.getClusterId().equals(clusterId)) {
            throw Status.FAILED_PRECONDITION
                    .withDescription("this node belongs to another cluster")
                    .asException();
        }
        GroupId group;
        List<TokenRange> ranges;
        try {
            group = GroupId.parse(request.getGroup());
            ranges = request.getRangesList().stream()
                    .map(range -> new TokenRange(range.getStartInclusive(), range.getEndExclusive()))
                    .toList();
        } catch (IllegalArgumentException e) {
            throw Status.INVALID_ARGUMENT.withDescription(e.getMessage()).asException();
        }
        if (ranges.isEmpty() || ranges.size() > RANGES_MAX) {
            throw Status.INVALID_ARGUMENT
                    .withDescription("an export has 1 to " + RANGES_MAX + " ranges: " + ranges.size())
                    .asException();
        }
        ExportSource source = sources.apply(group)
                .orElseThrow(() -> Status.NOT_FOUND
                        .withDescription("no such group on this node: " + group)
                        .asException());
        if (!room.tryAcquire()) {
            throw Status.RESOURCE_EXHAUSTED
                    .withDescription("too many exports are open: " + EXPORTS_MAX)
                    .asException();
        }
        Export export = null;
        try {
            export = source.openExport(request.getTransfer(), ranges);
        } finally {
            if (export == null) {
                room.release();
            }
        }
        String id = UUID.randomUUID().toString();
        opened.put(id, new Opened(export));
        return OpenExportResponse.newBuilder()
                .setExportId(id)
                .setKeys(export.keys())
                .build();
    }

    @Override
    public void readExport(ReadExportRequest request, StreamObserver<ReadExportResponse> answer) {
        answer(answer, () -> {
            if (request.getBytesMax() < 1 || request.getBytesMax() > PART_BYTES_MAX) {
                throw Status.INVALID_ARGUMENT
                        .withDescription("a part has 1 to " + PART_BYTES_MAX + " bytes: " + request.getBytesMax())
                        .asException();
            }
            Opened export = opened.get(request.getExportId());
            if (export == null) {
                throw Status.NOT_FOUND.withDescription("no such export").asException();
            }
            return export.read(request);
        });
    }

    @Override
    public void closeExport(CloseExportRequest request, StreamObserver<CloseExportResponse> answer) {
        answer(answer, () -> {
            close(request.getExportId());
            return CloseExportResponse.getDefaultInstance();
        });
    }

    private <T> void answer(StreamObserver<T> answer, Answering<T> call) {
        try {
            readers.execute(() -> {
                try {
                    answer.onNext(call.answer());
                    answer.onCompleted();
                } catch (StatusException e) {
                    answer.onError(e);
                } catch (ExportLostException e) {
                    answer.onError(
                            Status.NOT_FOUND.withDescription(e.getMessage()).asException());
                } catch (InterruptedException e) {
                    answer.onError(
                            Status.UNAVAILABLE.withDescription("the node stops").asException());
                } catch (RuntimeException e) {
                    LOG.atError().setCause(e).log("ranges cannot be exported");
                    answer.onError(Status.INTERNAL
                            .withDescription("ranges cannot be exported: " + e.getMessage())
                            .asException());
                }
            });
        } catch (RejectedExecutionException e) {
            answer.onError(Status.UNAVAILABLE.withDescription("the node stops").asException());
        }
    }

    void closeExpired() {
        opened.forEach((id, export) -> {
            if (export.isExpired()) {
                LOG.atInfo().addKeyValue("export", id).log("an export was not read any more");
                close(id);
            }
        });
    }

    private void close(String id) {
        Opened export = opened.remove(id);
        if (export != null) {
            room.release();
            export.export.close();
        }
    }

    @Override
    public void close() {
        timer.shutdownNow();
        readers.shutdownNow();
        opened.keySet().forEach(this::close);
    }
}
