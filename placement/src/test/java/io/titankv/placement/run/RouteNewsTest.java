package io.titankv.placement.run;

import static org.assertj.core.api.Assertions.assertThat;

import io.titankv.model.Epoch;
import io.titankv.model.GroupId;
import io.titankv.multiraft.host.ReplicaStatus;
import io.titankv.placement.run.PlacementOptions.Timings;
import io.titankv.placement.run.TransferReport.Side;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

final class RouteNewsTest {
    private static final Timings TIMINGS = Timings.DEFAULT;

    private static ReplicaReport replica(long transfer, Side side, boolean complete) {
        return new ReplicaReport(
                new GroupId(1),
                new ReplicaStatus(ReplicaStatus.Role.LEADER, 1, null, true, 1, 1, Map.of(), 0, true, null),
                1,
                new Epoch(1),
                0,
                0,
                0,
                Optional.empty(),
                Optional.of(new TransferReport(0, transfer, side, complete, complete, 0, 0, 0, 0, "", 1)),
                0);
    }

    private static Duration pause(ReplicaReport... replicas) {
        return RouteNews.pause(List.of(replicas), TIMINGS);
    }

    @Test
    void aNodeAsksMoreOftenTheMoreIsWaitedForIt() {
        ReplicaReport idle = replica(0, Side.NONE, false);
        assertThat(pause()).isEqualTo(TIMINGS.heartbeatEvery());
        assertThat(pause(idle)).isEqualTo(TIMINGS.heartbeatEvery());

        assertThat(pause(idle, replica(3, Side.IMPORTING, false))).isEqualTo(TIMINGS.operateEvery());
        assertThat(TIMINGS.operateEvery()).isLessThan(TIMINGS.heartbeatEvery());

        Duration frozen = pause(replica(3, Side.IMPORTING, false), replica(4, Side.FROZEN, false));
        assertThat(frozen).isLessThan(Duration.ofMillis(100)).isPositive();
        assertThat(pause(replica(3, Side.IMPORTING, true))).isEqualTo(frozen);
    }
}
