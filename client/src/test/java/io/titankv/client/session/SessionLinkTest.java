package io.titankv.client.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.ByteString;
import io.grpc.Context;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.titankv.client.session.SessionLinkException.Why;
import io.titankv.client.testing.FakeNode;
import io.titankv.client.testing.SessionBehaviour;
import io.titankv.proto.kv.v1.GetRequest;
import io.titankv.proto.kv.v1.GetResponse;
import io.titankv.proto.kv.v1.PutRequest;
import io.titankv.proto.kv.v1.SessionOperation;
import io.titankv.proto.kv.v1.SessionResult;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class SessionLinkTest {
    private static final Duration LONG = Duration.ofSeconds(60);

    /** A connect takes its time on a loaded machine. */
    private static final SessionLinkOptions OPTIONS =
            SessionLinkOptions.defaults().withConnectTimeout(LONG);

    private record Arrival(SessionOperation operation, SessionBehaviour.Stream stream) {
        void answer() {
            stream.answer(echo(operation));
        }
    }

    private final ConcurrentLinkedQueue<Arrival> held = new ConcurrentLinkedQueue<>();
    private final SessionBehaviour echoing = (operation, stream) -> stream.answer(echo(operation));
    private final SessionBehaviour holding = (operation, stream) -> held.add(new Arrival(operation, stream));
    private final FakeNode node = new FakeNode(echoing);
    private final ManagedChannel channel = SessionChannels.open(node.address(), null);
    private final List<SessionLink> links = new ArrayList<>();

    @AfterEach
    void stop() throws InterruptedException {
        links.forEach(SessionLink::close);
        channel.shutdownNow().awaitTermination(30, TimeUnit.SECONDS);
        node.close();
        assertThat(node.violations()).isEmpty();
    }

    private SessionLink link() {
        return link(OPTIONS);
    }

    private SessionLink link(SessionLinkOptions options) {
        SessionLink link = SessionLink.open(channel, options);
        links.add(link);
        return link;
    }

    private static SessionOperation get(String key) {
        return SessionOperation.newBuilder()
                .setGet(GetRequest.newBuilder().setKey(ByteString.copyFromUtf8(key)))
                .build();
    }

    private static SessionOperation put(int bytes) {
        return SessionOperation.newBuilder()
                .setPut(PutRequest.newBuilder()
                        .setKey(ByteString.copyFromUtf8("k"))
                        .setValue(ByteString.copyFrom(new byte[bytes])))
                .build();
    }

    /** A get is answered with its key as the value. */
    private static SessionResult echo(SessionOperation operation) {
        return SessionResult.newBuilder()
                .setId(operation.getId())
                .setGet(GetResponse.newBuilder()
                        .setFound(true)
                        .setValue(operation.getGet().getKey()))
                .build();
    }

    private static String valueOf(CompletableFuture<SessionResult> answer) throws Exception {
        return answer.get(60, TimeUnit.SECONDS).getGet().getValue().toStringUtf8();
    }

    private static SessionLinkException failureOf(CompletableFuture<SessionResult> answer) {
        try {
            answer.get(60, TimeUnit.SECONDS);
            throw new AssertionError("was answered");
        } catch (ExecutionException e) {
            return (SessionLinkException) Objects.requireNonNull(e.getCause());
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    private void awaitHeld(int count) {
        await().atMost(LONG).until(() -> held.size() >= count);
    }

    @Test
    void aLinkOutlivesTheCallInWhichItWasOpened() throws Exception {
        node.behave(holding);
        Context.CancellableContext call = Context.ROOT.withCancellation();
        SessionLink link = call.call(this::link);
        CompletableFuture<SessionResult> answer = link.send(get("a"), LONG);
        await().until(() -> !held.isEmpty());
        call.cancel(null);
        Objects.requireNonNull(held.poll()).answer();
        assertThat(valueOf(answer)).isEqualTo("a");
        assertThat(node.streams()).isEqualTo(1);
    }

    @Test
    void answersInAnyOrderFindTheirOperations() throws Exception {
        node.behave(holding);
        SessionLink link = link();
        List<CompletableFuture<SessionResult>> answers = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            answers.add(link.send(get("k" + i), LONG));
        }
        awaitHeld(200);
        List<Arrival> shuffled = new ArrayList<>(held);
        Collections.shuffle(shuffled, new Random(7));
        shuffled.forEach(Arrival::answer);
        for (int i = 0; i < 200; i++) {
            assertThat(valueOf(answers.get(i))).isEqualTo("k" + i);
        }
        await().atMost(LONG).until(() -> link.inFlight() == 0);
    }

    @Test
    void operationsThatWaitForTheConnectGoTogether() throws Exception {
        CountDownLatch go = new CountDownLatch(1);
        SessionLink link = link(OPTIONS.withMessageMax(10, 1 << 20));
        List<CompletableFuture<SessionResult>> answers = new ArrayList<>();
        node.behave((operation, stream) -> {
            try {
                go.await();
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
            stream.answer(echo(operation));
        });
        for (int i = 0; i < 1000; i++) {
            answers.add(link.send(get("k" + i), LONG));
        }
        go.countDown();
        for (int i = 0; i < 1000; i++) {
            assertThat(valueOf(answers.get(i))).isEqualTo("k" + i);
        }
        assertThat(node.messages()).allMatch(count -> count <= 10).anyMatch(count -> count > 1);
        assertThat(node.messages().stream().mapToInt(count -> count).sum()).isEqualTo(1000);
    }

    @Test
    void aMessageIsBoundedInBytes() throws Exception {
        SessionLink link = link(OPTIONS.withMessageMax(1000, 10_000));
        List<CompletableFuture<SessionResult>> answers = new ArrayList<>();
        for (int i = 0; i < 30; i++) {
            answers.add(link.send(put(4000), LONG));
        }
        answers.add(link.send(put(2 << 20), LONG));
        for (CompletableFuture<SessionResult> answer : answers) {
            answer.get(60, TimeUnit.SECONDS);
        }
        assertThat(node.messages()).allMatch(count -> count <= 2);
    }

    @Test
    void whatIsOverTheBoundsIsRefusedUnsent() {
        node.behave(holding);
        SessionLink link = link(OPTIONS.withInFlightMax(3, 1 << 20));
        List<CompletableFuture<SessionResult>> answers = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            answers.add(link.send(get("k" + i), LONG));
        }
        SessionLinkException refused = failureOf(link.send(get("more"), LONG));
        assertThat(refused.why()).isEqualTo(Why.FULL);
        assertThat(refused.mayHaveBeenSent()).isFalse();
        awaitHeld(3);
        held.forEach(Arrival::answer);
        answers.forEach(CompletableFuture::join);
        node.behave(echoing);
        assertThat(link.send(get("again"), LONG).join().hasGet()).isTrue();
    }

    @Test
    void bytesAreBoundedToo() {
        node.behave(holding);
        SessionLink link = link(OPTIONS.withInFlightMax(100, 1000));
        // One is taken even if it is larger than the bound: else it could never be sent.
        CompletableFuture<SessionResult> large = link.send(put(5000), LONG);
        assertThat(failureOf(link.send(get("k"), LONG)).why()).isEqualTo(Why.FULL);
        assertThat(large.isDone()).isFalse();
        large.cancel(false);
        await().atMost(LONG).until(() -> link.inFlight() == 0);
    }

    @Test
    void aSilentServerCostsATimeoutAndThenTheStream() throws Exception {
        node.behave(SessionBehaviour.silent());
        SessionLink link = link();
        CompletableFuture<SessionResult> patient = link.send(get("patient"), LONG);
        SessionLinkException late = failureOf(link.send(get("k"), Duration.ofMillis(1200)));
        assertThat(late.why()).isEqualTo(Why.TIMED_OUT);
        assertThat(late.mayHaveBeenSent()).isTrue();
        // The stream was given up, so who had more patience need not wait.
        SessionLinkException broken = failureOf(patient);
        assertThat(broken.why()).isEqualTo(Why.BROKEN);
        assertThat(broken.mayHaveBeenSent()).isTrue();
        node.behave(echoing);
        await().atMost(LONG)
                .ignoreExceptions()
                .untilAsserted(
                        () -> assertThat(valueOf(link.send(get("k"), LONG))).isEqualTo("k"));
        assertThat(node.streams()).isGreaterThan(1);
    }

    @Test
    void aSlowOperationDoesNotCostTheStreamWhileOthersAreAnswered() throws Exception {
        node.behave((operation, stream) -> {
            if (operation.getGet().getKey().toStringUtf8().equals("fast")) {
                stream.answer(echo(operation));
            }
        });
        SessionLink link = link();
        CompletableFuture<SessionResult> slow = link.send(get("slow"), Duration.ofMillis(1500));
        while (!slow.isDone()) {
            assertThat(valueOf(link.send(get("fast"), LONG))).isEqualTo("fast");
        }
        assertThat(failureOf(slow).why()).isEqualTo(Why.TIMED_OUT);
        assertThat(valueOf(link.send(get("fast"), LONG))).isEqualTo("fast");
        assertThat(node.streams()).isEqualTo(1);
    }

    @Test
    void aHalfClosedStreamFailsWhatItCarriedAndIsReplacedAtOnce() throws Exception {
        node.behave(holding);
        SessionLink link = link();
        CompletableFuture<SessionResult> first = link.send(get("a"), LONG);
        awaitHeld(1);
        node.behave(echoing);
        held.element().stream().complete();
        SessionLinkException broken = failureOf(first);
        assertThat(broken.why()).isEqualTo(Why.BROKEN);
        assertThat(broken.mayHaveBeenSent()).isTrue();
        await().atMost(LONG).until(() -> !link.isDown());
        await().atMost(LONG)
                .ignoreExceptions()
                .untilAsserted(
                        () -> assertThat(valueOf(link.send(get("b"), LONG))).isEqualTo("b"));
    }

    @Test
    void aServerKilledAndStartedAgainIsFoundAgain() throws Exception {
        SessionLink link = link();
        assertThat(valueOf(link.send(get("a"), LONG))).isEqualTo("a");
        node.behave(holding);
        CompletableFuture<SessionResult> underWay = link.send(get("b"), LONG);
        awaitHeld(1);
        node.kill();
        assertThat(failureOf(underWay).mayHaveBeenSent()).isTrue();
        await().atMost(LONG).until(link::isDown);
        SessionLinkException refused = failureOf(link.send(get("c"), LONG));
        assertThat(refused.mayHaveBeenSent()).isFalse();
        node.behave(echoing);
        node.start();
        await().atMost(LONG).until(link::isConnected);
        assertThat(valueOf(link.send(get("d"), LONG))).isEqualTo("d");
    }

    @Test
    void aServerThatRefusesTheStreamIsNotAskedWithoutPause() {
        node.behave((operation, stream) -> stream.fail(Status.PERMISSION_DENIED));
        SessionLink link = link();
        for (int i = 0; i < 200; i++) {
            SessionLinkException failure = failureOf(link.send(get("a"), LONG));
            if (failure.why() == Why.NOT_CONNECTED) {
                assertThat(failure.status()).isPresent();
                assertThat(failure.mayHaveBeenSent()).isFalse();
            }
        }
        assertThat(node.streams()).isLessThan(200);
    }

    @Test
    void anAddressThatAcceptsButNeverSpeaksFailsUnsentWithinTheConnectTimeout() throws Exception {
        try (ServerSocket mute = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            ManagedChannel dead = SessionChannels.open("127.0.0.1:" + mute.getLocalPort(), null);
            try (SessionLink link = SessionLink.open(dead, OPTIONS.withConnectTimeout(Duration.ofMillis(200)))) {
                SessionLinkException failure = failureOf(link.send(get("a"), LONG));
                assertThat(failure.why()).isIn(Why.NOT_CONNECTED, Why.BROKEN);
            } finally {
                dead.shutdownNow();
            }
        }
    }

    @Test
    void closingFailsWhatIsUnderWay() {
        node.behave(holding);
        SessionLink link = link();
        CompletableFuture<SessionResult> underWay = link.send(get("a"), LONG);
        awaitHeld(1);
        link.close();
        link.close();
        SessionLinkException closed = failureOf(underWay);
        assertThat(closed.why()).isEqualTo(Why.CLOSED);
        assertThat(closed.mayHaveBeenSent()).isTrue();
        assertThat(failureOf(link.send(get("b"), LONG)).mayHaveBeenSent()).isFalse();
    }

    @Test
    void theServerIsToldOfLessTimeThanTheCallerHas() {
        SessionLink link = link();
        link.send(get("a"), Duration.ofSeconds(10)).join();
        link.send(get("b"), Duration.ofMillis(100)).join();
        link.send(get("c"), Duration.ofDays(1)).join();
        assertThat(node.operations())
                .extracting(SessionOperation::getTimeoutMillis)
                .containsExactly(9900, 90, 300_000);
    }

    @Test
    void aTimeoutOfNothingIsABadArgument() {
        SessionLink link = link();
        assertThatThrownBy(() -> link.send(get("a"), Duration.ZERO)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void aThousandCallersAtOnceAreAllAnswered() throws Exception {
        SessionLink link = link();
        List<CompletableFuture<Void>> callers = new ArrayList<>();
        for (int caller = 0; caller < 50; caller++) {
            int number = caller;
            CompletableFuture<Void> done = new CompletableFuture<>();
            callers.add(done);
            Thread.startVirtualThread(() -> {
                try {
                    for (int i = 0; i < 100; i++) {
                        String key = number + "/" + i;
                        assertThat(valueOf(link.send(get(key), LONG))).isEqualTo(key);
                    }
                    done.complete(null);
                } catch (Throwable e) {
                    done.completeExceptionally(e);
                }
            });
        }
        for (CompletableFuture<Void> caller : callers) {
            caller.get(120, TimeUnit.SECONDS);
        }
        await().atMost(LONG).until(() -> link.inFlight() == 0);
    }
}
