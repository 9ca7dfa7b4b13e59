package io.titankv.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

final class AnswerRoomTest {
    private final AnswerRoom room = new AnswerRoom(100);

    private static Deadline later() {
        return Deadline.in(Duration.ofMinutes(5), Ticker.SYSTEM);
    }

    @Test
    void isTakenUntilTheBoundIsReachedAndByTheLastBeyondIt() {
        assertThat(room.tryTake(99)).isTrue();
        assertThat(room.tryTake(1_000)).isTrue();
        assertThat(room.tryTake(1)).isFalse();
        assertThat(room.held()).isEqualTo(1_099);
        room.giveBack(1_000);
        assertThat(room.tryTake(1)).isTrue();
        assertThat(room.tryTake(1)).isFalse();
    }

    @Test
    void whatWaitsIsLetInInOrderAsFarAsThereIsRoom() {
        room.takeAnyway(100);
        CompletableFuture<Boolean> first = room.take(60, later());
        CompletableFuture<Boolean> second = room.take(70, later());
        CompletableFuture<Boolean> third = room.take(1, later());
        assertThat(room.waiting()).isEqualTo(3);
        room.giveBack(50);
        assertThat(first).isCompletedWithValue(true);
        assertThat(second).isNotDone();
        room.giveBack(11);
        assertThat(second).isCompletedWithValue(true);
        assertThat(third).isNotDone();
        assertThat(room.held()).isEqualTo(169);
        room.giveBack(169);
        assertThat(third).isCompletedWithValue(true);
        assertThat(room.held()).isEqualTo(1);
    }

    @Test
    void whatIsTooLateTakesNothingAndLeavesTheLine() {
        room.takeAnyway(100);
        CompletableFuture<Boolean> late = room.take(50, Deadline.in(Duration.ZERO, Ticker.SYSTEM));
        assertThat(late.orTimeout(60, TimeUnit.SECONDS).join()).isFalse();
        Awaitility.await().atMost(60, TimeUnit.SECONDS).until(() -> room.waiting() == 0);
        room.giveBack(100);
        assertThat(room.held()).isZero();
    }

    @Test
    void anInnerRoomTakesFromItsOuterOne() {
        AnswerRoom inner = room.inner(40);
        assertThat(inner.tryTake(40)).isTrue();
        assertThat(inner.tryTake(1)).isFalse();
        assertThat(room.held()).isEqualTo(40);
        assertThat(room.tryTake(60)).isTrue();
        inner.giveBack(40);
        room.takeAnyway(40);

        CompletableFuture<Boolean> waiting = inner.take(30, later());
        assertThat(inner.held()).isEqualTo(30);
        assertThat(inner.tryTake(1)).isFalse();
        room.giveBack(1);
        assertThat(waiting).isCompletedWithValue(true);
        assertThat(room.held()).isEqualTo(129);
    }

    @Test
    void whatFindsNoRoomOutsideHoldsNoneInside() {
        AnswerRoom inner = room.inner(40);
        room.takeAnyway(100);
        assertThat(inner.tryTake(10)).isFalse();
        assertThat(inner.held()).isZero();
        CompletableFuture<Boolean> late = inner.take(10, Deadline.in(Duration.ZERO, Ticker.SYSTEM));
        assertThat(late.orTimeout(60, TimeUnit.SECONDS).join()).isFalse();
        assertThat(inner.held()).isZero();
        assertThat(room.held()).isEqualTo(100);
    }

    @Test
    void moreThanWasTakenIsNotGivenBack() {
        room.takeAnyway(10);
        assertThatThrownBy(() -> room.giveBack(11)).isInstanceOf(IllegalStateException.class);
    }

    /** Whatever is asked for and given back in whatever order: the bound is passed by one result at most, and nobody is forgotten. */
    @Property(tries = 300)
    void boundsWhatIsHeldAndForgetsNobody(@ForAll @Size(max = 60) List<@IntRange(min = -60, max = 60) Integer> steps) {
        AnswerRoom one = new AnswerRoom(100);
        List<AnswerRoom> rooms = List.of(one, one.inner(50), one.inner(70));
        Queue<Taken> held = new ArrayDeque<>();
        List<CompletableFuture<Boolean>> all = new ArrayList<>();
        for (int step : steps) {
            if (step > 0) {
                AnswerRoom from = rooms.get(step % rooms.size());
                CompletableFuture<Boolean> taken = from.take(step, later());
                all.add(taken);
                var _ = taken.thenAccept(_ -> held.add(new Taken(from, step)));
            } else if (!held.isEmpty()) {
                held.remove().giveBack();
            }
            assertThat(one.held()).isLessThan(100 + 60);
            assertThat(rooms.get(1).held()).isLessThan(50 + 60);
        }
        while (!held.isEmpty()) {
            held.remove().giveBack();
        }
        assertThat(all).allMatch(taken -> taken.getNow(false));
        assertThat(rooms).allMatch(it -> it.held() == 0 && it.waiting() == 0);
    }

    private record Taken(AnswerRoom room, int bytes) {
        void giveBack() {
            room.giveBack(bytes);
        }
    }
}
