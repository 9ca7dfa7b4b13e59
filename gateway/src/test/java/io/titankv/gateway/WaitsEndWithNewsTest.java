package io.titankv.gateway;

import static io.titankv.gateway.SimCluster.bytes;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.util.concurrent.ListenableFuture;
import io.titankv.model.GroupId;
import io.titankv.model.ShardMap;
import io.titankv.proto.kv.v1.KvGrpc;
import io.titankv.proto.kv.v1.PutRequest;
import io.titankv.proto.kv.v1.PutResponse;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Requests that wait, at gateways whose pauses are so long that only news ends them in time. */
final class WaitsEndWithNewsTest {
    private static final GroupId S1 = new GroupId(1);
    private static final long LATEST_SECONDS = 60;
    private static final Duration FOR_EVER = Duration.ofHours(1);

    private final SimCluster cluster = SimCluster.of(
                    3, options -> options.withPauses(FOR_EVER, FOR_EVER).withTimeoutDefault(Duration.ofMinutes(5)))
            .withGroups(3, 2);

    @AfterEach
    void close() {
        cluster.close();
    }

    private ListenableFuture<PutResponse> put(int node) {
        ListenableFuture<PutResponse> answer = KvGrpc.newFutureStub(
                        cluster.node(node).async().getChannel())
                .put(PutRequest.newBuilder()
                        .setKey(bytes(cluster.keyIn(1)))
                        .setValue(bytes("v"))
                        .build());
        Awaitility.await()
                .atMost(LATEST_SECONDS, TimeUnit.SECONDS)
                .until(() -> cluster.node(node).gateway.opsInFlight() == 1);
        return answer;
    }

    /** News may come before the request waits for it; then the next is awaited. */
    private static void isAnsweredAfter(Runnable news, ListenableFuture<PutResponse> answer) throws Exception {
        Awaitility.await().atMost(LATEST_SECONDS, TimeUnit.SECONDS).until(() -> {
            news.run();
            return answer.isDone();
        });
        assertThat(answer.get().getVersion()).isPositive();
    }

    @Test
    void whoWaitsForALeaderGoesOnWhenThereIsOne() throws Exception {
        cluster.group(1).lead(null);
        ListenableFuture<PutResponse> answer = put(1);
        cluster.group(1).lead(SimCluster.id(2));
        isAnsweredAfter(() -> cluster.node(1).gateway.onShardNews(S1), answer);
    }

    @Test
    void aGatewayWithoutAReplicaHearsOfTheLeaderFromTheRoutes() throws Exception {
        cluster.group(1).lead(null);
        ShardMap leaderless = cluster.mapNow();
        cluster.node(3).learn(leaderless);
        ListenableFuture<PutResponse> answer = put(3);
        cluster.group(1).lead(SimCluster.id(2));
        ShardMap led = cluster.mapNow();
        cluster.node(3).learn(led);
        isAnsweredAfter(
                () -> {
                    cluster.node(3).gateway.onRoutes(leaderless);
                    cluster.node(3).gateway.onRoutes(led);
                },
                answer);
    }

    @Test
    void whatWasSentOnToANodeThatIsAboutToLeadWaitsThere() throws Exception {
        cluster.group(1).lead(SimCluster.id(2));
        cluster.group(1).beReady(false);
        cluster.publish();
        ListenableFuture<PutResponse> answer = put(1);
        Awaitility.await()
                .atMost(LATEST_SECONDS, TimeUnit.SECONDS)
                .until(() -> cluster.node(2).forwardedCalls.get() == 1);
        cluster.group(1).beReady(true);
        isAnsweredAfter(() -> cluster.node(2).gateway.onShardNews(S1), answer);
        assertThat(cluster.node(2).forwardedCalls).hasValue(1);
    }

    @Test
    void whoWaitsForAFrozenRangeGoesOnWithItsNewOwner() throws Exception {
        cluster.group(1).freeze(true);
        ListenableFuture<PutResponse> answer = put(1);
        cluster.move(SimGroup.evenly(3).getFirst(), 2);
        cluster.publish();
        isAnsweredAfter(() -> cluster.node(1).gateway.onShardNews(S1), answer);
        assertThat(cluster.group(2).writesSeen()).isEqualTo(1);
    }
}
