package io.titankv.multiraft.host;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.apache.ratis.proto.RaftProtos.AppendEntriesReplyProto;
import org.apache.ratis.proto.RaftProtos.AppendEntriesReplyProto.AppendResult;
import org.apache.ratis.proto.RaftProtos.AppendEntriesRequestProto;
import org.apache.ratis.proto.RaftProtos.LogEntryProto;
import org.apache.ratis.proto.RaftProtos.ReadIndexReplyProto;
import org.apache.ratis.proto.RaftProtos.ReadIndexRequestProto;
import org.apache.ratis.protocol.RaftGroupId;
import org.apache.ratis.server.protocol.RaftServerAsynchronousProtocol;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class AppendGuardTest {
    private static final RaftGroupId GROUP = RaftGroupId.valueOf(new UUID(1, 1));

    private final Clock clock = new Clock("test");
    private final AtomicLong flushed = new AtomicLong(3);

    @AfterEach
    void stop() {
        clock.close();
    }

    /** Ratis answers a batch sent again while its first copy is being written: at once, before the fsync. */
    @Test
    void aSuccessIsHeldBackUntilTheLogIsFlushedSoFar() throws Exception {
        AppendGuard guard = new AppendGuard(clock, Duration.ofSeconds(60));

        CompletableFuture<AppendEntriesReplyProto> reply =
                guard.append(GROUP, answering(AppendResult.SUCCESS, 6), flushed::get, requestWithEntries());

        assertThat(reply).isNotDone();
        flushed.set(5);
        assertThat(reply).isNotDone();
        flushed.set(6);
        await().atMost(Duration.ofSeconds(60)).until(reply::isDone);
        assertThat(reply.join().getMatchIndex()).isEqualTo(6);
    }

    @Test
    void aSuccessThatIsNeverFlushedFails() throws Exception {
        AppendGuard guard = new AppendGuard(clock, Duration.ofMillis(20));

        CompletableFuture<AppendEntriesReplyProto> reply =
                guard.append(GROUP, answering(AppendResult.SUCCESS, 6), flushed::get, requestWithEntries());

        await().atMost(Duration.ofSeconds(60)).until(reply::isCompletedExceptionally);
    }

    @Test
    void whatAcknowledgesNothingPassesAtOnce() throws Exception {
        AppendGuard guard = new AppendGuard(clock, Duration.ofSeconds(60));

        assertThat(guard.append(GROUP, answering(AppendResult.INCONSISTENCY, 9), flushed::get, requestWithEntries()))
                .isCompleted();
        assertThat(guard.append(
                        GROUP,
                        answering(AppendResult.SUCCESS, -1),
                        flushed::get,
                        AppendEntriesRequestProto.getDefaultInstance()))
                .isCompleted();
    }

    @Test
    void appendsOfOneGroupGoOneAtATime() throws Exception {
        AppendGuard guard = new AppendGuard(clock, Duration.ofSeconds(60));
        AtomicInteger inside = new AtomicInteger();
        AtomicInteger mostInside = new AtomicInteger();
        CountDownLatch done = new CountDownLatch(4);
        RaftServerAsynchronousProtocol division = new Division(request -> {
            mostInside.accumulateAndGet(inside.incrementAndGet(), Math::max);
            // Long enough for another to come in, where it may.
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(1));
            inside.decrementAndGet();
            return CompletableFuture.completedFuture(reply(AppendResult.SUCCESS, 1));
        });

        for (int i = 0; i < 4; i++) {
            Thread.ofPlatform().start(() -> {
                try {
                    for (int n = 0; n < 20; n++) {
                        var _ = guard.append(GROUP, division, flushed::get, requestWithEntries());
                    }
                } catch (IOException e) {
                    throw new AssertionError(e);
                } finally {
                    done.countDown();
                }
            });
        }

        assertThat(done.await(60, TimeUnit.SECONDS)).isTrue();
        assertThat(mostInside).hasValue(1);
    }

    private static AppendEntriesRequestProto requestWithEntries() {
        return AppendEntriesRequestProto.newBuilder()
                .addEntries(LogEntryProto.newBuilder().setTerm(1).setIndex(6))
                .build();
    }

    private static AppendEntriesReplyProto reply(AppendResult result, long matchIndex) {
        return AppendEntriesReplyProto.newBuilder()
                .setResult(result)
                .setMatchIndex(matchIndex)
                .build();
    }

    private static RaftServerAsynchronousProtocol answering(AppendResult result, long matchIndex) {
        return new Division(request -> CompletableFuture.completedFuture(reply(result, matchIndex)));
    }

    private interface Append {
        CompletableFuture<AppendEntriesReplyProto> apply(AppendEntriesRequestProto request);
    }

    private record Division(Append append) implements RaftServerAsynchronousProtocol {
        @Override
        public CompletableFuture<AppendEntriesReplyProto> appendEntriesAsync(AppendEntriesRequestProto request) {
            return append.apply(request);
        }

        @Override
        public CompletableFuture<ReadIndexReplyProto> readIndexAsync(ReadIndexRequestProto request) {
            throw new UnsupportedOperationException("nobody asks");
        }
    }
}
