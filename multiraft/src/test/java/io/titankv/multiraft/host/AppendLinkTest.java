package io.titankv.multiraft.host;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.titankv.model.NodeId;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.apache.ratis.proto.RaftProtos.AppendEntriesReplyProto;
import org.apache.ratis.proto.RaftProtos.AppendEntriesRequestProto;
import org.apache.ratis.proto.RaftProtos.RaftRpcReplyProto;
import org.apache.ratis.proto.RaftProtos.RaftRpcRequestProto;
import org.apache.ratis.thirdparty.io.grpc.ManagedChannel;
import org.apache.ratis.thirdparty.io.grpc.Server;
import org.apache.ratis.thirdparty.io.grpc.netty.NettyChannelBuilder;
import org.apache.ratis.thirdparty.io.grpc.netty.NettyServerBuilder;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** {@link AppendLink} and {@link AppendService} over a real connection; the followers are this test. */
final class AppendLinkTest {
    private static final Duration SHORT = Duration.ofMillis(200);
    private static final Duration LONG = Duration.ofMinutes(10);

    /** What arrived at the other node, and what it will answer. */
    private final Map<Long, CompletableFuture<AppendEntriesReplyProto>> arrived = new ConcurrentHashMap<>();

    private static final NodeId LEADER = new NodeId("n7");

    private final RecordingSender first = new RecordingSender();
    private final RecordingSender second = new RecordingSender();
    /** Whose streams ended, as the service said. */
    private final List<NodeId> ended = new CopyOnWriteArrayList<>();

    private final Clock clock = new Clock("test");
    private final List<AppendLink> opened = new CopyOnWriteArrayList<>();
    private Server server;
    private StallingProxy proxy;

    @BeforeEach
    void start() throws IOException {
        startServer(0);
        proxy = new StallingProxy(server.getPort());
    }

    private void startServer(int port) throws IOException {
        server = NettyServerBuilder.forPort(port)
                .directExecutor()
                .addService(AppendService.of(
                        request -> arrived.computeIfAbsent(
                                request.getServerRequest().getCallId(), _ -> new CompletableFuture<>()),
                        ended::add))
                .build()
                .start();
    }

    private AppendLink connect(Duration patience) {
        AppendLink link = open(patience);
        await().until(link::isReady);
        return link;
    }

    /** @param patience as of {@link AppendLink} */
    private AppendLink open(Duration patience) {
        ManagedChannel channel = NettyChannelBuilder.forTarget(proxy.address())
                .usePlaintext()
                .disableRetry() // as in AppendLinks: a stream that the server never saw would be opened once more
                .directExecutor()
                .build();
        AppendLink link = new AppendLink(channel, clock, patience, Duration.ofMillis(20));
        link.add(first);
        link.add(second);
        opened.add(link);
        return link;
    }

    @AfterEach
    void stop() {
        opened.forEach(AppendLink::close);
        proxy.close();
        server.shutdownNow();
        clock.close();
    }

    private static void send(AppendLink link, RecordingSender sender, long callId) {
        link.send(
                sender,
                AppendEntriesRequestProto.newBuilder()
                        .setServerRequest(RaftRpcRequestProto.newBuilder()
                                .setRequestorId(Positions.toRatis(LEADER).toByteString())
                                .setCallId(callId))
                        .build());
    }

    private CompletableFuture<AppendEntriesReplyProto> arrival(long callId) {
        await().pollDelay(Duration.ZERO).until(() -> arrived.containsKey(callId));
        return Objects.requireNonNull(arrived.get(callId));
    }

    private void answer(long callId, long matchIndex) {
        arrival(callId)
                .complete(AppendEntriesReplyProto.newBuilder()
                        .setServerReply(RaftRpcReplyProto.newBuilder().setCallId(callId))
                        .setMatchIndex(matchIndex)
                        .build());
    }

    @Test
    void answersReachWhoSentInAnyOrder() {
        AppendLink link = connect(LONG);
        send(link, first, 1);
        send(link, second, 2);
        send(link, first, 3);

        answer(3, 9);
        await().untilAsserted(() -> assertThat(first.answered()).containsExactly(3L));
        answer(2, 9);
        answer(1, 9);

        await().untilAsserted(() -> assertThat(first.answered()).containsExactly(3L, 1L));
        await().untilAsserted(() -> assertThat(second.answered()).containsExactly(2L));
        assertThat(first.broken).hasValue(0);
    }

    @Test
    void theFollowersEndHearsWhoseStreamEnded() {
        AppendLink closed = connect(LONG);
        send(closed, first, 1);
        answer(1, 9);
        assertThat(ended).isEmpty();
        closed.close();
        await().untilAsserted(() -> assertThat(ended).contains(LEADER));

        ended.clear();
        send(connect(LONG), second, 2);
        answer(2, 9);
        proxy.breakConnections();
        await().untilAsserted(() -> assertThat(ended).contains(LEADER));
    }

    @Test
    void whatIsSentInABurstTravelsAtItsEndInOrder() {
        AppendLink link = connect(LONG);
        Burst.run(() -> {
            for (int callId = 0; callId < 600; callId++) {
                send(link, callId % 2 == 0 ? first : second, callId);
            }
            assertThat(arrived).isEmpty();
        });
        await().until(() -> arrived.size() == 600);
        for (int callId = 599; callId >= 0; callId--) {
            answer(callId, 1);
        }
        await().untilAsserted(() -> assertThat(first.answers).hasSize(300));
        await().untilAsserted(() -> assertThat(second.answers).hasSize(300));
    }

    @Test
    void anAppendThatFailsIsAnsweredAndTheOthersGoOn() {
        AppendLink link = connect(LONG);
        send(link, first, 1);
        send(link, second, 2);
        arrival(1).completeExceptionally(new IOException("no such group"));
        answer(2, 9);

        await().untilAsserted(() -> assertThat(second.answered()).containsExactly(2L));
        await().untilAsserted(() -> assertThat(first.answers)
                .containsExactly(new AppendAnswer.Failure(1, "java.io.IOException: no such group")));
        assertThat(first.broken).hasValue(0);
    }

    @Test
    void aSenderThatFailsEndsNobodyElsesStream() {
        AppendLink link = connect(LONG);
        send(link, first, 1);
        send(link, second, 2);
        Burst.run(() -> {
            answer(1, -1);
            answer(2, 9);
        });
        await().untilAsserted(() -> assertThat(second.answered()).containsExactly(2L));
        assertThat(first.answered()).containsExactly(1L);
        assertThat(second.broken).hasValue(0);
    }

    @Test
    void whatIsForgottenIsNotAnswered() {
        AppendLink link = connect(LONG);
        send(link, first, 1);
        send(link, first, 2);
        await().until(() -> arrived.containsKey(2L));
        link.forget(1);
        answer(1, 9);
        answer(2, 9);
        await().untilAsserted(() -> assertThat(first.answered()).containsExactly(2L));
    }

    @Test
    void aBreakIsToldOfAndTheLinkOpensAgain() throws Exception {
        AppendLink link = connect(LONG);
        send(link, first, 1);
        await().until(() -> arrived.containsKey(1L));
        int port = server.getPort();
        server.shutdownNow().awaitTermination();

        await().until(() -> first.broken.get() > 0 && second.broken.get() > 0);
        int before = first.broken.get();
        send(link, first, 2); // nobody is there: told, not lost in silence
        await().until(() -> first.broken.get() > before);

        startServer(port);
        await().until(() -> link.isReady() && first.ready.get() > 1);
        assertThat(first.brokenBeforeReady).isPositive();
        send(link, second, 3);
        answer(3, 9);
        await().untilAsserted(() -> assertThat(second.answered()).containsExactly(3L));
        assertThat(first.answers).isEmpty();
    }

    @Test
    void aConnectionThatFellSilentIsReplaced() {
        AppendLink link = connect(SHORT);
        send(link, first, 1);
        answer(1, 9);
        await().untilAsserted(() -> assertThat(first.answered()).containsExactly(1L));
        proxy.silenceConnections();
        send(link, first, 2);

        await().until(() -> {
            link.tick(1);
            return first.broken.get() > 0;
        });
        await().until(() -> link.isReady());
        send(link, first, 3);
        answer(3, 9);
        await().untilAsserted(() -> assertThat(first.answered()).containsExactly(1L, 3L));
        assertThat(proxy.connections()).isEqualTo(2);
    }

    @Test
    void aConnectionThatIsTakenButNeverAnsweredIsReplaced() {
        proxy.silenceAll();
        AppendLink link = open(SHORT);
        await().until(() -> {
            link.tick(1);
            return proxy.connections() > 2;
        });
        assertThat(link.isReady()).isFalse();

        proxy.recover();
        await().until(() -> {
            link.tick(1);
            return link.isReady();
        });
        send(link, first, 1);
        answer(1, 9);
        await().untilAsserted(() -> assertThat(first.answered()).containsExactly(1L));
    }

    @Test
    void aConnectionOnWhichNothingIsUnderWayIsNotSilent() {
        AppendLink link = connect(Duration.ofNanos(1));
        link.tick(7);
        send(link, first, 1);
        answer(1, 9);
        await().untilAsserted(() -> assertThat(first.answered()).containsExactly(1L));
        link.tick(7);
        assertThat(first.broken).hasValue(0);
        assertThat(first.ticks).hasValue(14);
    }

    @Test
    void aNodeThatNobodySendsToIsNotCalledAgain() throws Exception {
        AppendLink link = connect(LONG);
        link.remove(first);
        link.remove(second);
        int before = proxy.connections();
        int port = server.getPort();
        server.shutdownNow().awaitTermination();
        await().until(() -> !link.isReady());
        startServer(port);

        await().during(SHORT).until(() -> proxy.connections() == before);

        link.add(first);
        await().until(link::isReady);
        send(link, first, 1);
        answer(1, 9);
        await().untilAsserted(() -> assertThat(first.answered()).containsExactly(1L));
    }
}
