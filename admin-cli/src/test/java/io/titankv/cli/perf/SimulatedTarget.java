package io.titankv.cli.perf;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;

/**
 * A cluster with a clock of its own, both moved by whoever waits: answers come when their time has come, on the waiting thread.
 * While it stalls nothing is answered; what came meanwhile is answered at the stall's end.
 */
final class SimulatedTarget implements Target, Timing {
    private record Answer(long atNanos, long number, Completion completion) {}

    private final PriorityQueue<Answer> answers =
            new PriorityQueue<>(Comparator.comparingLong(Answer::atNanos).thenComparingLong(Answer::number));
    private final List<Long> begunNanos = new ArrayList<>();
    private final long latencyNanos;
    private final long stallFromNanos;
    private final long stallToNanos;
    private long nowNanos;
    private boolean isWoken;
    private int inFlight;
    private int inFlightMost;

    /** Answers after a latency, but nothing between the two times. */
    SimulatedTarget(long latencyNanos, long stallFromNanos, long stallToNanos) {
        this.latencyNanos = latencyNanos;
        this.stallFromNanos = stallFromNanos;
        this.stallToNanos = stallToNanos;
    }

    List<Long> begunNanos() {
        return begunNanos;
    }

    int inFlightMost() {
        return inFlightMost;
    }

    @Override
    public void begin(Kind kind, int index, Completion completion) {
        begunNanos.add(nowNanos);
        inFlight++;
        inFlightMost = Math.max(inFlightMost, inFlight);
        long at = nowNanos + latencyNanos;
        boolean stalls = at >= stallFromNanos && at < stallToNanos;
        answers.add(new Answer(stalls ? stallToNanos : at, begunNanos.size(), completion));
    }

    @Override
    public long nanoTime() {
        return nowNanos;
    }

    @Override
    public void parkUntil(long nanos) {
        while (!isWoken && !answers.isEmpty() && answers.element().atNanos() <= nanos) {
            Answer next = answers.remove();
            nowNanos = Math.max(nowNanos, next.atNanos());
            inFlight--;
            next.completion().done(true);
        }
        if (!isWoken) {
            nowNanos = Math.max(nowNanos, nanos);
        }
        isWoken = false;
    }

    @Override
    public void wake() {
        isWoken = true;
    }
}
