package io.titankv.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

final class CallRoomTest {
    private static final int SMALL = CallRoom.SMALL_BYTES;

    private final AnswerRoom room = new AnswerRoom(10 * SMALL);
    private final CallRoom call = new CallRoom(room, AnswerRooms.ASKER_BYTES_ANY);

    private static Deadline later() {
        return Deadline.in(Duration.ofMinutes(5), Ticker.SYSTEM);
    }

    @Test
    void smallResultsTakeNoRoomEvenWhenThereIsNone() {
        room.takeAnyway(10 * SMALL);
        assertThat(call.tryTake(SMALL)).isTrue();
        assertThat(call.tryTake(SMALL + 1)).isFalse();
        call.settle(SMALL);
        call.giveBack();
        assertThat(room.held()).isEqualTo(10 * SMALL);
    }

    @Test
    void roomIsTakenOnceForAllTries() {
        assertThat(call.tryTake(3 * SMALL)).isTrue();
        assertThat(call.tryTake(3 * SMALL)).isTrue();
        assertThat(call.tryTake(2 * SMALL)).isTrue();
        assertThat(room.held()).isEqualTo(3 * SMALL);
        assertThat(call.tryTake(4 * SMALL)).isTrue();
        assertThat(room.held()).isEqualTo(4 * SMALL);
        assertThat(call.roomyBytes()).isEqualTo(4 * SMALL);
    }

    @Test
    void whatIsThereIsCountedAsItIs() {
        assertThat(call.tryTake(5 * SMALL)).isTrue();
        call.settle(2 * SMALL);
        assertThat(room.held()).isEqualTo(2 * SMALL);
        call.settle(20 * SMALL);
        assertThat(room.held()).isEqualTo(20 * SMALL);
        call.settle(0);
        assertThat(room.held()).isZero();
    }

    @Test
    void nothingIsTakenOnceTheCallHasEnded() {
        assertThat(call.tryTake(2 * SMALL)).isTrue();
        call.giveBack();
        call.giveBack();
        assertThat(call.tryTake(2 * SMALL)).isFalse();
        call.settle(9 * SMALL);
        assertThat(room.held()).isZero();
    }

    @Test
    void whatWaitedForAnEndedCallIsGivenBack() {
        room.takeAnyway(10 * SMALL);
        CompletableFuture<Boolean> taken = call.take(2 * SMALL, later());
        assertThat(taken).isNotDone();
        call.giveBack();
        room.giveBack(10 * SMALL);
        assertThat(taken).isCompletedWithValue(false);
        assertThat(room.held()).isZero();
    }

    @Test
    void nothingIsHeldWhileMoreIsWaitedFor() {
        assertThat(call.tryTake(2 * SMALL)).isTrue();
        room.takeAnyway(9 * SMALL);
        CompletableFuture<Boolean> taken = call.take(5 * SMALL, later());
        assertThat(taken).isCompletedWithValue(true);
        CallRoom second = new CallRoom(room, AnswerRooms.ASKER_BYTES_ANY);
        CompletableFuture<Boolean> waits = second.take(2 * SMALL, later());
        assertThat(call.take(6 * SMALL, later())).isNotDone();
        assertThat(waits).isCompletedWithValue(true);
    }

    @Test
    void nothingLargerIsTakenThanTheCallerHasRoomFor() {
        CallRoom small = new CallRoom(room, 2 * SMALL);
        assertThat(small.tryTake(2 * SMALL + 1)).isFalse();
        assertThat(small.take(2 * SMALL + 1, later())).isCompletedWithValue(false);
        assertThat(small.tryTake(2 * SMALL)).isTrue();
    }

    @Test
    void partsDoNotWaitAndAreGivenBackWithTheWhole() {
        CallRoom first = call.part();
        CallRoom second = call.part();
        assertThat(first.tryTake(6 * SMALL)).isTrue();
        assertThat(second.tryTake(6 * SMALL)).isTrue();
        assertThat(call.part().take(2 * SMALL, later())).isCompletedWithValue(false);
        call.giveBack();
        assertThat(room.held()).isZero();
        assertThat(room.waiting()).isZero();
    }
}
