package io.titankv.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.ByteString;
import io.grpc.Context;
import io.grpc.Status;
import io.titankv.client.testing.FakeCluster;
import io.titankv.client.testing.FakeNode;
import io.titankv.model.ErrorReason;
import io.titankv.model.Key;
import io.titankv.model.Limits;
import io.titankv.model.Version;
import io.titankv.proto.errors.TitanError;
import io.titankv.proto.kv.v1.BatchWriteRequest;
import io.titankv.proto.kv.v1.ScanRequest;
import io.titankv.proto.kv.v1.SessionOperation;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class TitanClientTest {
    private static final Duration LONG = Duration.ofSeconds(60);
    private static final Key KEY = Key.of("key");

    private final FakeCluster cluster = new FakeCluster(3);
    private final List<TitanClient> clients = new ArrayList<>();

    @AfterEach
    void stop() {
        clients.forEach(TitanClient::close);
        cluster.close();
        assertThat(cluster.nodes)
                .allSatisfy(node -> assertThat(node.violations()).isEmpty());
        assertThat(cluster.store.faults()).isEmpty();
    }

    private TitanClientBuilder builder() {
        return TitanClient.builder(cluster.addresses()).timeout(LONG);
    }

    private TitanClient client(TitanClientBuilder builder) {
        TitanClient client = builder.build();
        clients.add(client);
        return client;
    }

    /** A client that has its routes. */
    private TitanClient routed() {
        TitanClient client = client(builder());
        await().atMost(LONG).until(() -> !client.routes().isEmpty());
        return client;
    }

    private static ByteString bytes(String text) {
        return ByteString.copyFromUtf8(text);
    }

    private static TitanException failureOf(CompletableFuture<?> answer) {
        try {
            answer.get(120, TimeUnit.SECONDS);
            throw new AssertionError("was answered");
        } catch (ExecutionException e) {
            return (TitanException) Objects.requireNonNull(e.getCause());
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    private static boolean isPut(SessionOperation operation) {
        return operation.hasPut();
    }

    @Test
    void whatIsPutIsReadAndDeleted() {
        BlockingTitanClient client = routed().blocking();
        assertThat(client.get(KEY)).isEmpty();
        WriteResult put = client.put(KEY, bytes("1"));
        assertThat(client.get(KEY)).hasValueSatisfying(found -> {
            assertThat(found.value()).isEqualTo(bytes("1"));
            assertThat(found.version()).isEqualTo(put.version());
        });
        assertThat(client.delete(KEY).existed()).isTrue();
        assertThat(client.delete(KEY).existed()).isFalse();
        assertThat(client.get(KEY)).isEmpty();
    }

    @Test
    void aClientOutlivesTheCallInWhichItWasBuilt() throws Exception {
        Context.CancellableContext call = Context.ROOT.withCancellation();
        TitanClient client = call.call(this::routed);
        long revision = client.routes().revision();
        call.cancel(null);
        assertThat(client.blocking().put(KEY, bytes("1")).version()).isNotNull();
        cluster.publish();
        await().atMost(LONG).until(() -> client.routes().revision() > revision);
        assertThat(cluster.watchesOpened).hasValue(1);
    }

    @Test
    void aTagIsAPartOfTheKey() {
        BlockingTitanClient client = routed().blocking();
        Key tagged = new Key(bytes("key"), bytes("tag"));
        client.put(tagged, bytes("tagged"));
        assertThat(client.get(KEY)).isEmpty();
        assertThat(client.get(tagged)).isPresent();
    }

    @Test
    void operationsGoStraightToTheLeaderOfTheirShard() {
        TitanClient client = routed();
        for (int i = 0; i < 100; i++) {
            client.blocking().put(Key.of("k" + i), bytes("v"));
        }
        assertThat(cluster.refusedAsFollower).hasValue(0);
        assertThat(cluster.nodes)
                .allSatisfy(node -> assertThat(node.operations()).isNotEmpty());
    }

    @Test
    void aHintLeadsToTheNewLeader() {
        TitanClient client = routed();
        int elsewhere = (cluster.nodes.indexOf(cluster.leaderOf(KEY)) + 1) % 3;
        cluster.moveLeader(KEY, elsewhere);
        client.blocking().put(KEY, bytes("1"));
        assertThat(cluster.refusedAsFollower).hasValue(1);
        // Learned: the next one does not ask the old leader.
        client.blocking().put(KEY, bytes("2"));
        assertThat(cluster.refusedAsFollower).hasValue(1);
    }

    @Test
    void aHintHelpsAClientWithoutRoutes() {
        cluster.routesHidden = true;
        TitanClient client = client(builder());
        for (int i = 0; i < 20; i++) {
            client.blocking().put(Key.of("k" + i), bytes("v"));
        }
        assertThat(cluster.store.applied()).isEqualTo(20);
        assertThat(client.routes().isEmpty()).isTrue();
    }

    @Test
    void aStaleRouteIsRefreshedAndTheWriteDoneOnce() {
        TitanClient client = routed();
        cluster.raiseEpoch();
        client.blocking().put(KEY, bytes("1"));
        assertThat(cluster.routesAsked.get()).isPositive();
        assertThat(client.routes().epoch().value()).isEqualTo(2);
        assertThat(cluster.store.applied()).isEqualTo(1);
    }

    @Test
    void aNewMapIsLearnedFromTheWatch() {
        TitanClient client = routed();
        cluster.raiseEpoch();
        cluster.publish();
        await().atMost(LONG).until(() -> client.routes().epoch().value() == 2);
        assertThat(cluster.routesAsked).hasValue(0);
    }

    @Test
    void busyIsTriedAgainAfterTheDelayGiven() {
        AtomicInteger busy = new AtomicInteger(3);
        List<Long> at = new ArrayList<>();
        cluster.interceptor = (node, operation, stream) -> {
            at.add(System.nanoTime());
            if (busy.getAndDecrement() > 0) {
                stream.answer(FakeCluster.refusal(
                        operation, TitanError.of(ErrorReason.BUSY, "busy").withRetryDelay(Duration.ofMillis(30))));
                return true;
            }
            return false;
        };
        routed().blocking().put(KEY, bytes("1"));
        assertThat(at).hasSize(4);
        for (int i = 1; i < at.size(); i++) {
            assertThat(Duration.ofNanos(at.get(i) - at.get(i - 1))).isGreaterThanOrEqualTo(Duration.ofMillis(30));
        }
    }

    @Test
    void advisedToWaitBeyondTheDeadlineItGivesUpAtOnce() {
        cluster.interceptor = (node, operation, stream) -> {
            stream.answer(FakeCluster.refusal(
                    operation, TitanError.of(ErrorReason.BUSY, "busy").withRetryDelay(Duration.ofHours(1))));
            return true;
        };
        TitanException failure = failureOf(routed().put(KEY, bytes("1")));
        assertThat(failure).isInstanceOf(TitanException.Unavailable.class);
        assertThat(failure.reason()).isEqualTo(ErrorReason.BUSY);
        assertThat(failure.retryAfter()).contains(Duration.ofHours(1));
        assertThat(cluster.store.applied()).isZero();
    }

    @Test
    void whenTheLeaderCannotBeReachedAnyNodeWillDo() {
        TitanClient client = routed();
        FakeNode leader = cluster.leaderOf(KEY);
        client.blocking().put(KEY, bytes("1"));
        cluster.forwarding = true;
        leader.kill();
        client.blocking().put(KEY, bytes("2"));
        assertThat(client.blocking().get(KEY)).map(Versioned::value).contains(bytes("2"));
        assertThat(cluster.store.applied()).isEqualTo(2);
    }

    @Test
    void aClusterThatComesBackOnTheSamePortsIsFoundAgain() throws Exception {
        TitanClient client = routed();
        client.blocking().put(KEY, bytes("1"));
        cluster.nodes.forEach(FakeNode::kill);
        CompletableFuture<WriteResult> meanwhile = client.put(KEY, bytes("2"));
        cluster.nodes.forEach(FakeNode::start);
        meanwhile.get(120, TimeUnit.SECONDS);
        assertThat(client.blocking().get(KEY)).map(Versioned::value).contains(bytes("2"));
        assertThat(cluster.store.applied()).isEqualTo(2);
        cluster.raiseEpoch();
        cluster.publish();
        // The watch came back, too.
        await().atMost(LONG).until(() -> client.routes().epoch().value() == 2);
    }

    /** Does the first put, but ends the stream in place of an answer. */
    private AtomicBoolean loseTheFirstAnswer() {
        AtomicBoolean lost = new AtomicBoolean();
        cluster.interceptor = (node, operation, stream) -> {
            if (isPut(operation) && lost.compareAndSet(false, true)) {
                var _ = cluster.answer(node, operation);
                stream.fail(Status.UNAVAILABLE);
                return true;
            }
            return false;
        };
        return lost;
    }

    private static long putsAt(FakeNode node) {
        return node.operations().stream().filter(TitanClientTest::isPut).count();
    }

    @Test
    void aWriteWhoseAnswerWasLostIsDoneOnceAndAnsweredAsTheFirstTime() {
        AtomicBoolean lost = loseTheFirstAnswer();
        WriteOptions ifAbsent = WriteOptions.DEFAULT.withCondition(Condition.absent());
        // Judged anew, the condition would not hold any more.
        WriteResult put = routed().blocking().put(KEY, bytes("1"), ifAbsent);
        assertThat(lost).isTrue();
        assertThat(put.version().value()).isEqualTo(101);
        assertThat(cluster.store.applied()).isEqualTo(1);
        assertThat(putsAt(cluster.leaderOf(KEY))).isEqualTo(2);
    }

    @Test
    void withoutAnIdALostAnswerLeavesTheOutcomeOpen() {
        loseTheFirstAnswer();
        WriteOptions plain = WriteOptions.DEFAULT.withExactlyOnce(false);
        TitanException failure = failureOf(routed().put(KEY, bytes("1"), plain));
        assertThat(failure).isInstanceOf(TitanException.OutcomeUndetermined.class);
        assertThat(failure.outcomeUndetermined()).isTrue();
        assertThat(cluster.nodes.stream().mapToLong(TitanClientTest::putsAt).sum())
                .isEqualTo(1);
    }

    @Test
    void theCallersWordThatAWriteIsIdempotentIsTaken() {
        loseTheFirstAnswer();
        WriteOptions plain = WriteOptions.DEFAULT.withExactlyOnce(false).withIdempotent(true);
        routed().blocking().put(KEY, bytes("1"), plain);
        assertThat(cluster.store.applied()).isEqualTo(2);
    }

    @Test
    void whatALaterTryIsToldDoesNotHideThatAnEarlierOneMayHaveHappened() {
        AtomicBoolean lost = loseTheFirstAnswer();
        FakeCluster.Interceptor losing = cluster.interceptor;
        cluster.interceptor = (node, operation, stream) -> {
            if (lost.get()) {
                stream.answer(FakeCluster.refusal(operation, TitanError.of(ErrorReason.DISK_FULL, "full")));
                return true;
            }
            return losing.intercept(node, operation, stream);
        };
        TitanException failure = failureOf(routed().put(KEY, bytes("1")));
        assertThat(failure).isInstanceOf(TitanException.OutcomeUndetermined.class);
        assertThat(cluster.store.applied()).isEqualTo(1);
    }

    @Test
    void aFailedConditionTellsTheVersion() {
        BlockingTitanClient client = routed().blocking();
        Version version = client.put(KEY, bytes("1")).version();
        WriteOptions wrong = WriteOptions.DEFAULT.withCondition(Condition.versionIs(new Version(1)));
        assertThatThrownBy(() -> client.put(KEY, bytes("2"), wrong))
                .isInstanceOfSatisfying(
                        TitanException.ConditionFailed.class,
                        failed -> assertThat(failed.currentVersion()).isEqualTo(version));
        client.put(KEY, bytes("2"), WriteOptions.DEFAULT.withCondition(Condition.versionIs(version)));
        client.delete(KEY, WriteOptions.DEFAULT.withCondition(Condition.present()));
        assertThat(client.get(KEY)).isEmpty();
    }

    @Test
    void aSilentClusterEndsEveryOperationAtItsDeadline() {
        cluster.interceptor = (node, operation, stream) -> true;
        TitanClient client = client(builder().timeout(Duration.ofMillis(1500)));
        CompletableFuture<?> read = client.get(KEY);
        CompletableFuture<?> write = client.put(KEY, bytes("1"));
        assertThat(failureOf(read)).isInstanceOf(TitanException.Unavailable.class);
        assertThat(failureOf(write)).isInstanceOf(TitanException.OutcomeUndetermined.class);
        await().atMost(LONG).until(() -> client.inFlight() == 0);
    }

    @Test
    void aSilentNodeCostsOneTryNotTheOperation() {
        cluster.forwarding = true;
        TitanClient client = client(builder().retryPolicy(RetryPolicy.DEFAULT.withTryTimeout(Duration.ofMillis(300))));
        await().atMost(LONG).until(() -> !client.routes().isEmpty());
        int leader = cluster.nodes.indexOf(cluster.leaderOf(KEY));
        cluster.interceptor = (node, operation, stream) -> node == leader;
        client.blocking().put(KEY, bytes("1"));
        assertThat(cluster.store.applied()).isEqualTo(1);
    }

    @Test
    void aRefusedCallerIsToldSoAtOnce() {
        cluster.interceptor = (node, operation, stream) -> {
            stream.fail(Status.PERMISSION_DENIED.withDescription("no"));
            return true;
        };
        TitanException failure = failureOf(routed().get(KEY));
        assertThat(failure).isInstanceOf(TitanException.Refused.class);
        assertThat(failure.reason()).isEqualTo(ErrorReason.PERMISSION_DENIED);
    }

    @Test
    void whatIsOverALimitIsNotSent() {
        TitanClient client = routed();
        assertThat(failureOf(client.get(Key.of(""))).reason()).isEqualTo(ErrorReason.KEY_EMPTY);
        Key large = Key.of("x".repeat(Limits.KEY_BYTES_MAX + 1));
        assertThat(failureOf(client.delete(large)).reason()).isEqualTo(ErrorReason.KEY_TOO_LARGE);
        ByteString value = ByteString.copyFrom(new byte[Limits.VALUE_BYTES_SETTING_MAX + 1]);
        assertThat(failureOf(client.put(KEY, value)).reason()).isEqualTo(ErrorReason.VALUE_TOO_LARGE);
        assertThat(cluster.nodes)
                .allSatisfy(node -> assertThat(node.operations()).isEmpty());
    }

    @Test
    void fullMeansBusyOrWaiting() throws Exception {
        ConcurrentLinkedQueue<Runnable> held = new ConcurrentLinkedQueue<>();
        cluster.forwarding = true;
        cluster.interceptor = (node, operation, stream) -> {
            held.add(() -> stream.answer(cluster.answer(node, operation)));
            return true;
        };
        TitanClient failing = client(builder().inFlightMax(2, 1 << 20).whenFull(WhenFull.FAIL));
        CompletableFuture<?> first = failing.get(KEY);
        CompletableFuture<?> second = failing.get(KEY);
        assertThat(failureOf(failing.get(KEY)).reason()).isEqualTo(ErrorReason.BUSY);

        TitanClient waiting = client(builder().inFlightMax(1, 1 << 20));
        CompletableFuture<?> third = waiting.get(KEY);
        CountDownLatch through = new CountDownLatch(1);
        Thread.startVirtualThread(() -> {
            var _ = waiting.get(KEY);
            through.countDown();
        });
        await().atMost(LONG).until(() -> held.size() == 3);
        assertThat(through.getCount()).isEqualTo(1);
        held.forEach(Runnable::run);
        assertThat(through.await(60, TimeUnit.SECONDS)).isTrue();
        first.get(60, TimeUnit.SECONDS);
        second.get(60, TimeUnit.SECONDS);
        third.get(60, TimeUnit.SECONDS);
        await().atMost(LONG).until(() -> failing.inFlight() == 0);
    }

    @Test
    void closingEndsWhatIsUnderWay() {
        cluster.interceptor = (node, operation, stream) -> true;
        TitanClient client = routed();
        CompletableFuture<?> read = client.get(KEY);
        CompletableFuture<?> write = client.put(KEY, bytes("1"));
        await().atMost(LONG)
                .until(() -> cluster.nodes.stream()
                                .mapToInt(node -> node.operations().size())
                                .sum()
                        == 2);
        client.close();
        client.close();
        assertThat(failureOf(read)).isInstanceOf(TitanException.Unavailable.class);
        assertThat(failureOf(write)).isInstanceOf(TitanException.OutcomeUndetermined.class);
        assertThat(failureOf(client.get(KEY))).isInstanceOf(TitanException.Unavailable.class);
    }

    @Test
    void withoutRoutingEverythingGoesToTheEndpoints() {
        cluster.forwarding = true;
        TitanClient client = client(TitanClient.builder(cluster.nodes.get(1).address())
                .timeout(LONG)
                .routing(false));
        for (int i = 0; i < 30; i++) {
            client.blocking().put(Key.of("k" + i), bytes("v"));
        }
        assertThat(cluster.nodes.get(1).operations()).hasSize(30);
        assertThat(client.routes().isEmpty()).isTrue();
    }

    @Test
    void everyIdIsNewAndWhatWasAnsweredMayBeForgotten() {
        TitanClient client = routed();
        for (int i = 0; i < 50; i++) {
            client.blocking().put(Key.of("k" + i), bytes("v"));
        }
        Set<Long> sequences = new HashSet<>();
        cluster.nodes.stream().flatMap(node -> node.operations().stream()).forEach(operation -> {
            var id = operation.getPut().getRequestId();
            assertThat(id.getClientId().size()).isEqualTo(16);
            assertThat(sequences.add(id.getSequence())).isTrue();
            // One after the other: when this one was sent, all before it had been answered.
            assertThat(id.getAnsweredBelow()).isEqualTo(id.getSequence());
        });
        assertThat(sequences).hasSize(50);
    }

    @Test
    void aBatchHasAnOutcomeForEachKeyInOrder() {
        BlockingTitanClient client = routed().blocking();
        client.put(Key.of("k1"), bytes("old"));
        List<BatchWrite> writes = List.of(
                BatchWrite.put(Key.of("k0"), bytes("0")),
                new BatchWrite.Put(Key.of("k1"), bytes("1"), Condition.absent()),
                BatchWrite.delete(Key.of("k2")));
        List<WriteOutcome> outcomes = client.batchWrite(writes, Atomicity.PER_KEY, WriteOptions.DEFAULT);
        assertThat(outcomes.get(0)).isInstanceOf(WriteOutcome.Done.class);
        assertThat(outcomes.get(1))
                .isInstanceOfSatisfying(
                        WriteOutcome.Failed.class,
                        failed -> assertThat(failed.failure()).isInstanceOf(TitanException.ConditionFailed.class));
        assertThat(outcomes.get(2)).isInstanceOf(WriteOutcome.Done.class);
        List<ReadOutcome> reads = client.batchGet(List.of(Key.of("k2"), Key.of("k0"), Key.of("")), ReadOptions.DEFAULT);
        assertThat(reads.get(0)).isInstanceOf(ReadOutcome.Absent.class);
        assertThat(reads.get(1))
                .isInstanceOfSatisfying(
                        ReadOutcome.Found.class,
                        found -> assertThat(found.value().value()).isEqualTo(bytes("0")));
        assertThat(reads.get(2)).isInstanceOf(ReadOutcome.Failed.class);
    }

    @Test
    void anAtomicBatchIsSentAgainWithTheSameIdsUntilItIsDone() {
        AtomicInteger refusals = new AtomicInteger(2);
        Set<Long> sequences = new HashSet<>();
        cluster.unaryInterceptor = (node, request) -> {
            ((BatchWriteRequest) request)
                    .getOperationsList()
                    .forEach(write -> sequences.add(write.getRequestId().getSequence()));
            return refusals.getAndDecrement() > 0
                    ? Optional.of(TitanError.of(ErrorReason.SHARD_TRANSITION, "moving"))
                    : Optional.empty();
        };
        List<BatchWrite> writes =
                List.of(BatchWrite.put(Key.of("a"), bytes("1")), BatchWrite.put(Key.of("b"), bytes("2")));
        assertThat(routed().blocking().batchWrite(writes, Atomicity.PER_SHARD, WriteOptions.DEFAULT))
                .allSatisfy(outcome -> assertThat(outcome).isInstanceOf(WriteOutcome.Done.class));
        assertThat(sequences).hasSize(2);
        assertThat(cluster.store.applied()).isEqualTo(2);
    }

    @Test
    void anAtomicBatchWithABadWriteIsNotSentAtAll() {
        List<BatchWrite> writes =
                List.of(BatchWrite.put(Key.of("a"), bytes("1")), BatchWrite.put(Key.of(""), bytes("2")));
        List<WriteOutcome> outcomes = routed().blocking().batchWrite(writes, Atomicity.PER_SHARD, WriteOptions.DEFAULT);
        assertThat(outcomes).allSatisfy(outcome -> assertThat(outcome).isInstanceOf(WriteOutcome.Failed.class));
        assertThat(cluster.store.applied()).isZero();
    }

    @Test
    void aScanGoesOnOverPagesThatFailed() {
        BlockingTitanClient client = routed().blocking();
        Set<Key> written = new HashSet<>();
        for (int i = 0; i < 57; i++) {
            written.add(Key.of("k" + i));
            client.put(Key.of("k" + i), bytes("v" + i));
        }
        AtomicInteger calls = new AtomicInteger();
        cluster.unaryInterceptor = (node, request) -> {
            int call = calls.incrementAndGet();
            boolean byToken = !((ScanRequest) request).getPageToken().isEmpty();
            if (call % 3 == 0) {
                return Optional.of(TitanError.of(ErrorReason.ROUTE_STALE, "moved"));
            }
            return byToken && call % 7 == 0
                    ? Optional.of(TitanError.of(ErrorReason.BAD_PAGE_TOKEN, "what is that"))
                    : Optional.empty();
        };
        List<Key> met = new ArrayList<>();
        try (ScanCursor cursor = client.scan(ScanQuery.ALL.withPageSize(5))) {
            cursor.forEachRemaining(one -> met.add(one.key()));
        }
        assertThat(met).doesNotHaveDuplicates().containsExactlyInAnyOrderElementsOf(written);
        assertThat(client.count(ScanQuery.ALL.withPageSize(5).withKeyPrefix(bytes("k1"))))
                .isEqualTo(11);
    }

    @Test
    void keysOnlyLeavesTheValuesOut() {
        BlockingTitanClient client = routed().blocking();
        client.put(KEY, bytes("value"));
        try (ScanCursor cursor = client.scan(ScanQuery.ALL.withKeysOnly(true))) {
            assertThat(cursor.stream())
                    .singleElement()
                    .satisfies(one -> assertThat(one.value()).isEqualTo(ByteString.EMPTY));
        }
    }

    @Test
    void explainTellsWhereAKeyLives() {
        Explanation told = routed().blocking().explain(KEY, ReadOptions.DEFAULT);
        assertThat(told.token()).isEqualTo(KEY.token());
        assertThat(told.shard()).isEqualTo("s" + (cluster.shardOf(KEY.token()) + 1));
        assertThat(told.record()).isEmpty();
    }
}
