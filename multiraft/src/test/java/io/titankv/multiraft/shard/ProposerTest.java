package io.titankv.multiraft.shard;

import static io.titankv.multiraft.shard.TestWrites.put;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import com.google.protobuf.ByteString;
import io.titankv.model.LogPosition;
import io.titankv.model.Version;
import io.titankv.multiraft.host.ProposeOutcome;
import io.titankv.proto.durable.v1.ShardResult;
import io.titankv.proto.durable.v1.WriteEntry;
import io.titankv.proto.durable.v1.WriteOperation;
import io.titankv.proto.durable.v1.WriteResult;
import io.titankv.proto.durable.v1.WriteResults;
import io.titankv.proto.durable.v1.WrittenResult;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

class ProposerTest {
    private static final Duration TIMEOUT = Duration.ofSeconds(5);

    private final SimReplica replica = new SimReplica();
    private final ManualTime time = new ManualTime();
    private final ShardCounters counters = new ShardCounters();
    private final AtomicLong wallMillis = new AtomicLong(1_000_000);
    private Proposer proposer = proposer(new ProposerOptions(100, 50_000, 4, 20_000, 50, 50_000, 10));

    private Proposer proposer(ProposerOptions options) {
        return new Proposer(
                replica, new HybridClock(() -> Instant.ofEpochMilli(wallMillis.get())), time, time, options, counters);
    }

    @CanIgnoreReturnValue
    private CompletableFuture<WriteOutcome> write(String key) {
        return proposer.submit(put(key, "v"), TIMEOUT);
    }

    private WriteEntry entry(int number) {
        return ShardCommands.parse(replica.proposals.get(number).entry()).getWrite();
    }

    private List<String> keys(int number) {
        return entry(number).getOperationsList().stream()
                .map(operation -> operation.getKey().substring(1).toStringUtf8())
                .toList();
    }

    private void answer(int number) {
        List<WriteResult> results = new ArrayList<>();
        for (int i = 0; i < entry(number).getOperationsCount(); i++) {
            results.add(WriteResult.newBuilder()
                    .setWritten(
                            WrittenResult.newBuilder().setVersion(entry(number).getStamp() + i))
                    .build());
        }
        ByteString result = ShardResult.newBuilder()
                .setWrite(WriteResults.newBuilder().addAllResults(results))
                .build()
                .toByteString();
        answer(number, new ProposeOutcome.Applied(new LogPosition(1, number), result));
    }

    private void answer(int number, ProposeOutcome outcome) {
        replica.proposals.get(number).outcome().complete(outcome);
    }

    @Nested
    class Gathering {
        @Test
        void aLoneWriteGoesAtOnce() {
            CompletableFuture<WriteOutcome> write = write("a");
            assertThat(replica.proposals).hasSize(1);
            assertThat(write).isNotDone();
            answer(0);
            assertThat(write.join())
                    .isEqualTo(new WriteOutcome.Written(entry(0).getStamp(), false, new LogPosition(1, 0)));
        }

        @Test
        void whatWaitsGoesTogetherInOrderWhenAnEntryIsAnswered() {
            write("a");
            write("b");
            write("c");
            assertThat(replica.proposals).hasSize(1);
            answer(0);
            assertThat(keys(1)).containsExactly("b", "c");
        }

        @Test
        void enoughWaitingWritesGoWhileOthersAreInFlightButNeverTooManyEntries() {
            for (int i = 0; i < 100; i++) {
                write("k" + i);
            }
            // The first alone; then tens as soon as fifty wait; four entries in flight at most.
            assertThat(replica.proposals).hasSize(4);
            assertThat(keys(1)).hasSize(10);
            while (replica.proposals.stream()
                    .anyMatch(proposal -> !proposal.outcome().isDone())) {
                for (int i = 0; i < replica.proposals.size(); i++) {
                    answer(i);
                    time.advance(EntryPace.PATIENCE_MAX);
                    assertThat(replica.proposals.stream()
                                    .filter(proposal -> !proposal.outcome().isDone()))
                            .hasSizeLessThanOrEqualTo(4);
                }
            }
            List<String> all = new ArrayList<>();
            for (int i = 0; i < replica.proposals.size(); i++) {
                assertThat(entry(i).getOperationsCount()).isLessThanOrEqualTo(10);
                all.addAll(keys(i));
            }
            assertThat(all).hasSize(100).isEqualTo(sequence(100));
        }

        private List<String> sequence(int count) {
            return IntStream.range(0, count).mapToObj(i -> "k" + i).toList();
        }

        @Test
        void anEntryNeverOutgrowsRafts() {
            replica.entryBytesMax = 2000;
            proposer = proposer(new ProposerOptions(100, 50_000, 4, 20_000, 50, 50_000, 100));
            write("first");
            for (int i = 0; i < 20; i++) {
                var _ = proposer.submit(put("k" + i, "v".repeat(300)), TIMEOUT);
            }
            for (int i = 0; i < replica.proposals.size(); i++) {
                // The replica checks the size.
                answer(i);
                time.advance(EntryPace.PATIENCE_MAX);
            }
            assertThat(counters.values().writesProposed()).isEqualTo(21);
            assertThat(keys(1)).hasSize(6);
        }

        @Test
        void anAtomicGroupIsNeverSplitAndHasANumberOfItsOwn() {
            write("a");
            for (int i = 0; i < 8; i++) {
                write("k" + i);
            }
            var _ = proposer.submitAtomically(List.of(put("x", "1"), put("y", "1"), put("z", "1")), TIMEOUT);
            var _ = proposer.submitAtomically(List.of(put("p", "1"), put("q", "1")), TIMEOUT);
            answer(0);
            answer(1);
            time.advance(EntryPace.PATIENCE_MAX);
            assertThat(keys(1)).hasSize(8);
            assertThat(keys(2)).containsExactly("x", "y", "z", "p", "q");
            List<Integer> groups = entry(2).getOperationsList().stream()
                    .map(WriteOperation::getAtomicGroup)
                    .toList();
            assertThat(groups.get(0)).isNotZero().isEqualTo(groups.get(2)).isNotEqualTo(groups.get(3));
        }

        @Test
        void anAtomicGroupOfMoreThanAnEntryUsuallyHoldsGoesAlone() {
            List<ShardWrite> many = new ArrayList<>();
            for (int i = 0; i < 30; i++) {
                many.add(put("k" + i, "v"));
            }
            CompletableFuture<List<WriteOutcome>> outcomes = proposer.submitAtomically(many, TIMEOUT);
            assertThat(keys(0)).hasSize(30);
            answer(0);
            assertThat(outcomes.join()).hasSize(30);
        }

        @Test
        void stampsRiseThoughTheClockGoesBack() {
            write("a");
            wallMillis.addAndGet(-10_000);
            answer(0);
            write("b");
            assertThat(entry(0).getStamp())
                    .isEqualTo(Version.atMillis(1_000_000).value());
            assertThat(entry(1).getStamp()).isEqualTo(entry(0).getStamp() + 1);
        }
    }

    @Nested
    class Bounds {
        @Test
        void tooManyWaitingWritesAreRefusedAsBusyWithADelay() {
            proposer = proposer(new ProposerOptions(5, 50_000, 1, 20_000, 100, 50_000, 10));
            write("in flight");
            for (int i = 0; i < 5; i++) {
                assertThat(write("k" + i)).isNotDone();
            }
            assertThat(write("late").join())
                    .isInstanceOfSatisfying(
                            WriteOutcome.Busy.class,
                            busy -> assertThat(busy.retryAfter()).isPositive());
            answer(0);
            assertThat(keys(1)).hasSize(5).doesNotContain("late");
            assertThat(write("later")).isNotDone();
        }

        @Test
        void tooManyWaitingBytesToo() {
            proposer = proposer(new ProposerOptions(100, 1000, 1, 20_000, 100, 1000, 10));
            write("in flight");
            assertThat(proposer.submit(put("a", "v".repeat(900)), TIMEOUT)).isNotDone();
            assertThat(proposer.submit(put("b", "v".repeat(900)), TIMEOUT).join())
                    .isInstanceOf(WriteOutcome.Busy.class);
        }

        @Test
        void whatNoEntryHoldsIsTooLarge() {
            assertThat(proposer.submit(put("a", "v".repeat(10_000)), TIMEOUT).join())
                    .isInstanceOfSatisfying(WriteOutcome.TooLarge.class, tooLarge -> {
                        assertThat(tooLarge.bytes()).isGreaterThan(10_000);
                        assertThat(tooLarge.bytesMax()).isEqualTo(10_000);
                    });
            assertThat(replica.proposals).isEmpty();
        }

        @Test
        void bytesInFlightAreBoundedButOneEntryAlwaysGoes() {
            proposer = proposer(new ProposerOptions(100, 50_000, 4, 1000, 1, 50_000, 1));
            var _ = proposer.submit(put("a", "v".repeat(2000)), TIMEOUT);
            var _ = proposer.submit(put("b", "v".repeat(2000)), TIMEOUT);
            assertThat(replica.proposals).hasSize(1);
            answer(0);
            assertThat(replica.proposals).hasSize(2);
        }
    }

    @Nested
    class Deadlines {
        @Test
        void aWriteThatWaitedTooLongIsNotProposedAndKnownNotToBeDone() {
            write("in flight");
            CompletableFuture<WriteOutcome> waiting = proposer.submit(put("b", "v"), Duration.ofSeconds(1));
            time.advance(Duration.ofSeconds(1));
            assertThat(waiting.join()).isInstanceOf(WriteOutcome.TimedOut.class);
            answer(0);
            assertThat(replica.proposals).hasSize(1);
        }

        @Test
        void aWriteThatWasProposedIsUndeterminedWhenItsTimeIsOver() {
            CompletableFuture<WriteOutcome> write = write("a");
            time.advance(TIMEOUT);
            assertThat(write.join()).isInstanceOf(WriteOutcome.Undetermined.class);
            answer(0);
            assertThat(write("b")).isNotDone();
            assertThat(counters.values().writesUndetermined()).isEqualTo(1);
        }

        @Test
        void noTimerIsSetWhenNothingIsUnderWay() {
            assertThat(time.timersSet()).isZero();
            write("a");
            assertThat(time.timersSet()).isEqualTo(1);
            write("b");
            assertThat(time.timersSet()).isEqualTo(1);
            answer(0);
            answer(1);
            time.advance(TIMEOUT);
            assertThat(time.timersSet()).isZero();
        }
    }

    @Nested
    class Outcomes {
        @Test
        void areTruthful() {
            assertThat(outcomeOf(new ProposeOutcome.NotLeader(SimReplica.LEADER)))
                    .isEqualTo(new WriteOutcome.NotLeader(SimReplica.LEADER));
            assertThat(outcomeOf(new ProposeOutcome.Busy())).isInstanceOf(WriteOutcome.Busy.class);
            assertThat(outcomeOf(new ProposeOutcome.OutOfService("why")))
                    .isEqualTo(new WriteOutcome.OutOfService("why"));
            assertThat(outcomeOf(new ProposeOutcome.Undetermined("why")))
                    .isEqualTo(new WriteOutcome.Undetermined("why"));
        }

        @Test
        void aProposalThatFailedMayHaveBeenDone() {
            CompletableFuture<WriteOutcome> write = write("a");
            replica.proposals.getLast().outcome().completeExceptionally(new IllegalStateException("lost"));
            assertThat(write.join()).isInstanceOf(WriteOutcome.Undetermined.class);
            replica.proposing = entry -> {
                throw new IllegalStateException("thrown");
            };
            assertThat(write("b").join()).isInstanceOf(WriteOutcome.Undetermined.class);
        }

        @Test
        void whatWaitsIsRefusedOnClose() {
            CompletableFuture<WriteOutcome> first = write("a");
            CompletableFuture<WriteOutcome> second = write("b");
            proposer.close();
            assertThat(first).isNotDone();
            assertThat(second.join()).isInstanceOf(WriteOutcome.OutOfService.class);
            assertThat(write("c").join()).isInstanceOf(WriteOutcome.OutOfService.class);
        }

        private WriteOutcome outcomeOf(ProposeOutcome outcome) {
            CompletableFuture<WriteOutcome> write = write("a");
            answer(replica.proposals.size() - 1, outcome);
            return write.join();
        }
    }
}
