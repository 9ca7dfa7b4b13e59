package io.titankv.testing.linearizability;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.titankv.testing.linearizability.Operation.Call;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

class LinearizabilityCheckerTest {
    private static Operation put(int client, String value, long from, long to) {
        return new Operation(client, "k", new Call.Put(Optional.of(value)), from, to);
    }

    private static Operation get(int client, String value, long from, long to) {
        return new Operation(client, "k", new Call.Get(Optional.ofNullable(value.isEmpty() ? null : value)), from, to);
    }

    private static Operation cas(int client, String expected, String value, boolean done, long from, long to) {
        Optional<String> before = expected.isEmpty() ? Optional.empty() : Optional.of(expected);
        return new Operation(client, "k", new Call.CompareAndSet(before, Optional.of(value), done), from, to);
    }

    private static boolean good(Operation... operations) {
        return LinearizabilityChecker.check(List.of(operations)).linearizable();
    }

    @Test
    void anEmptyHistoryIsGood() {
        assertThat(good()).isTrue();
    }

    @Test
    void aReadSeesTheLastWrite() {
        assertThat(good(put(1, "a", 0, 10), get(2, "a", 20, 30))).isTrue();
    }

    @Test
    void aReadAfterAnAcknowledgedWriteMustSeeIt() {
        assertThat(good(put(1, "a", 0, 10), get(2, "", 20, 30))).isFalse();
    }

    @Test
    void aReadBesideAWriteMaySeeEither() {
        assertThat(good(put(1, "a", 0, 10), get(2, "", 5, 8))).isTrue();
        assertThat(good(put(1, "a", 0, 10), get(2, "a", 5, 8))).isTrue();
    }

    @Test
    void onceSeenAWriteIsNotUnseen() {
        assertThat(good(put(1, "a", 0, 100), get(2, "a", 10, 20), get(3, "", 30, 40)))
                .isFalse();
    }

    @Test
    void staleReadOfAnIsolatedLeaderIsFound() {
        assertThat(good(put(1, "a", 0, 10), put(1, "b", 20, 30), get(2, "a", 40, 50)))
                .isFalse();
    }

    @Test
    void anUndeterminedWriteMayAppearLateOrNever() {
        Operation lost = put(1, "a", 0, Operation.NEVER);
        assertThat(good(lost, get(2, "", 10, 20), get(2, "a", 30, 40))).isTrue();
        assertThat(good(lost, get(2, "", 10, 20), get(2, "", 30, 40))).isTrue();
    }

    @Test
    void anUndeterminedWriteHappensAtMostOnce() {
        Operation lost = put(1, "a", 0, Operation.NEVER);
        assertThat(good(lost, get(2, "a", 10, 20), put(3, "b", 30, 40), get(2, "a", 50, 60)))
                .isFalse();
    }

    @Test
    void twoConditionalWritesOnOneValueDoNotBothWin() {
        assertThat(good(put(1, "a", 0, 10), cas(2, "a", "b", true, 20, 40), cas(3, "a", "c", true, 20, 40)))
                .isFalse();
        assertThat(good(put(1, "a", 0, 10), cas(2, "a", "b", true, 20, 40), cas(3, "a", "c", false, 20, 40)))
                .isTrue();
    }

    @Test
    void aRefusalMustHaveAReason() {
        assertThat(good(put(1, "a", 0, 10), cas(2, "a", "b", false, 20, 40))).isFalse();
    }

    @Test
    void keysAreJudgedApart() {
        Operation other = new Operation(1, "other", new Call.Put(Optional.of("x")), 0, 10);
        assertThat(good(other, get(2, "", 20, 30))).isTrue();
    }

    @Test
    void theExplanationNamesTheAnswerThatCannotBe() {
        LinearizabilityChecker.Verdict verdict =
                LinearizabilityChecker.check(List.of(put(1, "a", 0, 10), get(2, "", 20, 30), get(2, "a", 40, 50)));
        assertThat(verdict.linearizable()).isFalse();
        assertThat(verdict.explanation()).contains("key k").contains("invokedNanos=20");
    }

    @Test
    void operationsReturnAfterTheirCall() {
        assertThatThrownBy(() -> put(1, "a", 10, 10)).isInstanceOf(IllegalArgumentException.class);
    }

    /** Histories made by a real register are good; with one answer forged to a value from before, they are not. */
    @Test
    void generatedHistoriesAreJudgedRightly() {
        for (int seed = 0; seed < 100; seed++) {
            List<Operation> history = runOfARegister(new Random(seed), 4, 40);
            assertThat(LinearizabilityChecker.check(history).linearizable())
                    .as("seed %d", seed)
                    .isTrue();
            List<Operation> forged = new ArrayList<>(history);
            long end = history.stream()
                    .filter(operation -> !operation.isUndetermined())
                    .mapToLong(Operation::returnedNanos)
                    .max()
                    .orElseThrow();
            forged.add(put(9, "final", end + 1, end + 2));
            forged.add(get(9, "never written", end + 3, end + 4));
            assertThat(LinearizabilityChecker.check(forged).linearizable())
                    .as("forged, seed %d", seed)
                    .isFalse();
        }
    }

    private static List<Operation> runOfARegister(Random random, int clients, int operations) {
        Map<Integer, Long> freeAt = new HashMap<>();
        List<Operation> history = new ArrayList<>();
        Optional<String> value = Optional.empty();
        long now = 0;
        for (int i = 0; i < operations; i++) {
            int client = random.nextInt(clients);
            // The effect takes place at `now`; call and answer lie around it.
            now += 10;
            long from = Math.max(freeAt.getOrDefault(client, 0L), now - 1 - random.nextInt(30));
            long to = now + 1 + random.nextInt(30);
            if (from >= now) {
                continue;
            }
            freeAt.put(client, to);
            String fresh = "v" + i;
            switch (random.nextInt(12)) {
                case 0, 1, 2, 3 -> history.add(new Operation(client, "k", new Call.Get(value), from, to));
                case 4, 5, 6, 7 -> {
                    history.add(new Operation(client, "k", new Call.Put(Optional.of(fresh)), from, to));
                    value = Optional.of(fresh);
                }
                case 8 -> {
                    boolean happens = random.nextBoolean();
                    history.add(new Operation(client, "k", new Call.Put(Optional.of(fresh)), from, Operation.NEVER));
                    value = happens ? Optional.of(fresh) : value;
                }
                default -> {
                    Optional<String> expected = random.nextBoolean() ? value : Optional.of("never");
                    boolean done = expected.equals(value);
                    history.add(new Operation(
                            client, "k", new Call.CompareAndSet(expected, Optional.of(fresh), done), from, to));
                    value = done ? Optional.of(fresh) : value;
                }
            }
        }
        return history;
    }
}
