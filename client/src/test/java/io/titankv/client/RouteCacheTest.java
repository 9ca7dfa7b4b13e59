package io.titankv.client;

import static io.titankv.client.RouteFixture.LONG;
import static io.titankv.client.RouteFixture.LOW;
import static io.titankv.client.RouteFixture.OTHER_NODE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.titankv.client.Connections.Connection;
import io.titankv.model.Epoch;
import io.titankv.model.ErrorReason;
import io.titankv.model.NodeId;
import io.titankv.model.ShardMap;
import io.titankv.model.TokenRange;
import io.titankv.proto.errors.TitanErrors;
import io.titankv.proto.kv.v1.RoutingTable;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

class RouteCacheTest {
    private final RouteFixture fixture = new RouteFixture();

    @AfterEach
    void stop() {
        fixture.close();
    }

    /** A question that was not answered within a second ends all the same, so it is asked until the answer was taken. */
    private void refreshUntilRevision(long revision) {
        await().atMost(LONG).until(() -> {
            fixture.cache.refresh(fixture.node.address()).get(60, TimeUnit.SECONDS);
            return fixture.cache.map().revision() == revision;
        });
    }

    @Nested
    class TheMap {
        @Test
        void comesByAWatchAndIsReplacedByNewerOnes() {
            assertThat(fixture.cache.map().isEmpty()).isTrue();
            fixture.start();
            assertThat(fixture.cache.epoch()).isEqualTo(new Epoch(1));
            fixture.watch(1).onNext(fixture.map(1, 2).toProto());
            fixture.awaitRevision(2);
            fixture.watch(1).onNext(fixture.map(2, 1).toProto());
            await().atMost(LONG).until(() -> fixture.cache.epoch().equals(new Epoch(2)));
            assertThat(fixture.routes.watches).hasSize(1);
        }

        @Test
        void isNotReplacedByAnOlderOne() throws Exception {
            fixture.routes.answer = fixture.map(2, 5).toProto();
            refreshUntilRevision(5);
            fixture.routes.answer = fixture.map(1, 9).toProto();
            fixture.cache.refresh(fixture.node.address()).get(60, TimeUnit.SECONDS);
            fixture.routes.answer = fixture.map(2, 4).toProto();
            fixture.cache.refresh(fixture.node.address()).get(60, TimeUnit.SECONDS);
            assertThat(fixture.cache.map().revision()).isEqualTo(5);
            fixture.routes.answer = fixture.map(2, 6).toProto();
            refreshUntilRevision(6);
        }

        @Test
        void ofAnotherClusterIsTakenThoughItsNumbersAreLower() {
            fixture.cache.start();
            fixture.watch(1).onNext(fixture.map(7, 7).toProto());
            fixture.awaitRevision(7);
            fixture.watch(1).onNext(fixture.map("c2", 1, 1, OTHER_NODE).toProto());
            fixture.awaitRevision(1);
            assertThat(fixture.cache.map().clusterId()).isEqualTo("c2");
        }

        @Test
        void thatMakesNoSenseEndsTheWatchAndChangesNothing() {
            fixture.start();
            RoutingTable whole = fixture.map(1, 2).toProto();
            fixture.watch(1).onNext(whole.toBuilder().removeRanges(1).build());
            fixture.watch(2);
            assertThat(fixture.cache.map().revision()).isEqualTo(1);
            await().atMost(LONG).until(() -> fixture.watch(1).isCancelled());
            fixture.watch(2).onNext(whole);
            fixture.awaitRevision(2);
        }
    }

    @Nested
    class AWatch {
        @Test
        void thatBreaksIsOpenedAgainFromWhereItWas() {
            fixture.start();
            fixture.watch(1).onError(TitanErrors.toException(ErrorReason.NOT_READY, "going down"));
            fixture.watch(2).onNext(fixture.map(1, 2).toProto());
            fixture.awaitRevision(2);
            fixture.watch(2).onCompleted();
            fixture.watch(3);
            assertThat(fixture.routes.revisionsKnown).containsExactly(0L, 1L, 2L);
        }

        @Test
        void endsWithTheCache() {
            fixture.start();
            fixture.cache.close();
            fixture.cache.close();
            await().atMost(LONG).until(() -> fixture.watch(1).isCancelled());
            assertThat(fixture.cache.refresh(fixture.node.address())).isCompleted();
            assertThat(fixture.cache.map().revision()).isEqualTo(1);
        }
    }

    @Nested
    class AQuestion {
        @Test
        void isSharedByThoseWhoAskMeanwhileAndEndsUnansweredToo() throws Exception {
            CompletableFuture<Void> first = fixture.cache.refresh(fixture.node.address());
            CompletableFuture<Void> second = fixture.cache.refresh(OTHER_NODE);
            assertThat(second)
                    .satisfiesAnyOf(
                            it -> assertThat(it).isSameAs(first),
                            it -> assertThat(first).isDone());
            first.get(60, TimeUnit.SECONDS);
            second.get(60, TimeUnit.SECONDS);
            assertThat(fixture.cache.map().isEmpty()).isTrue();
            fixture.routes.answer = fixture.map(1, 1).toProto();
            refreshUntilRevision(1);
        }

        @Test
        void toANodeThatIsNotThereEndsWithoutAFailure() throws Exception {
            fixture.cache.refresh("127.0.0.1:1").get(60, TimeUnit.SECONDS);
            assertThat(fixture.cache.map().isEmpty()).isTrue();
        }

        @Test
        void afterTheConnectionsAreClosedEndsWithoutAFailure() throws Exception {
            fixture.connections.close();
            fixture.cache.refresh(fixture.node.address()).get(60, TimeUnit.SECONDS);
        }
    }

    @Test
    void nodesThatLeftAreDisconnected() {
        fixture.start();
        Connection endpoint = fixture.connections.to(fixture.node.address());
        Connection gone = fixture.connections.to(OTHER_NODE);
        fixture.watch(1).onNext(fixture.map("c1", 1, 2, "127.0.0.1:3").toProto());
        await().atMost(LONG).until(() -> gone.channel().isShutdown());
        assertThat(endpoint.channel().isShutdown()).isFalse();
        assertThat(fixture.connections.to(fixture.node.address())).isSameAs(endpoint);
        Connection known = fixture.connections.to("127.0.0.1:3");
        fixture.watch(1).onNext(fixture.map("c1", 1, 3, "127.0.0.1:3").toProto());
        Connection unknown = fixture.connections.to(OTHER_NODE);
        fixture.watch(1).onNext(fixture.map("c1", 1, 4, "127.0.0.1:3").toProto());
        await().atMost(LONG).until(() -> unknown.channel().isShutdown());
        assertThat(known.channel().isShutdown()).isFalse();
    }

    @Test
    void theEndpointStaysConnectedThoughNoMapNamesIt() {
        fixture.cache.start();
        Connection endpoint = fixture.connections.to(fixture.node.address());
        NodeId elsewhere = new NodeId("n1");
        fixture.watch(1)
                .onNext(new ShardMap(
                                "c1",
                                new Epoch(1),
                                1,
                                List.of(new ShardMap.NodeEntry(elsewhere, OTHER_NODE, Map.of())),
                                List.of(new ShardMap.ShardEntry(LOW, Optional.empty(), 0, List.of(elsewhere))),
                                List.of(new ShardMap.RangeEntry(TokenRange.WHOLE, LOW)),
                                100)
                        .toProto());
        fixture.awaitRevision(1);
        fixture.watch(1).onNext(fixture.map(1, 2).toProto());
        fixture.awaitRevision(2);
        assertThat(endpoint.channel().isShutdown()).isFalse();
        assertThat(fixture.routes.watches).hasSize(1);
    }
}
