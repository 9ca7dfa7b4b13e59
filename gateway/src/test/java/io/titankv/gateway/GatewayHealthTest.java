package io.titankv.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.Status;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.stub.StreamObserver;
import io.titankv.model.Epoch;
import io.titankv.model.GroupId;
import io.titankv.model.ShardMap;
import io.titankv.model.TokenRange;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class GatewayHealthTest {
    private static final GroupId GROUP = new GroupId(1);
    private static final ShardMap RING = new ShardMap(
            "c1",
            new Epoch(1),
            1,
            List.of(),
            List.of(new ShardMap.ShardEntry(GROUP, Optional.empty(), 0, List.of())),
            List.of(new ShardMap.RangeEntry(TokenRange.WHOLE, GROUP)),
            100);

    private ShardMap map = ShardMap.EMPTY;
    private final GatewayHealth health = new GatewayHealth(() -> map);

    /** One call of the service. */
    private static final class Answer implements StreamObserver<HealthCheckResponse> {
        private final List<ServingStatus> statuses = new ArrayList<>();
        private Status.Code failure = Status.Code.OK;

        @Override
        public void onNext(HealthCheckResponse response) {
            statuses.add(response.getStatus());
        }

        @Override
        public void onError(Throwable t) {
            failure = Status.fromThrowable(t).getCode();
        }

        @Override
        public void onCompleted() {}
    }

    private Answer check(String service) {
        Answer answer = new Answer();
        ((HealthGrpc.AsyncService) health.service())
                .check(HealthCheckRequest.newBuilder().setService(service).build(), answer);
        return answer;
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "titan.kv.v1.Kv"})
    void servesOnceARingIsKnown(String service) {
        assertThat(check(service).statuses).containsExactly(ServingStatus.NOT_SERVING);
        map = RING;
        health.refresh();
        assertThat(check(service).statuses).containsExactly(ServingStatus.SERVING);
        map = ShardMap.EMPTY;
        health.refresh();
        assertThat(check(service).statuses).containsExactly(ServingStatus.NOT_SERVING);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "titan.kv.v1.Kv"})
    void servesNoMoreOnceItStops(String service) {
        map = RING;
        health.refresh();
        health.enterTerminalState();
        assertThat(check(service).statuses).containsExactly(ServingStatus.NOT_SERVING);
        health.refresh();
        assertThat(check(service).statuses).containsExactly(ServingStatus.NOT_SERVING);
    }

    @Test
    void startsServingWhereTheRingIsKnownAlready() {
        map = RING;
        GatewayHealth late = new GatewayHealth(() -> map);
        Answer answer = new Answer();
        ((HealthGrpc.AsyncService) late.service()).check(HealthCheckRequest.getDefaultInstance(), answer);
        assertThat(answer.statuses).containsExactly(ServingStatus.SERVING);
    }

    @Test
    void doesNotSpeakForOtherServices() {
        Answer answer = check("titan.kv.v1.Other");
        assertThat(answer.statuses).isEmpty();
        assertThat(answer.failure).isEqualTo(Status.Code.NOT_FOUND);
    }
}
