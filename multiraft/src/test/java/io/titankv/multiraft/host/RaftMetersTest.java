package io.titankv.multiraft.host;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.titankv.model.GroupId;
import io.titankv.model.NodeId;
import io.titankv.multiraft.host.ReplicaStatus.Role;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import org.junit.jupiter.api.Test;

final class RaftMetersTest {
    private static final GroupId S1 = new GroupId(1);
    private static final NodeId B = new NodeId("b");
    private static final NodeId C = new NodeId("c");

    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    private final RaftMeters meters = new RaftMeters(registry);
    private final LongAdder leaderChanges = new LongAdder();

    private static ReplicaStatus leader() {
        return new ReplicaStatus(Role.LEADER, 7, B, true, 100, 98, Map.of(B, 100L, C, 60L), 0, true, null);
    }

    private static ReplicaStatus follower() {
        return new ReplicaStatus(Role.FOLLOWER, 7, B, false, 90, 90, Map.of(), 2_500_000_000L, false, null);
    }

    private static ReplicaStatus down() {
        return new ReplicaStatus(Role.DOWN, 0, null, false, -1, -1, Map.of(), Long.MAX_VALUE, false, "disk failed");
    }

    private double value(String name) {
        return registry.get(name).tag("group", "s1").gauge().value();
    }

    @Test
    void aLeaderShowsItsPlacesInTheLogAndTheFollowerThatIsFurthestBehind() {
        leaderChanges.increment();
        meters.add(S1, RaftMetersTest::leader, leaderChanges);

        assertThat(value("titan_raft_current_term")).isEqualTo(7);
        assertThat(value("titan_raft_leading_replicas")).isEqualTo(1);
        assertThat(value("titan_raft_down_replicas")).isZero();
        assertThat(value("titan_raft_commit_index")).isEqualTo(100);
        assertThat(value("titan_raft_applied_index")).isEqualTo(98);
        assertThat(value("titan_raft_follower_lag_entries")).isEqualTo(40);
        assertThat(value("titan_raft_leader_silence_seconds")).isZero();
        assertThat(registry.get("titan_raft_leader_changes_total")
                        .functionCounter()
                        .count())
                .isEqualTo(1);
    }

    @Test
    void aFollowerShowsHowLongItHeardNothing() {
        meters.add(S1, RaftMetersTest::follower, leaderChanges);

        assertThat(value("titan_raft_leading_replicas")).isZero();
        assertThat(value("titan_raft_follower_lag_entries")).isZero();
        assertThat(value("titan_raft_leader_silence_seconds")).isEqualTo(2.5);
    }

    @Test
    void aReplicaOutOfServiceIsDownAndHasNothingBelowZero() {
        meters.add(S1, RaftMetersTest::down, leaderChanges);

        assertThat(value("titan_raft_down_replicas")).isEqualTo(1);
        assertThat(value("titan_raft_commit_index")).isZero();
        assertThat(value("titan_raft_leader_silence_seconds")).isNaN();
    }

    @Test
    void aReplicaThatTakesThePlaceOfAnotherIsShownInstead() {
        meters.add(S1, RaftMetersTest::down, leaderChanges);
        int before = registry.getMeters().size();
        meters.add(S1, RaftMetersTest::leader, leaderChanges);

        assertThat(value("titan_raft_down_replicas")).isZero();
        assertThat(registry.getMeters()).hasSize(before);
    }

    @Test
    void aGroupThatIsGoneIsShownNoMore() {
        int before = registry.getMeters().size();
        meters.add(S1, RaftMetersTest::leader, leaderChanges);
        meters.remove(S1);
        meters.remove(new GroupId(2));

        assertThat(registry.getMeters()).hasSize(before);
    }

    @Test
    void timesAreRecorded() {
        meters.onCommitted(3_000_000);
        meters.onApplied(40_000);
        meters.onBarrierRound(5, 700_000);

        assertThat(nanos("titan_raft_replicate_seconds")).isEqualTo(3_000_000);
        assertThat(nanos("titan_raft_apply_seconds")).isEqualTo(40_000);
        assertThat(nanos("titan_raft_barrier_seconds")).isEqualTo(700_000);
        assertThat(registry.get("titan_raft_barrier_reads").summary().totalAmount())
                .isEqualTo(5);
    }

    private double nanos(String name) {
        return registry.get(name).timer().totalTime(TimeUnit.NANOSECONDS);
    }

    @Test
    void everyMeterSaysWhatItIs() {
        meters.add(S1, RaftMetersTest::leader, leaderChanges);
        assertThat(registry.getMeters())
                .extracting(Meter::getId)
                // The simple registry shows each bucket as a gauge of its own, which nobody describes.
                .filteredOn(id -> !id.getName().endsWith(".histogram"))
                .allMatch(id ->
                        id.getDescription() != null && !id.getDescription().isBlank());
    }
}
