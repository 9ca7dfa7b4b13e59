package io.titankv.multiraft.shard;

import static io.titankv.multiraft.shard.TestWrites.put;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.titankv.model.Key;
import io.titankv.multiraft.host.BarrierOutcome;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Reads that wait for one round of the barrier, see {@link BarrierReads}. */
class BarrierReadsTest {
    private static final Key A = Key.of("a");
    private static final ValueRoom ANY_ROOM = bytes -> true;

    private final SimReplica replica = new SimReplica();
    private final ShardFixture shard = ShardFixture.owningAll();
    private final ManualTime time = new ManualTime();
    private final ReadPool pool = new ReadPool("test");
    private final ShardReads reads = new ShardReads(replica, shard.machine, pool, time, time, new ShardCounters());

    BarrierReadsTest() {
        shard.write(put("a", "1"));
        replica.sharesRounds = true;
    }

    @AfterEach
    void close() {
        pool.close();
    }

    private CompletableFuture<ReadOutcome> read(Duration timeout) {
        return reads.read(A, new Freshness.Linearizable(), timeout, ANY_ROOM);
    }

    private static ReadOutcome answer(CompletableFuture<ReadOutcome> read) {
        return read.orTimeout(60, TimeUnit.SECONDS).join();
    }

    private static void assertFound(CompletableFuture<ReadOutcome> read) {
        assertThat(answer(read))
                .isInstanceOfSatisfying(
                        ReadOutcome.Found.class,
                        found -> assertThat(found.value()).isEqualTo(ByteString.copyFromUtf8("1")));
    }

    @Test
    void readsOfOneRoundAreAnsweredTogether() {
        List<CompletableFuture<ReadOutcome>> all =
                Stream.generate(() -> read(Duration.ofSeconds(60))).limit(100).toList();
        assertThat(replica.barriers).hasSize(1);
        replica.barriers.getFirst().complete(new BarrierOutcome.Passed());
        all.forEach(BarrierReadsTest::assertFound);
    }

    @Test
    void aReadThatComesAfterItsRoundEndedWaitsForTheNext() {
        CompletableFuture<ReadOutcome> first = read(Duration.ofSeconds(60));
        replica.barriers.getFirst().complete(new BarrierOutcome.Passed());
        assertFound(first);
        CompletableFuture<ReadOutcome> second = read(Duration.ofSeconds(60));
        assertThat(second).isNotDone();
        replica.barriers.getLast().complete(new BarrierOutcome.NotLeader(SimReplica.LEADER));
        assertThat(answer(second)).isEqualTo(new ReadOutcome.NotLeader(SimReplica.LEADER));
    }

    @Test
    void eachReadOfARoundEndsAtItsOwnDeadline() {
        CompletableFuture<ReadOutcome> patient = read(Duration.ofSeconds(60));
        CompletableFuture<ReadOutcome> hasty = read(Duration.ofMillis(1));
        CompletableFuture<ReadOutcome> hastyToo = read(Duration.ofMillis(20));

        time.advance(Duration.ofMillis(1));
        assertThat(hasty).isCompletedWithValue(new ReadOutcome.TimedOut());
        assertThat(hastyToo).isNotDone();
        time.advance(Duration.ofMillis(19));
        assertThat(hastyToo).isCompletedWithValue(new ReadOutcome.TimedOut());
        assertThat(patient).isNotDone();

        replica.barriers.getFirst().complete(new BarrierOutcome.Passed());
        assertFound(patient);
    }

    @Test
    void oneTimerServesManyRounds() {
        for (int i = 0; i < 100; i++) {
            CompletableFuture<ReadOutcome> read = read(Duration.ofSeconds(10));
            replica.barriers.getLast().complete(new BarrierOutcome.Passed());
            assertFound(read);
            time.advance(Duration.ofMillis(10));
        }
        assertThat(time.timersSet()).isEqualTo(1);

        time.advance(Duration.ofSeconds(5));
        CompletableFuture<ReadOutcome> stuck = read(Duration.ofSeconds(10));
        time.advance(Duration.ofSeconds(4));
        assertThat(stuck).as("the timer of the first round fires").isNotDone();
        time.advance(Duration.ofSeconds(6));
        assertThat(stuck).isCompletedWithValue(new ReadOutcome.TimedOut());
    }
}
