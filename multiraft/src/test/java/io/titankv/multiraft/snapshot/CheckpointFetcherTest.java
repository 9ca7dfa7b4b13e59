package io.titankv.multiraft.snapshot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.common.base.Ticker;
import com.google.protobuf.ByteString;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptor;
import io.grpc.ClientInterceptors;
import io.grpc.ForwardingClientCall;
import io.grpc.ForwardingClientCallListener;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Server;
import io.grpc.inprocess.InProcessChannelBuilder;
import io.grpc.inprocess.InProcessServerBuilder;
import io.titankv.model.GroupId;
import io.titankv.model.LogPosition;
import io.titankv.model.NodeId;
import io.titankv.multiraft.snapshot.CheckpointSource.CheckpointFile;
import io.titankv.multiraft.snapshot.CheckpointSource.CheckpointFiles;
import io.titankv.multiraft.snapshot.StateFetcher.FetchRequest;
import io.titankv.proto.internal.v1.OpenCheckpointRequest;
import io.titankv.proto.internal.v1.ReadFileResponse;
import io.titankv.proto.internal.v1.ReplicaFilesGrpc;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CheckpointFetcherTest {
    private static final GroupId GROUP = new GroupId(1);
    private static final NodeId SOURCE = new NodeId("n1");
    private static final int CHUNK = CheckpointServer.CHUNK_BYTES;

    @TempDir
    private Path directory;

    private final CheckpointRegistry registry = new CheckpointRegistry();
    private final AtomicLong nowNanos = new AtomicLong();
    private long roomBytes = Long.MAX_VALUE;
    /** What happens to chunks on their way; null: the stream breaks. */
    private UnaryOperator<@Nullable ReadFileResponse> wire = chunk -> chunk;

    private CheckpointServer service;
    private Server server;
    private ManagedChannel channel;
    private CheckpointFetcher fetcher;
    private Path remote;
    private Path incoming;
    private LogPosition remotePosition = new LogPosition(3, 100);

    private CheckpointSource source(Path state) {
        return new DirectorySource(state, () -> remotePosition);
    }

    private static List<Path> list(Path parent) {
        try (Stream<Path> children = Files.list(parent)) {
            return children.sorted(Comparator.comparing(Path::toString)).toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @BeforeEach
    void start() throws IOException {
        remote = Files.createDirectory(directory.resolve("remote"));
        incoming = directory.resolve("s1").resolve("incoming");
        registry.register(GROUP, source(remote));
        service = CheckpointServer.start("c1", directory.resolve("checkpoints"), registry, new Ticker() {
            @Override
            public long read() {
                return nowNanos.get();
            }
        });
        String name = directory.toString();
        server =
                InProcessServerBuilder.forName(name).addService(service).build().start();
        channel = InProcessChannelBuilder.forName(name).build();
        Channel spoiled = ClientInterceptors.intercept(channel, new Spoiler());
        Duration pause = Duration.ofMillis(1);
        fetcher = new CheckpointFetcher("c1", node -> spoiled, this::requireRoom, pause, pause);
    }

    @AfterEach
    void stop() throws InterruptedException {
        fetcher.close();
        channel.shutdownNow();
        server.shutdownNow().awaitTermination(60, TimeUnit.SECONDS);
        service.close();
    }

    private void requireRoom(long bytes) throws IOException {
        if (bytes > roomBytes) {
            throw new IOException("no room for " + bytes);
        }
    }

    private byte[] file(Path parent, String name, int bytes) throws IOException {
        byte[] content = new byte[bytes];
        new Random(name.hashCode()).nextBytes(content);
        Files.createDirectories(parent);
        Files.write(parent.resolve(name), content);
        return content;
    }

    private Optional<LogPosition> fetch(LogPosition have, Optional<CheckpointSource> local) {
        FetchRequest request = new FetchRequest(GROUP, SOURCE, 50, have, incoming, local);
        return fetcher.fetch(request).orTimeout(120, TimeUnit.SECONDS).join();
    }

    private Optional<LogPosition> fetch() {
        return fetch(LogPosition.NONE, Optional.empty());
    }

    private void assertFetched() throws IOException {
        assertThat(list(incoming).stream().map(file -> file.getFileName().toString()))
                .isEqualTo(list(remote).stream()
                        .map(file -> file.getFileName().toString())
                        .toList());
        for (Path file : list(remote)) {
            assertThat(incoming.resolve(file.getFileName())).hasSameBinaryContentAs(file);
        }
        assertThat(service.openCheckpoints()).isZero();
        assertThat(directory.resolve("checkpoints")).isEmptyDirectory();
        assertThat(incoming.resolveSibling("base")).doesNotExist();
    }

    @Test
    void fetchesEveryFileWithThePositionAndItsTerm() throws IOException {
        file(remote, "000001.data", 3 * CHUNK + 17);
        file(remote, "000001.hint", 100);
        file(remote, "empty", 0);
        file(remote, "exact", CHUNK);
        assertThat(fetch()).contains(new LogPosition(3, 100));
        assertFetched();
        assertThat(fetcher.counts()).isEqualTo(new CheckpointFetcher.Counts(4, 0, 4L * CHUNK + 117));
    }

    @Test
    void beginsWhenThereIsRoomForAllThatIsMissing() throws IOException {
        file(remote, "000001.data", 2 * CHUNK);
        file(remote, "000002.data", CHUNK);
        file(incoming, "000001.data", 2 * CHUNK);
        roomBytes = CHUNK - 1;
        assertThatThrownBy(this::fetch).hasMessageContaining("no room for " + CHUNK);
        assertThat(incoming).doesNotExist();

        roomBytes = 3 * CHUNK;
        assertThat(fetch()).isPresent();
        assertFetched();
    }

    @Test
    void bringsNoMoreInASecondThanItMay() throws IOException {
        file(remote, "000001.data", 200);
        fetcher.limit(100);
        long began = System.nanoTime();
        assertThat(fetch()).isPresent();
        // What was not used of the last second may come at once.
        assertThat(Duration.ofNanos(System.nanoTime() - began)).isGreaterThan(Duration.ofMillis(700));
        assertFetched();
    }

    @Nested
    class WhatIsHereAlready {
        @Test
        void isLinkedWhenNameLengthAndChecksumAreTheSame() throws IOException {
            Path local = directory.resolve("local");
            file(remote, "000001.data", 2 * CHUNK);
            file(remote, "000002.data", CHUNK);
            file(remote, "000003.data", 10);
            file(local, "000001.data", 2 * CHUNK);
            Files.write(local.resolve("000003.data"), new byte[10]);
            file(local, "000009.data", 5);
            assertThat(fetch(new LogPosition(1, 7), Optional.of(source(local)))).isPresent();
            assertFetched();
            assertThat(fetcher.counts()).isEqualTo(new CheckpointFetcher.Counts(2, 1, CHUNK + 10L));
        }

        @Test
        void isNotTakenForAnotherFileThatEndsWithItsOwnChecksum() throws IOException {
            Path local = Files.createDirectory(directory.resolve("local"));
            for (Path parent : List.of(remote, local, Files.createDirectories(incoming))) {
                byte[] content = file(parent, "MANIFEST", 100);
                content[7] = (byte) parent.toString().length();
                int crc = FileChecksums.of(ByteBuffer.wrap(content, 0, 96));
                ByteBuffer.wrap(content).order(ByteOrder.LITTLE_ENDIAN).putInt(96, crc);
                Files.write(parent.resolve("MANIFEST"), content);
            }
            assertThat(FileChecksums.of(local.resolve("MANIFEST")))
                    .isEqualTo(FileChecksums.of(remote.resolve("MANIFEST")));
            assertThat(local.resolve("MANIFEST"))
                    .satisfies(same -> assertThat(Files.mismatch(same, remote.resolve("MANIFEST")))
                            .isNotNegative());
            assertThat(fetch(new LogPosition(1, 7), Optional.of(source(local)))).isPresent();
            assertFetched();
        }

        @Test
        void isNotNeededWhenItCannotBeRead() throws IOException {
            file(remote, "000001.data", 10);
            CheckpointSource broken = target -> CompletableFuture.failedFuture(new IOException("rotten"));
            assertThat(fetch(LogPosition.NONE, Optional.of(broken))).isPresent();
            assertFetched();
        }

        @Test
        void isEnoughWhenItIsAsNew() throws IOException {
            file(remote, "000001.data", 10);
            assertThat(fetch(new LogPosition(2, 100), Optional.empty())).isEmpty();
            assertThat(service.openCheckpoints()).isZero();
        }
    }

    @Nested
    class Faults {
        @Test
        void aBrokenStreamIsResumedWhereItBroke() throws IOException {
            file(remote, "000001.data", 5 * CHUNK);
            AtomicInteger chunks = new AtomicInteger();
            wire = chunk -> chunks.incrementAndGet() % 3 == 0 ? null : chunk;
            assertThat(fetch()).isPresent();
            assertFetched();
            assertThat(fetcher.counts().bytesFetched()).isEqualTo(5L * CHUNK);
        }

        @Test
        void aDamagedChunkIsFetchedAgain() throws IOException {
            file(remote, "000001.data", 3 * CHUNK);
            AtomicInteger chunks = new AtomicInteger();
            wire = chunk -> chunks.incrementAndGet() == 2 ? damaged(chunk) : chunk;
            assertThat(fetch()).isPresent();
            assertFetched();
            assertThat(chunks.get()).isGreaterThan(3);
        }

        @Test
        void aFileThatIsNotWhatItsChecksumSaysIsNeverKept() throws IOException {
            file(remote, "000001.data", 2 * CHUNK);
            // Damaged with a matching checksum of the chunk: only the whole file's shows it.
            wire = chunk -> chunk == null ? null : consistent(damaged(chunk));
            assertThatThrownBy(CheckpointFetcherTest.this::fetch).hasMessageContaining("wrong checksum");
            assertThat(list(incoming)).isEmpty();
            wire = chunk -> chunk;
            assertThat(fetch()).isPresent();
            assertFetched();
        }

        @Test
        void aTryThatFailedIsContinuedByTheNext() throws IOException {
            file(remote, "000001.data", 4 * CHUNK);
            file(remote, "000002.data", 2 * CHUNK);
            AtomicInteger chunks = new AtomicInteger();
            wire = chunk -> chunks.incrementAndGet() > 5 ? null : chunk;
            assertThatThrownBy(CheckpointFetcherTest.this::fetch).isNotNull();
            assertThat(service.openCheckpoints()).isZero();
            // The process restarts; meanwhile the other side has a file more and one less.
            file(remote, "000003.data", 10);
            file(incoming, "stale.data", 10);
            wire = chunk -> chunk;
            CheckpointFetcher.Counts before = fetcher.counts();
            assertThat(fetch()).isPresent();
            assertFetched();
            assertThat(fetcher.counts().filesKept() - before.filesKept()).isEqualTo(1);
            assertThat(fetcher.counts().bytesFetched()).isEqualTo(6L * CHUNK + 10);
        }

        @Test
        void aPartOfAnotherFileOfThatNameIsThrownAway() throws IOException {
            file(remote, "000001.data", 2 * CHUNK);
            Files.createDirectories(incoming);
            Files.write(incoming.resolve("000001.data.part"), new byte[CHUNK]);
            assertThat(fetch()).isPresent();
            assertFetched();
        }

        @Test
        void aNameThatLeadsElsewhereIsRefused() throws IOException {
            Files.createFile(directory.resolve("checkpoints").resolve("escaped"));
            registry.register(GROUP, target -> {
                try {
                    Files.createDirectory(target);
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
                return CompletableFuture.completedFuture(
                        new CheckpointFiles(remotePosition, List.of(new CheckpointFile("../escaped", 0, 0))));
            });
            assertThatThrownBy(CheckpointFetcherTest.this::fetch).hasMessageContaining("cannot be");
        }

        private ReadFileResponse damaged(@Nullable ReadFileResponse chunk) {
            byte[] data = chunk == null ? new byte[1] : chunk.getData().toByteArray();
            data[data.length / 2] ^= 1;
            return (chunk == null ? ReadFileResponse.newBuilder() : chunk.toBuilder())
                    .setData(ByteString.copyFrom(data))
                    .build();
        }

        private ReadFileResponse consistent(ReadFileResponse chunk) {
            return chunk.toBuilder()
                    .setCrc32C(FileChecksums.of(chunk.getData().asReadOnlyByteBuffer()))
                    .build();
        }
    }

    @Nested
    class TheServer {
        private ReplicaFilesGrpc.ReplicaFilesBlockingStub stub() {
            return ReplicaFilesGrpc.newBlockingStub(channel);
        }

        private OpenCheckpointRequest request() {
            return OpenCheckpointRequest.newBuilder()
                    .setClusterId("c1")
                    .setGroup("s1")
                    .setFirstInLog(50)
                    .build();
        }

        @Test
        void hasNothingWhenItsStateIsOlderThanTheLog() {
            remotePosition = new LogPosition(3, 48);
            assertThat(fetch()).isEmpty();
            remotePosition = new LogPosition(3, 49);
            assertThat(fetch()).isPresent();
        }

        @Test
        void refusesOtherClustersAndUnknownGroups() {
            assertThatThrownBy(() -> stub().openCheckpoint(
                                    request().toBuilder().setClusterId("other").build()))
                    .hasMessageContaining("another cluster");
            assertThatThrownBy(() -> stub().openCheckpoint(
                                    request().toBuilder().setGroup("s2").build()))
                    .hasMessageContaining("no such group");
            assertThatThrownBy(() -> stub().openCheckpoint(
                                    request().toBuilder().setGroup("x").build()))
                    .hasMessageContaining("a shard is written");
        }

        @Test
        void keepsCheckpointsForTheirLeaseAndOnlySoMany() throws IOException {
            file(remote, "000001.data", 10);
            for (int i = 0; i < CheckpointServer.CHECKPOINTS_MAX; i++) {
                assertThat(stub().openCheckpoint(request()).getFilesCount()).isEqualTo(1);
            }
            assertThatThrownBy(() -> stub().openCheckpoint(request())).hasMessageContaining("too many checkpoints");
            nowNanos.addAndGet(CheckpointServer.LEASE.toNanos());
            service.closeExpired();
            assertThat(service.openCheckpoints()).isEqualTo(CheckpointServer.CHECKPOINTS_MAX);
            nowNanos.addAndGet(1);
            service.closeExpired();
            assertThat(service.openCheckpoints()).isZero();
            assertThat(directory.resolve("checkpoints")).isEmptyDirectory();
            assertThat(stub().openCheckpoint(request()).getFilesCount()).isEqualTo(1);
        }

        @Test
        void throwsAwayWhatAnEarlierRunLeft() throws IOException {
            file(directory.resolve("left").resolve("abc"), "000001.data", 10);
            CheckpointServer.start("c1", directory.resolve("left"), registry).close();
            assertThat(directory.resolve("left")).isEmptyDirectory();
        }

        @Test
        void aSourceThatFailsIsToldAndTakesNoRoom() {
            registry.register(GROUP, target -> CompletableFuture.failedFuture(new IOException("disk")));
            for (int i = 0; i < CheckpointServer.CHECKPOINTS_MAX + 1; i++) {
                assertThatThrownBy(() -> stub().openCheckpoint(request()))
                        .hasMessageContaining("no checkpoint can be made");
            }
        }
    }

    @Test
    void aFetchAfterCloseFails() {
        fetcher.close();
        FetchRequest request = new FetchRequest(GROUP, SOURCE, 50, LogPosition.NONE, incoming, Optional.empty());
        assertThatThrownBy(() -> fetcher.fetch(request).get()).isInstanceOf(ExecutionException.class);
    }

    /** Passes the chunks of files through {@link #wire}. */
    private final class Spoiler implements ClientInterceptor {
        @Override
        public <Q, R> ClientCall<Q, R> interceptCall(MethodDescriptor<Q, R> method, CallOptions options, Channel next) {
            ClientCall<Q, R> call = next.newCall(method, options);
            if (!method.getFullMethodName()
                    .equals(ReplicaFilesGrpc.getReadFileMethod().getFullMethodName())) {
                return call;
            }
            return new ForwardingClientCall.SimpleForwardingClientCall<>(call) {
                @Override
                public void start(Listener<R> listener, Metadata headers) {
                    super.start(
                            new ForwardingClientCallListener.SimpleForwardingClientCallListener<R>(listener) {
                                @Override
                                @SuppressWarnings("unchecked") // only calls of ReadFile come here
                                public void onMessage(R message) {
                                    ReadFileResponse passed = wire.apply((ReadFileResponse) message);
                                    if (passed == null) {
                                        cancel("the wire broke", null);
                                    } else {
                                        super.onMessage((R) passed);
                                    }
                                }
                            },
                            headers);
                }
            };
        }
    }
}
