package io.titankv.client;

import static io.titankv.client.RouteFixture.HALF;
import static io.titankv.client.RouteFixture.LONG;
import static io.titankv.client.RouteFixture.OTHER_NODE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.titankv.model.ErrorReason;
import io.titankv.model.Token;
import io.titankv.proto.errors.TitanError;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A hint of who leads, as the route cache takes it from answers. */
class RouteHintTest {
    private static final Token IN_LOW = new Token(5);
    private static final Token IN_HIGH = new Token(HALF);

    private final TitanError namesSecond =
            TitanError.of(ErrorReason.NOT_LEADER, "n2 leads").withLeader("n2", OTHER_NODE);
    private final RouteFixture fixture = new RouteFixture();

    @AfterEach
    void stop() {
        fixture.close();
    }

    private Optional<String> hint(Token token) {
        return fixture.cache.known(token, Optional.empty()).hintedLeader();
    }

    @Test
    void isKeptForTheShardOfTheTokenOnly() {
        fixture.start();
        fixture.cache.learn(IN_LOW, namesSecond);
        assertThat(hint(IN_LOW)).contains(OTHER_NODE);
        assertThat(hint(new Token(HALF - 1))).contains(OTHER_NODE);
        assertThat(hint(IN_HIGH)).isEmpty();
    }

    @Test
    void mayNameANodeWithoutItsAddress() {
        fixture.start();
        fixture.cache.learn(
                IN_LOW, TitanError.of(ErrorReason.NOT_LEADER, "n2 leads").withLeader("n2", null));
        assertThat(hint(IN_LOW)).contains(OTHER_NODE);
        fixture.cache.learn(
                IN_LOW, TitanError.of(ErrorReason.NOT_LEADER, "n9 leads").withLeader("n9", null));
        assertThat(hint(IN_LOW)).isEmpty();
    }

    @Test
    void ofTheOperationItselfGoesFirst() {
        fixture.start();
        fixture.cache.learn(IN_LOW, namesSecond);
        assertThat(fixture.cache.known(IN_LOW, Optional.of("127.0.0.1:9")).hintedLeader())
                .contains("127.0.0.1:9");
        assertThat(fixture.cache.known(IN_LOW, Optional.empty()).endpoints()).containsExactly(fixture.node.address());
    }

    @Test
    void isDroppedWhenAnAnswerSaysThatNobodyLeadsThere() {
        fixture.start();
        for (ErrorReason reason : List.of(ErrorReason.NOT_LEADER, ErrorReason.NO_LEADER, ErrorReason.ROUTE_STALE)) {
            fixture.cache.learn(IN_LOW, namesSecond);
            fixture.cache.learn(IN_LOW, TitanError.of(reason, "not here"));
            assertThat(hint(IN_LOW)).as("%s", reason).isEmpty();
        }
        fixture.cache.learn(IN_LOW, namesSecond);
        fixture.cache.learn(IN_LOW, TitanError.of(ErrorReason.BUSY, "later"));
        fixture.cache.learn(IN_HIGH, TitanError.of(ErrorReason.NO_LEADER, "not here"));
        assertThat(hint(IN_LOW)).contains(OTHER_NODE);
    }

    @Test
    void thatLedNowhereIsForgottenUnlessThereIsAnother() {
        fixture.start();
        fixture.cache.learn(IN_LOW, namesSecond);
        fixture.cache.forget(IN_LOW, "127.0.0.1:9");
        assertThat(hint(IN_LOW)).contains(OTHER_NODE);
        fixture.cache.forget(IN_LOW, OTHER_NODE);
        assertThat(hint(IN_LOW)).isEmpty();
    }

    @Test
    void isOlderThanANewMap() {
        fixture.start();
        fixture.cache.learn(IN_LOW, namesSecond);
        fixture.watch(1).onNext(fixture.map(1, 2).toProto());
        await().atMost(LONG).until(() -> hint(IN_LOW).isEmpty());
    }

    @Test
    void withoutAMapIsTheOperationsOwn() {
        fixture.cache.learn(IN_LOW, namesSecond);
        fixture.cache.forget(IN_LOW, OTHER_NODE);
        assertThat(hint(IN_LOW)).isEmpty();
        assertThat(fixture.cache.known(IN_LOW, Optional.of(OTHER_NODE)).hintedLeader())
                .contains(OTHER_NODE);
    }
}
