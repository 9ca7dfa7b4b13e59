package io.titankv.client.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.common.base.Ticker;
import com.google.protobuf.ByteString;
import io.grpc.ManagedChannel;
import io.titankv.client.testing.FakeNode;
import io.titankv.client.testing.SessionBehaviour;
import io.titankv.proto.kv.v1.GetRequest;
import io.titankv.proto.kv.v1.GetResponse;
import io.titankv.proto.kv.v1.SessionOperation;
import io.titankv.proto.kv.v1.SessionResult;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What goes together in a message, by the pace alone and on a link to a node that answers when it is told to. Time stands still. */
class SessionPaceTest {
    private static final long PATIENCE = SessionPace.PATIENCE.toNanos();

    private final AtomicLong nanos = new AtomicLong(7);
    private final TimerWheel timer = TimerWheel.manual(new Ticker() {
        @Override
        public long read() {
            return nanos.get();
        }
    });
    private final ConcurrentLinkedQueue<Long> held = new ConcurrentLinkedQueue<>();
    private volatile SessionBehaviour.@Nullable Stream stream;
    private final FakeNode node = new FakeNode((operation, from) -> {
        stream = from;
        held.add(operation.getId());
    });
    private final ManagedChannel channel = SessionChannels.open(node.address(), null);
    private final SessionLink link =
            SessionLink.open(channel, SessionLinkOptions.defaults().withTimer(timer));

    @AfterEach
    void stop() throws InterruptedException {
        link.close();
        channel.shutdownNow().awaitTermination(30, TimeUnit.SECONDS);
        node.close();
        assertThat(node.violations()).isEmpty();
    }

    private CompletableFuture<SessionResult> send() {
        return link.send(
                SessionOperation.newBuilder()
                        .setGet(GetRequest.newBuilder().setKey(ByteString.copyFromUtf8("k")))
                        .build(),
                Duration.ofMinutes(1));
    }

    private void send(int operations) {
        for (int i = 0; i < operations; i++) {
            var _ = send();
        }
    }

    private void awaitHeld(int operations) {
        await().pollInterval(Duration.ofMillis(1)).atMost(Duration.ofMinutes(1)).until(() -> held.size() == operations);
    }

    /** As many messages of one operation as are no load yet. */
    private void sendOneByOne() {
        for (int i = 1; i < SessionPace.LOAD_MIN; i++) {
            send(1);
            awaitHeld(i);
        }
    }

    private void answer(int operations) {
        SessionResult[] results = new SessionResult[operations];
        for (int i = 0; i < operations; i++) {
            results[i] = SessionResult.newBuilder()
                    .setId(Objects.requireNonNull(held.poll()))
                    .setGet(GetResponse.getDefaultInstance())
                    .build();
        }
        Objects.requireNonNull(stream).answer(results);
    }

    /** Beside the deadline of each operation there is the alarm for what waits. */
    private void assertHeldBack() {
        assertThat(timer.waiting()).isEqualTo(link.inFlight() + 1);
    }

    /** After the messages of one operation each. */
    private void assertMessages(Integer... then) {
        assertThat(node.messages().subList(0, SessionPace.LOAD_MIN - 1))
                .isEqualTo(Collections.nCopies(SessionPace.LOAD_MIN - 1, 1));
        assertThat(node.messages()
                        .subList(SessionPace.LOAD_MIN - 1, node.messages().size()))
                .containsExactly(then);
    }

    @Test
    void withLittleUnderWayNothingWaits() {
        sendOneByOne();
        assertMessages();
        assertThat(timer.waiting()).isEqualTo(link.inFlight());
    }

    @Test
    void underLoadManyAreWorthAMessage() {
        sendOneByOne();
        send(SessionPace.WORTH_OPERATIONS - 1);
        assertHeldBack();
        send(1);
        awaitHeld(SessionPace.LOAD_MIN - 1 + SessionPace.WORTH_OPERATIONS);
        assertMessages(SessionPace.WORTH_OPERATIONS);
    }

    @Test
    void answersLetGoOfWhatWaits() {
        sendOneByOne();
        send(3);
        assertHeldBack();
        answer(3);
        awaitHeld(SessionPace.LOAD_MIN - 1);
        assertMessages(3);
    }

    @Test
    void messagesWithoutAnswerHoldNothingBackForLong() {
        sendOneByOne();
        send(3);
        assertHeldBack();
        nanos.addAndGet(PATIENCE + 2 * TimerWheel.TICK_NANOS);
        timer.advance();
        awaitHeld(SessionPace.LOAD_MIN + 2);
        assertMessages(3);
    }

    @Test
    void whatTheAnswersOfOneMessageBringGoesTogether() {
        List<CompletableFuture<SessionResult>> first =
                List.of(send(), send(), send(), send(), send(), send(), send(), send(), send(), send());
        first.forEach(answer -> {
            var _ = answer.thenAccept(result -> send(1));
        });
        awaitHeld(10);
        int before = node.messages().size();
        answer(10);
        awaitHeld(10);
        assertThat(node.messages().subList(before, node.messages().size())).containsExactly(10);
    }

    @Test
    void manyBytesAreWorthAMessage() {
        SessionPace pace = new SessionPace();
        for (int i = 0; i < 40; i++) {
            pace.onAdded(pace.begin(0));
        }
        assertThat(pace.waitNanos(1, 2, SessionPace.WORTH_BYTES - 1)).isEqualTo(PATIENCE - 1);
        assertThat(pace.waitNanos(1, 2, SessionPace.WORTH_BYTES)).isZero();
    }

    @Test
    void aMessageCountsUntilItsFirstAnswerOrUntilItIsOld() {
        SessionPace pace = new SessionPace();
        SessionPace.Sent large = pace.begin(0);
        for (int i = 0; i < 30; i++) {
            pace.onAdded(large);
        }
        pace.onAdded(pace.begin(5));
        pace.onAdded(pace.begin(9));
        assertThat(pace.waitNanos(10, 1, 100)).isEqualTo(PATIENCE - 10);
        assertThat(pace.waitNanos(10, 32, 100))
                .as("as many on average as are worth it")
                .isZero();
        pace.onAnswered(large);
        pace.onAnswered(large);
        assertThat(pace.waitNanos(10, 1, 100)).as("no load any more").isZero();
        SessionPace.Sent last = pace.begin(20);
        for (int i = 0; i < 31; i++) {
            pace.onAdded(last);
        }
        assertThat(pace.waitNanos(30, 1, 100)).isEqualTo(5 + PATIENCE - 30);
        assertThat(pace.waitNanos(9 + PATIENCE, 1, 100))
                .as("the large one alone is left")
                .isZero();
    }
}
