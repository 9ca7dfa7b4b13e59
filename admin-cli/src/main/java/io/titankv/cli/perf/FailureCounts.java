package io.titankv.cli.perf;

import io.titankv.cli.common.Failures;
import io.titankv.client.TitanException;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;

/** Failures by their code, with the first message of each. Bounded by the codes that there are. Thread-safe. */
final class FailureCounts {
    /**
     * How often one code was met.
     *
     * @param example the message of the first
     */
    record Counted(String code, long count, String example) {}

    private record Tally(LongAdder count, String example) {}

    private final ConcurrentHashMap<String, Tally> byCode = new ConcurrentHashMap<>();

    void count(Throwable failure) {
        Throwable cause = Failures.unwrap(failure);
        String code = cause instanceof TitanException titan
                ? titan.reason().name()
                : cause.getClass().getSimpleName();
        byCode.computeIfAbsent(
                        code,
                        name -> new Tally(
                                new LongAdder(),
                                String.valueOf(cause.getMessage()).replaceAll("\\s*[\\r\\n]+\\s*", " ")))
                .count()
                .increment();
    }

    /** The most frequent first. */
    List<Counted> list() {
        return byCode.entrySet().stream()
                .map(entry -> new Counted(
                        entry.getKey(),
                        entry.getValue().count().sum(),
                        entry.getValue().example()))
                .sorted(Comparator.comparingLong(Counted::count).reversed().thenComparing(Counted::code))
                .toList();
    }

    Optional<Counted> mostFrequent() {
        return list().stream().findFirst();
    }
}
