package io.titankv.multiraft.shard;

import static io.titankv.multiraft.shard.TestWrites.put;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.titankv.engine.ScanSpec;
import io.titankv.model.Epoch;
import io.titankv.model.Key;
import io.titankv.model.TokenRange;
import io.titankv.multiraft.host.BarrierOutcome;
import io.titankv.multiraft.host.ReplicaStatus;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

class ShardReadsTest {
    private static final Duration TIMEOUT = Duration.ofSeconds(60);
    private static final Key A = Key.of("a");
    private static final ValueRoom ANY_ROOM = bytes -> true;

    private final SimReplica replica = new SimReplica();
    private final ShardFixture shard = ShardFixture.owningAll();
    private final ReadPool pool = new ReadPool("test");
    private final ManualTime time = new ManualTime();
    private final ShardReads reads = new ShardReads(replica, shard.machine, pool, time, time, new ShardCounters());

    ShardReadsTest() {
        shard.write(put("a", "1"));
    }

    @AfterEach
    void close() {
        pool.close();
    }

    private CompletableFuture<ReadOutcome> read(Freshness freshness) {
        return reads.read(A, freshness, TIMEOUT, ANY_ROOM);
    }

    private static void assertFound(CompletableFuture<ReadOutcome> read, String value) {
        assertThat(answer(read))
                .isInstanceOfSatisfying(
                        ReadOutcome.Found.class,
                        found -> assertThat(found.value()).isEqualTo(ByteString.copyFromUtf8(value)));
    }

    private static ReadOutcome answer(CompletableFuture<ReadOutcome> read) {
        return read.orTimeout(60, TimeUnit.SECONDS).join();
    }

    @Test
    void aValueIsReadOnceThereIsRoomForIt() {
        shard.write(put("a", "x".repeat(5_000)));
        assertThat(answer(reads.read(A, new Freshness.Any(), TIMEOUT, bytes -> bytes < 5_000)))
                .isInstanceOf(ReadOutcome.NoRoom.class);
        assertFound(reads.read(A, new Freshness.Any(), TIMEOUT, bytes -> bytes < 5_100), "x".repeat(5_000));
    }

    @Nested
    class Linearizable {
        @Test
        void waitsForTheBarrierAndReadsAfterIt() {
            CompletableFuture<ReadOutcome> read = read(new Freshness.Linearizable());
            assertThat(read).isNotDone();
            shard.write(put("a", "2"));
            replica.barriers.getFirst().complete(new BarrierOutcome.Passed());
            assertFound(read, "2");
        }

        @Test
        void isRefusedWithoutLeadership() {
            CompletableFuture<ReadOutcome> read = read(new Freshness.Linearizable());
            replica.barriers.getFirst().complete(new BarrierOutcome.NotLeader(SimReplica.LEADER));
            assertThat(answer(read)).isEqualTo(new ReadOutcome.NotLeader(SimReplica.LEADER));
        }

        @Test
        void isRefusedWhenNoMajorityAnswers() {
            CompletableFuture<ReadOutcome> read = read(new Freshness.Linearizable());
            replica.barriers.getFirst().complete(new BarrierOutcome.TimedOut());
            assertThat(answer(read)).isInstanceOf(ReadOutcome.TimedOut.class);
        }

        @Test
        void endsWithItsDeadlineThoughTheBarrierNeverAnswers() {
            CompletableFuture<ReadOutcome> read =
                    reads.read(A, new Freshness.Linearizable(), Duration.ofMillis(1), ANY_ROOM);
            assertThat(read).isNotDone();
            time.advance(Duration.ofMillis(1));
            assertThat(answer(read)).isInstanceOf(ReadOutcome.TimedOut.class);
        }

        @Test
        void isNotReadWhenTheBarrierPassedTooLate() {
            CompletableFuture<ReadOutcome> read = read(new Freshness.Linearizable());
            time.advance(TIMEOUT);
            replica.barriers.getFirst().complete(new BarrierOutcome.Passed());
            assertThat(answer(read)).isInstanceOf(ReadOutcome.TimedOut.class);
        }
    }

    @Nested
    class Lease {
        @Test
        void needsNoBarrierWhileItIsValid() {
            assertFound(read(new Freshness.Lease()), "1");
            assertThat(replica.barriers).isEmpty();
        }

        @Test
        void takesTheBarrierWhenItHasRunOut() {
            replica.status = SimReplica.leader(false);
            CompletableFuture<ReadOutcome> read = read(new Freshness.Lease());
            assertThat(read).isNotDone();
            replica.barriers.getFirst().complete(new BarrierOutcome.Passed());
            assertFound(read, "1");
        }

        @Test
        void takesTheBarrierWhileTheLeaderIsNotReady() {
            replica.status = new ReplicaStatus(
                    ReplicaStatus.Role.LEADER, 2, SimReplica.LEADER, false, 10, 9, Map.of(), 0, true, null);
            assertThat(read(new Freshness.Lease())).isNotDone();
            assertThat(replica.barriers).hasSize(1);
        }
    }

    @Nested
    class Bounded {
        private final Freshness second = new Freshness.Bounded(Duration.ofSeconds(1));

        @Test
        void isServedByAFollowerThatHeardFromTheLeader() {
            replica.status = SimReplica.follower(Duration.ofMillis(900), 10, 10);
            assertFound(read(second), "1");
        }

        @Test
        void waitsForWhatWasCommittedThen() {
            replica.status = SimReplica.follower(Duration.ofMillis(900), 11, 10);
            CompletableFuture<ReadOutcome> read = read(second);
            assertThat(read).isNotDone();
            replica.applying.getFirst().complete(null);
            assertFound(read, "1");
        }

        @Test
        void isRefusedWhenTheLeaderWasSilentForLonger() {
            replica.status = SimReplica.follower(Duration.ofMillis(1100), 10, 10);
            assertThat(answer(read(second))).isEqualTo(new ReadOutcome.TooStale(Duration.ofMillis(1100)));
        }

        @Test
        void aLeaderWhoseLeaseHasRunOutTakesTheBarrier() {
            replica.status = SimReplica.leader(false);
            assertThat(read(second)).isNotDone();
            assertThat(replica.barriers).hasSize(1);
        }
    }

    @Nested
    class Others {
        @Test
        void anyIsServedByAnyReplicaNow() {
            replica.status = SimReplica.follower(Duration.ofHours(1), 10, 2);
            assertFound(read(new Freshness.Any()), "1");
        }

        @Test
        void afterWaitsForTheIndex() {
            assertFound(read(new Freshness.After(10)), "1");
            CompletableFuture<ReadOutcome> read = read(new Freshness.After(11));
            assertThat(read).isNotDone();
            replica.applying.getFirst().complete(null);
            assertFound(read, "1");
            CompletableFuture<ReadOutcome> late = read(new Freshness.After(12));
            replica.applying.getLast().completeExceptionally(new TimeoutException());
            assertThat(answer(late)).isInstanceOf(ReadOutcome.TimedOut.class);
        }

        @Test
        void absentKeysScansAndCounts() {
            shard.write(put("b", "2"));
            assertThat(answer(reads.read(Key.of("no"), new Freshness.Any(), TIMEOUT, ANY_ROOM)))
                    .isInstanceOf(ReadOutcome.Absent.class);
            ScanSpec all = new ScanSpec(0, 0, null, 10, 1000, true);
            assertThat(answer(reads.scan(all, new Freshness.Any(), TIMEOUT)))
                    .isInstanceOfSatisfying(
                            ReadOutcome.Page.class,
                            page -> assertThat(page.page().records()).hasSize(2));
            assertThat(answer(reads.count(TokenRange.WHOLE, new Freshness.Any(), TIMEOUT)))
                    .isInstanceOfSatisfying(
                            ReadOutcome.Count.class,
                            count -> assertThat(count.keys()).isEqualTo(2));
        }
    }

    @Nested
    class Refusals {
        @Test
        void whatIsNotTheShardsIsRefusedAsOfTheMomentOfReading() {
            ShardFixture none = new ShardFixture();
            ShardReads fenced = new ShardReads(replica, none.machine, pool, time, time, new ShardCounters());
            assertThat(answer(fenced.read(A, new Freshness.Any(), TIMEOUT, ANY_ROOM)))
                    .isEqualTo(new ReadOutcome.StaleRoute(Epoch.NONE));
            CompletableFuture<ReadOutcome> read = fenced.read(A, new Freshness.Linearizable(), TIMEOUT, ANY_ROOM);
            none.assign(new Epoch(1), List.of(TokenRange.WHOLE));
            replica.barriers.getFirst().complete(new BarrierOutcome.Passed());
            assertThat(answer(read)).isInstanceOf(ReadOutcome.Absent.class);
        }

        @Test
        void aReadDuringWhichOwnershipChangesIsReadAgain() {
            ShardFixture none = new ShardFixture();
            long token = A.token().bits();
            TokenRange one = new TokenRange(token, token + 1);
            none.assign(new Epoch(1), List.of(one));
            ShardReads fenced = new ShardReads(replica, none.machine, pool, time, time, new ShardCounters());
            int[] readings = {0};
            none.store().whileReading = () -> {
                if (readings[0]++ == 0) {
                    none.machine.replaceOwnershipForTest(new Ownership(new Epoch(2), List.of()));
                }
            };
            assertThat(answer(fenced.read(A, new Freshness.Any(), TIMEOUT, ANY_ROOM)))
                    .isEqualTo(new ReadOutcome.StaleRoute(new Epoch(2)));
            assertThat(readings[0]).isEqualTo(1);
        }

        @Test
        void aRottenRecordQuarantinesTheReplica() {
            shard.disk.rotten.add(ByteString.copyFrom(A.toStored()));
            assertThat(answer(read(new Freshness.Any()))).isInstanceOf(ReadOutcome.Quarantined.class);
            assertThat(shard.corruptions).hasSize(1);
            assertThat(answer(reads.read(Key.of("b"), new Freshness.Any(), TIMEOUT, ANY_ROOM)))
                    .isInstanceOf(ReadOutcome.OutOfService.class);
        }

        @Test
        void aClosedShardIsOutOfService() {
            shard.machine.close();
            assertThat(answer(read(new Freshness.Any()))).isInstanceOf(ReadOutcome.OutOfService.class);
        }

        @Test
        void aStoreIsNotClosedUnderAReader() throws Exception {
            CountDownLatch inside = new CountDownLatch(1);
            CountDownLatch goOn = new CountDownLatch(1);
            shard.store().whileReading = () -> {
                inside.countDown();
                try {
                    goOn.await();
                } catch (InterruptedException e) {
                    throw new AssertionError(e);
                }
            };
            CompletableFuture<ReadOutcome> read = read(new Freshness.Any());
            inside.await();
            StoreLease lease = shard.machine.leaseOrNull();
            Thread closer = Thread.ofPlatform().start(shard.machine::close);
            while (lease != null && lease.acquireOrNull() != null) {
                lease.release();
                Thread.onSpinWait();
            }
            assertThat(closer.isAlive()).isTrue();
            goOn.countDown();
            closer.join();
            assertFound(read, "1");
        }

        @Test
        void tooManyReadsAreBusy() throws Exception {
            CountDownLatch goOn = new CountDownLatch(1);
            for (int i = 0; i < 2 + 128; i++) {
                assertThat(pool.tryScan(() -> {
                            try {
                                goOn.await();
                            } catch (InterruptedException e) {
                                throw new AssertionError(e);
                            }
                        }))
                        .isTrue();
            }
            assertThat(answer(reads.count(TokenRange.WHOLE, new Freshness.Any(), TIMEOUT)))
                    .isInstanceOf(ReadOutcome.Busy.class);
            assertFound(read(new Freshness.Any()), "1");
            goOn.countDown();
        }
    }
}
