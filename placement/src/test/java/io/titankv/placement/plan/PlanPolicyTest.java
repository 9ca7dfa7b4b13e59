package io.titankv.placement.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.titankv.placement.plan.PlanPolicy.Band;
import io.titankv.placement.plan.WaitingOn.ReplicasMissing.Missing;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

final class PlanPolicyTest {
    @Test
    void aBandBeginsAboveWhereItEnds() {
        assertThatThrownBy(() -> new Band(0.05, 0.05))
                .hasMessage("a band begins above where it ends, above 0: begin 0.05, end 0.05");
        assertThatThrownBy(() -> new Band(0.05, 0)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void nothingIsPlannedAtAPaceAtWhichNothingMoves() {
        assertThatThrownBy(() -> new Pace(0, 1, 1, Duration.ZERO)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new Pace(1, 0, 1, Duration.ZERO)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void theExpectedTimeIsThatOfTheBusiestNode() {
        Pace pace = new Pace(Clusters.GIB, 2, 8, Duration.ofSeconds(1));
        ClusterModel model = Clusters.founded(Clusters.nodes(1, 6, 0), 2, 1);
        List<Step> one = List.of(new Step.AddReplica(Clusters.shard(1), Clusters.id(5), 10 * Clusters.GIB, "a test"));
        List<Step> three = List.of(
                one.getFirst(),
                new Step.AddReplica(Clusters.shard(2), Clusters.id(5), 10 * Clusters.GIB, "a test"),
                new Step.AddReplica(Clusters.shard(2), Clusters.id(6), 10 * Clusters.GIB, "a test"));
        assertThat(pace.expected(one, model)).isEqualTo(Duration.ofMillis(10_500));
        assertThat(pace.expected(three, model)).isEqualTo(Duration.ofSeconds(21));
        assertThat(pace.expected(List.of(), model)).isZero();
    }

    @Test
    void everyConstraintIsToldWithItsValueAndItsLimit() {
        assertThat(List.of(
                        new WaitingOn.TransfersBusy(8, 8),
                        new WaitingOn.LeaderUnknown(Clusters.shard(3)),
                        new WaitingOn.TransferStalled(
                                4, "nobody knows", Duration.ofSeconds(70), Duration.ofMinutes(10)),
                        new WaitingOn.ReplicasMissing(
                                Clusters.shard(3),
                                List.of(
                                        new Missing(Clusters.id(1), Optional.of(Duration.ofSeconds(60))),
                                        new Missing(Clusters.id(2), Optional.empty())),
                                Duration.ofSeconds(61),
                                Duration.ofMinutes(5)),
                        new WaitingOn.NodeSilent(Clusters.id(2), Duration.ofSeconds(40)),
                        new WaitingOn.RateLimited(3 * Clusters.GIB, 2 * Clusters.GIB, Duration.ofHours(1)),
                        new WaitingOn.QuorumAtRisk(Clusters.shard(3), 1, 2)))
                .extracting(WaitingOn::text)
                .containsExactly(
                        "8 ranges are on their way already, the limit is 8",
                        "group s3 has no leader that is heard of",
                        "transfer 4 has not got on for 70 s (nobody knows), it is undone after 10 min",
                        "group s3 is being made, and for 61 s it has waited for its replica on n1 (not heard of for 60"
                                + " s, after 5 min another node gets it), n2 (which is up)",
                        "node n2 has not been heard of for 40 s",
                        "3.0 GiB were moved in the last 60 min, the limit is 2.0 GiB",
                        "group s3 would be left with 1 healthy voters, it needs 2");
    }
}
