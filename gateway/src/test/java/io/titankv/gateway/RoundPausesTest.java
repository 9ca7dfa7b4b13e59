package io.titankv.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.titankv.model.Epoch;
import io.titankv.model.GroupId;
import io.titankv.model.NodeId;
import io.titankv.model.ShardMap;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class RoundPausesTest {
    private static final GroupId S1 = new GroupId(1);
    private static final GroupId S2 = new GroupId(2);
    private static final Duration FOR_EVER = Duration.ofDays(1);

    private final ScheduledThreadPoolExecutor timer = new ScheduledThreadPoolExecutor(1);
    private final List<String> gone = new ArrayList<>();
    private final RoundPauses pauses = new RoundPauses(timer, Runnable::run);

    RoundPausesTest() {
        timer.setRemoveOnCancelPolicy(true);
    }

    @AfterEach
    void stop() {
        timer.shutdownNow();
    }

    private void pause(GroupId group, RoundPauses.Seen seen, String who) {
        pauses.pause(group, seen, FOR_EVER, () -> gone.add(who));
    }

    @Test
    void newsOfAShardEndsItsPausesAndNoOthers() {
        pause(S1, pauses.seen(S1), "a");
        pause(S1, pauses.seen(S1), "b");
        pause(S2, pauses.seen(S2), "c");
        pauses.onNews(S1);
        assertThat(gone).containsExactlyInAnyOrder("a", "b");
        pauses.onNews(S1);
        assertThat(gone).hasSize(2);
        pauses.onNews(S2);
        assertThat(gone).hasSize(3).contains("c");
        assertThat(timer.getQueue()).as("alarms left").isEmpty();
    }

    @Test
    void newsBetweenTheLookAndThePauseIsNotLost() {
        RoundPauses.Seen before = pauses.seen(S1);
        pauses.onNews(S1);
        pause(S1, before, "a");
        assertThat(gone).containsExactly("a");
    }

    @Test
    void whoDidNotLookOrLookedAtAnotherShardPauses() {
        pauses.onNews(S1);
        pauses.pause(S1, null, FOR_EVER, () -> gone.add("a"));
        pause(S1, pauses.seen(S2), "b");
        assertThat(gone).isEmpty();
        pauses.onNews(S1);
        assertThat(gone).hasSize(2);
    }

    @Test
    void withoutNewsAPauseEndsByItself() {
        List<String> ended = java.util.Collections.synchronizedList(new ArrayList<>());
        pauses.pause(S1, null, Duration.ofMillis(1), () -> ended.add("a"));
        Awaitility.await().atMost(60, TimeUnit.SECONDS).until(() -> !ended.isEmpty());
        pauses.onNews(S1);
        assertThat(ended).containsExactly("a");
    }

    @Test
    void anotherLeaderInTheRoutesIsNewsOfItsShard() {
        pauses.onMap(map(1, 1, "n1", "n2"));
        pause(S1, pauses.seen(S1), "a");
        pause(S2, pauses.seen(S2), "b");
        pauses.onMap(map(1, 2, "n1", "n2"));
        assertThat(gone).isEmpty();
        pauses.onMap(map(1, 3, "n1", "n3"));
        assertThat(gone).containsExactly("b");
    }

    @Test
    void rangesThatChangedHandsAreNewsForAll() {
        pauses.onMap(map(1, 1, "n1", "n2"));
        pause(S1, pauses.seen(S1), "a");
        pause(S2, pauses.seen(S2), "b");
        pauses.onMap(map(2, 2, "n1", "n2"));
        assertThat(gone).containsExactlyInAnyOrder("a", "b");
    }

    @Test
    void whenItIsClosedWhoWantsToPauseIsTold() {
        timer.shutdownNow();
        assertThatThrownBy(() -> pause(S1, pauses.seen(S1), "a")).isInstanceOf(RejectedExecutionException.class);
        pauses.onNews(S1);
        assertThat(gone).isEmpty();
    }

    private static ShardMap map(long epoch, long revision, String leaderOfOne, String leaderOfTwo) {
        List<NodeId> nodes = List.of(new NodeId("n1"), new NodeId("n2"), new NodeId("n3"));
        return new ShardMap(
                "cluster",
                new Epoch(epoch),
                revision,
                nodes.stream()
                        .map(node -> new ShardMap.NodeEntry(node, node + ":1", Map.of()))
                        .toList(),
                List.of(
                        new ShardMap.ShardEntry(S1, Optional.of(new NodeId(leaderOfOne)), 1, nodes),
                        new ShardMap.ShardEntry(S2, Optional.of(new NodeId(leaderOfTwo)), 1, nodes)),
                List.of(
                        new ShardMap.RangeEntry(SimGroup.evenly(2).getFirst(), S1),
                        new ShardMap.RangeEntry(SimGroup.evenly(2).getLast(), S2)),
                1 << 20);
    }
}
