package io.titankv.benchmarks.engine;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;

/** Uniform reads by one thread: first nothing else goes on, then the calling thread puts as fast as it can. */
final class GetsBesidePuts {
    private static final int PUTS_BETWEEN_LOOKS = 1024;

    private final ParallelGets reading;
    private final List<int[]> gets;
    private final int[] puts;

    /** @param puts done again and again */
    GetsBesidePuts(Store store, Shape shape, int[] gets, int[] puts) {
        this.reading = new ParallelGets(store, shape);
        this.gets = List.of(gets);
        this.puts = puts;
    }

    /** Figures of the measurement: of the reads beside puts, and with a prefix of the same without. */
    Map<String, Double> run(Pass writing) {
        ParallelGets.Outcome quiet = reading.run(gets);
        FutureTask<ParallelGets.Outcome> task = new FutureTask<>(() -> reading.run(gets));
        long began = System.nanoTime();
        Thread.ofPlatform().name("gets").daemon().start(task);
        long written = 0;
        int at = 0;
        do {
            int end = Math.min(puts.length, at + PUTS_BETWEEN_LOOKS);
            writing.run(puts, at, end);
            written += end - at;
            at = end == puts.length ? 0 : end;
        } while (!task.isDone());
        double putsPerSecond = written * 1e9 / (System.nanoTime() - began);
        Map<String, Double> figures = new LinkedHashMap<>(outcome(task).rates());
        figures.put("puts_per_second", putsPerSecond);
        quiet.rates().forEach((name, figure) -> figures.put(Measurement.QUIET + name, figure));
        return figures;
    }

    private static ParallelGets.Outcome outcome(FutureTask<ParallelGets.Outcome> task) {
        try {
            return task.get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new StoreException("interrupted", e);
        } catch (ExecutionException e) {
            throw new StoreException("reading failed", e);
        }
    }
}
