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

    private final SimReplica replica = new SimReplica();
    private final ShardFixture shard = ShardFixture.owningAll();
    private final ReadPool pool = new ReadPool("test");
    private final ShardReads reads =
            new ShardReads(replica, shard.machine, pool, new ManualTime(), new ShardCounters());

    BarrierReadsTest() {
        shard.write(put("a", "1"));
        replica.sharesRounds = true;
    }

    @AfterEach
    void close() {
        pool.close();
    }

    private CompletableFuture<ReadOutcome> read(Duration timeout) {
        return reads.read(A, new Freshness.Linearizable(), timeout);
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
    void theEarlierDeadlineOfTwoInARoundEndsOnlyOne() {
        CompletableFuture<ReadOutcome> patient = read(Duration.ofSeconds(60));
        CompletableFuture<ReadOutcome> hasty = read(Duration.ofMillis(1));
        CompletableFuture<ReadOutcome> hastyToo = read(Duration.ofMillis(20));
        assertThat(answer(hasty)).isInstanceOf(ReadOutcome.TimedOut.class);
        assertThat(answer(hastyToo)).isInstanceOf(ReadOutcome.TimedOut.class);
        assertThat(patient).isNotDone();
        replica.barriers.getFirst().complete(new BarrierOutcome.Passed());
        assertFound(patient);
    }
}
