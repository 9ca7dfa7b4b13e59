package io.titankv.testing.linearizability;

import io.titankv.testing.linearizability.Operation.Call;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Wing and Gong's search for a linearization, with Lowe's memory of configurations already seen ("Testing for linearizability",
 * 2017) and a history split by key, which is sound because linearizability is a local property (Herlihy and Wing, 1990).
 *
 * <p>Operations of unknown outcome may be placed anywhere after their call, or left out.
 */
public final class LinearizabilityChecker {
    /**
     * A verdict.
     *
     * @param linearizable whether every key's history is
     * @param explanation the shortest prefix of a bad key's history that has no linearization, for people; empty when good
     */
    public record Verdict(boolean linearizable, String explanation) {}

    private LinearizabilityChecker() {}

    /** Judges a history. Every key begins absent. */
    public static Verdict check(List<Operation> history) {
        Map<String, List<Operation>> byKey = history.stream().collect(Collectors.groupingBy(Operation::key));
        for (Map.Entry<String, List<Operation>> entry : byKey.entrySet()) {
            List<Operation> operations = withoutIdle(entry.getValue());
            if (!new Search(operations).succeeds()) {
                return new Verdict(false, explain(entry.getKey(), operations));
            }
        }
        return new Verdict(true, "");
    }

    /**
     * Leaves out what cannot matter, since every operation of unknown outcome doubles the search: reads without an answer, and
     * writes of unknown outcome whose value nobody saw, unless a conditional write was refused: then even an unseen write may be
     * the reason.
     */
    private static List<Operation> withoutIdle(List<Operation> operations) {
        Set<Optional<String>> seen = new HashSet<>();
        boolean refusals = false;
        for (Operation operation : operations) {
            switch (operation.call()) {
                case Call.Get get -> seen.add(get.seen());
                case Call.CompareAndSet set -> {
                    seen.add(set.expected());
                    refusals |= !set.done() && !operation.isUndetermined();
                }
                case Call.Put _ -> {}
            }
        }
        boolean keepUnseen = refusals;
        return operations.stream()
                .filter(operation -> !operation.isUndetermined()
                        || switch (operation.call()) {
                            case Call.Get _ -> false;
                            case Call.Put put -> keepUnseen || seen.contains(put.value());
                            case Call.CompareAndSet set -> keepUnseen || seen.contains(set.value());
                        })
                .toList();
    }

    /** Cuts the history at ever later answers until it stops being linearizable: the answer that cannot be is the last one. */
    private static String explain(String key, List<Operation> operations) {
        List<Operation> answered = operations.stream()
                .filter(operation -> !operation.isUndetermined())
                .sorted(Comparator.comparingLong(Operation::returnedNanos))
                .toList();
        for (Operation last : answered) {
            List<Operation> prefix = operations.stream()
                    .filter(operation -> operation.invokedNanos() < last.returnedNanos())
                    .map(operation ->
                            operation.returnedNanos() <= last.returnedNanos() ? operation : unanswered(operation))
                    .toList();
            if (!new Search(prefix).succeeds()) {
                String lines = prefix.stream()
                        .sorted(Comparator.comparingLong(Operation::invokedNanos))
                        .map(Object::toString)
                        .collect(Collectors.joining("\n  "));
                return "key " + key + ": no order of the operations explains the answer to " + last + " in\n  " + lines;
            }
        }
        return "key " + key + ": no linearization of " + operations;
    }

    /** What was known of an operation before its answer. A read or a refusal of which nothing is known constrains nothing. */
    private static Operation unanswered(Operation operation) {
        return new Operation(
                operation.client(), operation.key(), operation.call(), operation.invokedNanos(), Operation.NEVER);
    }

    /** A call or an answer in the order of time, linked so that operations can be lifted out and put back. */
    private static final class Event {
        final Operation operation;
        final int number;
        final boolean isCall;

        @Nullable
        Event previous;

        @Nullable
        Event next;
        /** Of a call: its answer; null when it has none. */
        @Nullable
        Event answer;

        Event(Operation operation, int number, boolean isCall) {
            this.operation = operation;
            this.number = number;
            this.isCall = isCall;
        }

        void unlink() {
            if (previous != null) {
                previous.next = next;
            }
            if (next != null) {
                next.previous = previous;
            }
        }

        void relink() {
            if (previous != null) {
                previous.next = this;
            }
            if (next != null) {
                next.previous = this;
            }
        }
    }

    private record Configuration(BitSet linearized, Optional<String> value) {}

    private record Step(Event call, Optional<String> valueBefore) {}

    /** One search over one key's history. */
    private static final class Search {
        private final Event head;
        private final int determined;
        private final Set<Configuration> seen = new HashSet<>();
        private final BitSet linearized = new BitSet();
        private final List<Step> steps = new ArrayList<>();
        private Optional<String> value = Optional.empty();

        Search(List<Operation> operations) {
            List<Event> events = new ArrayList<>();
            int answered = 0;
            for (int number = 0; number < operations.size(); number++) {
                Operation operation = operations.get(number);
                Event call = new Event(operation, number, true);
                events.add(call);
                if (!operation.isUndetermined()) {
                    Event answer = new Event(operation, number, false);
                    call.answer = answer;
                    events.add(answer);
                    answered++;
                }
            }
            // A call at the very time of an answer stands before it: they overlap.
            events.sort(Comparator.comparingLong((Event event) ->
                            event.isCall ? event.operation.invokedNanos() : event.operation.returnedNanos())
                    .thenComparingInt(event -> event.isCall ? 0 : 1));
            head = new Event(new Operation(-1, "", new Call.Get(Optional.empty()), 0, 1), -1, true);
            Event last = head;
            for (Event event : events) {
                last.next = event;
                event.previous = last;
                last = event;
            }
            determined = answered;
        }

        boolean succeeds() {
            int placed = 0;
            Event event = head.next;
            while (placed < determined) {
                if (event != null && event.isCall) {
                    Optional<Optional<String>> after = apply(event.operation);
                    if (after.isPresent() && tryPlace(event, after.get())) {
                        placed += event.answer == null ? 0 : 1;
                        event = head.next;
                    } else {
                        event = event.next;
                    }
                } else {
                    // An answer whose call is not placed, or the end: the last choice was wrong.
                    if (steps.isEmpty()) {
                        return false;
                    }
                    Step undone = steps.removeLast();
                    placed -= undone.call().answer == null ? 0 : 1;
                    event = undo(undone);
                }
            }
            return true;
        }

        private boolean tryPlace(Event call, Optional<String> after) {
            linearized.set(call.number);
            if (!seen.add(new Configuration((BitSet) linearized.clone(), after))) {
                linearized.clear(call.number);
                return false;
            }
            steps.add(new Step(call, value));
            value = after;
            call.unlink();
            if (call.answer != null) {
                call.answer.unlink();
            }
            return true;
        }

        private @Nullable Event undo(Step step) {
            Event call = step.call();
            value = step.valueBefore();
            linearized.clear(call.number);
            if (call.answer != null) {
                call.answer.relink();
            }
            call.relink();
            return call.next;
        }

        /** The key's value after the operation, when its answer fits the value before; else nothing. */
        private Optional<Optional<String>> apply(Operation operation) {
            return switch (operation.call()) {
                case Call.Get get ->
                    operation.isUndetermined() || get.seen().equals(value) ? Optional.of(value) : Optional.empty();
                case Call.Put put -> Optional.of(put.value());
                case Call.CompareAndSet set
                when operation.isUndetermined() -> Optional.of(set.expected().equals(value) ? set.value() : value);
                case Call.CompareAndSet set ->
                    set.expected().equals(value) == set.done()
                            ? Optional.of(set.done() ? set.value() : value)
                            : Optional.empty();
            };
        }
    }
}
