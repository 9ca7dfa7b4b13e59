package io.titankv.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.ByteString;
import io.titankv.client.Connections.Connection;
import io.titankv.client.session.SessionLinkException;
import io.titankv.client.session.SessionLinkException.Why;
import io.titankv.client.session.SessionLinkOptions;
import io.titankv.client.testing.FakeNode;
import io.titankv.client.testing.SessionBehaviour;
import io.titankv.proto.kv.v1.GetRequest;
import io.titankv.proto.kv.v1.SessionOperation;
import io.titankv.proto.kv.v1.SessionResult;
import java.time.Duration;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ConnectionsTest {
    private static final Duration LONG = Duration.ofSeconds(60);
    private static final SessionOperation GET = SessionOperation.newBuilder()
            .setGet(GetRequest.newBuilder().setKey(ByteString.copyFromUtf8("k")))
            .build();

    /** Answers that the nodes hold back. */
    private final ConcurrentLinkedQueue<Runnable> held = new ConcurrentLinkedQueue<>();

    private final SessionBehaviour answering = (operation, stream) ->
            stream.answer(SessionResult.newBuilder().setId(operation.getId()).build());
    private final SessionBehaviour holding =
            (operation, stream) -> held.add(() -> answering.onOperation(operation, stream));

    private final FakeNode staying = new FakeNode(answering);
    private final FakeNode leaving = new FakeNode(answering);
    private final Connections connections =
            new Connections(null, null, SessionLinkOptions.defaults().withConnectTimeout(LONG));

    @AfterEach
    void stop() {
        connections.close();
        staying.close();
        leaving.close();
        assertThat(staying.violations()).isEmpty();
        assertThat(leaving.violations()).isEmpty();
    }

    private static CompletableFuture<SessionResult> send(Connection connection) {
        return connection.link().send(GET, LONG);
    }

    private static void assertAnswered(CompletableFuture<SessionResult> answer) throws Exception {
        assertThat(answer.get(60, TimeUnit.SECONDS)).isNotNull();
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

    @Test
    void anAddressHasOneConnectionAndOneSession() throws Exception {
        Connection connection = connections.to(staying.address());
        assertThat(connections.to(staying.address())).isSameAs(connection);
        assertThat(connections.to(leaving.address())).isNotSameAs(connection);
        assertThat(connection.address()).isEqualTo(staying.address());
        assertThat(connection.link()).isSameAs(connection.link());
        assertAnswered(send(connection));
        assertAnswered(send(connection));
        assertThat(staying.streams()).isEqualTo(1);
        assertThat(leaving.streams()).isZero();
    }

    @Test
    void whatLeftIsClosedAndWhatStayedFinishesItsWork() throws Exception {
        staying.behave(holding);
        leaving.behave(holding);
        Connection stays = connections.to(staying.address());
        Connection leaves = connections.to(leaving.address());
        CompletableFuture<SessionResult> atStaying = send(stays);
        CompletableFuture<SessionResult> atLeaving = send(leaves);
        await().atMost(LONG).until(() -> held.size() == 2);

        connections.retainOnly(Set.of(staying.address(), "127.0.0.1:1"));

        SessionLinkException failure = failureOf(atLeaving);
        assertThat(failure.why()).isEqualTo(Why.CLOSED);
        assertThat(failure.mayHaveBeenSent()).isTrue();
        assertThat(leaves.channel().isShutdown()).isTrue();
        assertThatThrownBy(leaves::link).isInstanceOf(IllegalStateException.class);
        await().atMost(LONG).until(() -> leaves.channel().isTerminated());

        assertThat(stays.channel().isShutdown()).isFalse();
        assertThat(atStaying).isNotDone();
        held.forEach(Runnable::run);
        assertAnswered(atStaying);
        assertThat(connections.to(staying.address())).isSameAs(stays);
        assertThat(staying.streams()).isEqualTo(1);
    }

    @Test
    void anAddressThatComesBackIsConnectedAnew() throws Exception {
        Connection before = connections.to(leaving.address());
        assertAnswered(send(before));
        connections.retainOnly(Set.of());
        Connection after = connections.to(leaving.address());
        assertThat(after).isNotSameAs(before);
        assertAnswered(send(after));
        assertThat(leaving.streams()).isEqualTo(2);
    }

    @Test
    void onlyASessionThatWasLostIsDown() throws Exception {
        assertThat(connections.isDown(leaving.address())).isFalse();
        Connection connection = connections.to(leaving.address());
        assertThat(connections.isDown(leaving.address())).isFalse();
        assertAnswered(send(connection));
        assertThat(connections.isDown(leaving.address())).isFalse();
        leaving.kill();
        await().atMost(LONG).until(() -> connections.isDown(leaving.address()));
        assertThat(connections.isDown(staying.address())).isFalse();
        leaving.start();
        await().atMost(LONG).until(() -> !connections.isDown(leaving.address()));
        assertAnswered(send(connection));
    }

    @Test
    void closingEndsAllAndIsFinal() {
        staying.behave(holding);
        Connection stays = connections.to(staying.address());
        Connection leaves = connections.to(leaving.address());
        CompletableFuture<SessionResult> answer = send(stays);
        await().atMost(LONG).until(() -> held.size() == 1);
        connections.close();
        connections.close();
        assertThat(failureOf(answer).why()).isEqualTo(Why.CLOSED);
        assertThat(stays.channel().isTerminated()).isTrue();
        assertThat(leaves.channel().isTerminated()).isTrue();
        assertThatThrownBy(() -> connections.to(staying.address())).isInstanceOf(IllegalStateException.class);
        connections.retainOnly(Set.of());
    }
}
