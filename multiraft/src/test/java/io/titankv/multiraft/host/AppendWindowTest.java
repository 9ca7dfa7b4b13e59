package io.titankv.multiraft.host;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.ratis.server.leader.FollowerInfo;
import org.apache.ratis.util.Timestamp;
import org.junit.jupiter.api.Test;

final class AppendWindowTest {
    private static final Duration AGES = Duration.ofHours(1);

    private final AtomicLong next = new AtomicLong(10);
    private final AtomicLong match = new AtomicLong(9);
    private final FollowerInfo follower = (FollowerInfo) Proxy.newProxyInstance(
            FollowerInfo.class.getClassLoader(), new Class<?>[] {FollowerInfo.class}, (_, method, arguments) -> {
                if (method.getName().equals("setNextIndex")) {
                    next.set((Long) arguments[0]);
                    return null;
                }
                if (method.getName().equals("updateNextIndex")) {
                    return next.getAndAccumulate((Long) arguments[0], Math::max);
                }
                assertThat(method.getName()).isEqualTo("getMatchIndex");
                return match.get();
            });
    private final AppendWindow window = new AppendWindow(follower, new AppendPauses(AGES, Duration.ofMillis(4)));

    private void send(long callId, long firstIndex) {
        window.add(callId, new AppendWindow.Sent(firstIndex, Timestamp.currentTime(), System.nanoTime()));
        if (firstIndex >= 0) {
            next.set(firstIndex + 1);
        }
    }

    private void takeOne() {
        send(0, 10);
        match.set(10);
        window.onTaken(0, 10);
    }

    @Test
    void oneRequestUntilTheFollowerHasTakenEntriesAndThenMany() {
        assertThat(window.takesEntries()).isTrue();
        send(0, 10);
        assertThat(window.takesEntries()).isFalse();
        window.onTaken(0, 10);
        for (int i = 1; i <= AppendWindow.ENTRIES_MAX; i++) {
            assertThat(window.takesEntries()).isTrue();
            send(i, 10 + i);
        }
        assertThat(window.takesEntries()).isFalse();
        window.onTaken(3, 13);
        assertThat(window.takesEntries()).isTrue();
    }

    @Test
    void heartbeatsTakeNoRoomAndProveNothingOfEntries() {
        send(0, -1);
        assertThat(window.hasEntries()).isFalse();
        assertThat(window.takesEntries()).isTrue();
        send(1, 10);
        window.onTaken(0, 10);
        assertThat(window.takesEntries()).isFalse();
    }

    @Test
    void afterAFailureAllThatHasNoAnswerIsSentAgainAfterAPause() {
        takeOne();
        send(1, 11);
        send(2, 12);
        send(3, 13);
        window.onTaken(2, 10); // answers come in any order

        assertThat(window.onFailed()).isEqualTo(Duration.ofMillis(1).toNanos());

        assertThat(next).hasValue(11);
        assertThat(window.getOrNull(1)).isNull();
        assertThat(window.hasEntries()).isFalse();
        await().pollInterval(Duration.ofMillis(1)).until(window::takesEntries);
        send(4, 11);
        assertThat(window.takesEntries()).isFalse();
    }

    @Test
    void whatTheFollowerIsKnownToHoldIsNotSentAgain() {
        takeOne();
        send(1, 11);
        match.set(14);
        var _ = window.onFailed();
        assertThat(next).hasValue(15);
    }

    @Test
    void pausesDoubleUpToTheLongestUntilTheFollowerTakesEntries() {
        assertThat(window.onFailed()).isEqualTo(1_000_000);
        assertThat(window.onInconsistent(5)).isEqualTo(2_000_000);
        assertThat(window.onFailed()).isEqualTo(4_000_000);
        assertThat(window.onFailed()).isEqualTo(4_000_000);
        assertThat(window.failures()).isEqualTo(4);
        takeOne();
        assertThat(window.failures()).isZero();
        assertThat(window.onFailed()).isEqualTo(1_000_000);
    }

    @Test
    void anInconsistencySaysWhereToGoOn() {
        takeOne();
        send(1, 20);
        send(2, 21);
        var _ = window.onInconsistent(12);
        assertThat(next).hasValue(12);
        assertThat(window.getOrNull(2)).isNull();
    }

    @Test
    void aBrokenLinkIsNoFailureOfTheFollowers() {
        takeOne();
        send(1, 11);
        send(2, 12);
        window.onBroken();
        assertThat(next).hasValue(11);
        assertThat(window.failures()).isZero();
        assertThat(window.takesEntries()).isTrue();
        send(3, 11);
        assertThat(window.takesEntries()).isFalse();
    }

    @Test
    void whatIsUnansweredForTooLongIsOverdueWithAllThatFollowed() {
        send(0, 10);
        assertThat(window.overdue()).isEmpty();
        AppendWindow impatient = new AppendWindow(follower, new AppendPauses(Duration.ZERO, AGES));
        impatient.add(7, new AppendWindow.Sent(-1, Timestamp.currentTime(), System.nanoTime()));
        impatient.add(8, new AppendWindow.Sent(10, Timestamp.currentTime(), System.nanoTime()));
        assertThat(impatient.overdue()).containsExactly(7L, 8L);
    }
}
