package io.titankv.gateway;

import io.titankv.model.Limits;
import io.titankv.model.ShardMap;
import io.titankv.model.Token;
import io.titankv.model.TokenRange;
import io.titankv.proto.errors.TitanError;
import io.titankv.proto.kv.v1.ScanResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * Puts pages together from stretches of the ring, in token order. A page ends when it is full, when much was looked at for little,
 * or when half of its time is over; it then says where to go on. Thread-safe.
 */
final class Scans {
    /** Records looked at for one page, whether given or not: bounds the work that a filter can cause. */
    private static final int EXAMINED_MAX = 20_000;

    /** Stretches counted at once, for counts of the whole ring: many short calls. A guess. */
    private static final int COUNTS_AT_ONCE = 32;

    private final Router router;
    private final ScanSteps steps;
    /** Runs each step, so that a scan over many ranges whose answers are there at once does not grow the stack. */
    private final Executor executor;

    Scans(Router router, ScanSteps steps, Executor executor) {
        this.router = router;
        this.steps = steps;
        this.executor = executor;
    }

    /**
     * A page.
     *
     * @param response without its page token
     * @param next null: this was the last one
     */
    record Page(ScanResponse response, @Nullable ScanPosition next) {
        /** The response with its page token. */
        ScanResponse toResponse(ScanPlan plan, String clusterId) {
            return next == null
                    ? response
                    : response.toBuilder()
                            .setNextPageToken(PageTokenFormat.encode(next, plan.request(), clusterId))
                            .build();
        }
    }

    CompletableFuture<Answer<Page>> page(ScanPlan plan, Call call) {
        return plan.countsAll() && !router.routes().current().isEmpty()
                ? new Counting(plan, call).go()
                : new Paging(plan, call).go();
    }

    /** True when {@code position} is not before {@code end}, which is exclusive, 0 being the end of the ring. */
    private static boolean isPast(@Nullable ScanPosition position, long end) {
        return position == null || (end != 0 && Long.compareUnsigned(position.token(), end) >= 0);
    }

    /** Nanoseconds that should be left when a page that has something to give ends. */
    private static long reserve(Call call) {
        return call.deadline().remainingNanos() / 2;
    }

    /** One page being filled. Confined to one thread at a time. */
    private final class Paging {
        private final ScanPlan plan;
        private final Call call;
        private final long reserveNanos;
        private final ScanResponse.Builder page = ScanResponse.newBuilder();
        private @Nullable ScanPosition position;
        private long bytes;
        private long count;
        private int examined;
        private boolean progressed;

        Paging(ScanPlan plan, Call call) {
            this.plan = plan;
            this.call = call;
            this.reserveNanos = reserve(call);
            this.position = plan.from();
        }

        CompletableFuture<Answer<Page>> go() {
            if (position == null || isPast(position, plan.end()) || isFull()) {
                return CompletableFuture.completedFuture(Answer.done(close()));
            }
            ScanSteps.Ask ask = new ScanSteps.Ask(
                    plan,
                    position,
                    plan.end(),
                    plan.countOnly() ? Limits.PAGE_RECORDS_MAX : plan.pageRecordsMax() - page.getRecordsCount(),
                    Limits.PAGE_BYTES_MAX - bytes);
            return steps.read(ask, call)
                    .thenComposeAsync(
                            answer -> switch (answer) {
                                case Answer.Done<ScanSteps.Stretch>(ScanSteps.Stretch stretch) -> {
                                    add(stretch);
                                    yield go();
                                }
                                case Answer.Refused<ScanSteps.Stretch>(TitanError error) ->
                                    // The gateway that sent it on goes on from where this one could not.
                                    CompletableFuture.completedFuture(
                                            progressed && call.arrival() != Arrival.CLIENT
                                                    ? Answer.done(close())
                                                    : Answer.<Page>refused(error));
                            },
                            executor);
        }

        private boolean isFull() {
            return page.getRecordsCount() >= plan.pageRecordsMax()
                    || bytes >= Limits.PAGE_BYTES_MAX
                    || examined >= EXAMINED_MAX
                    || (progressed && call.deadline().remainingNanos() < reserveNanos);
        }

        private void add(ScanSteps.Stretch stretch) {
            stretch.records().forEach(record -> {
                bytes += record.getSerializedSize();
                page.addRecords(record);
            });
            count += stretch.count();
            examined += stretch.examined();
            position = stretch.next();
            progressed = true;
        }

        private Page close() {
            if (plan.countOnly()) {
                page.setCount(count);
            }
            return new Page(page.build(), isPast(position, plan.end()) ? null : position);
        }
    }

    /** One count without a filter: range by range, many at once. Confined to one thread at a time. */
    private final class Counting {
        private final ScanPlan plan;
        private final Call call;
        private final long reserveNanos;
        private @Nullable ScanPosition position;
        private long count;

        Counting(ScanPlan plan, Call call) {
            this.plan = plan;
            this.call = call;
            this.reserveNanos = reserve(call);
            this.position = plan.from();
        }

        CompletableFuture<Answer<Page>> go() {
            ScanPosition from = position;
            if (from == null || isPast(from, plan.end())) {
                return done(null);
            }
            if (!from.equals(plan.from()) && call.deadline().remainingNanos() < reserveNanos) {
                return done(from);
            }
            List<TokenRange> slice = slice(from);
            List<CompletableFuture<Answer<Long>>> counts =
                    slice.stream().map(range -> count(range, 0)).toList();
            return Batches.allOf(counts)
                    .thenComposeAsync(
                            answers -> {
                                for (Answer<Long> answer : answers) {
                                    switch (answer) {
                                        case Answer.Done<Long>(Long keys) -> count += keys;
                                        case Answer.Refused<Long>(TitanError error) -> {
                                            return CompletableFuture.completedFuture(Answer.refused(error));
                                        }
                                    }
                                }
                                position = ScanSteps.positionAt(slice.getLast().endExclusive());
                                return go();
                            },
                            executor);
        }

        private CompletableFuture<Answer<Page>> done(@Nullable ScanPosition next) {
            return CompletableFuture.completedFuture(Answer.done(
                    new Page(ScanResponse.newBuilder().setCount(count).build(), next)));
        }

        /** The next ranges, cut to the scan. */
        private List<TokenRange> slice(ScanPosition from) {
            List<TokenRange> slice = new ArrayList<>();
            long start = from.token();
            for (ShardMap.RangeEntry entry : router.routes().current().rangesFrom(new Token(start))) {
                long end = entry.range().endExclusive();
                boolean last = plan.end() != 0 && (end == 0 || Long.compareUnsigned(end, plan.end()) >= 0);
                slice.add(new TokenRange(start, last ? plan.end() : end));
                if (last || end == 0 || slice.size() == COUNTS_AT_ONCE) {
                    break;
                }
                start = end;
            }
            return slice;
        }

        /** A range may be owned in parts by the time it is counted. */
        private CompletableFuture<Answer<Long>> count(TokenRange range, long before) {
            ScanSteps.Ask ask = new ScanSteps.Ask(
                    plan,
                    ScanPosition.at(range.startInclusive()),
                    range.endExclusive(),
                    Limits.PAGE_RECORDS_MAX,
                    Limits.PAGE_BYTES_MAX);
            return steps.read(ask, call)
                    .thenComposeAsync(
                            answer -> switch (answer) {
                                case Answer.Done<ScanSteps.Stretch>(ScanSteps.Stretch stretch) -> {
                                    long sum = before + stretch.count();
                                    ScanPosition next = stretch.next();
                                    yield next == null || isPast(next, range.endExclusive())
                                            ? CompletableFuture.completedFuture(Answer.done(sum))
                                            : count(new TokenRange(next.token(), range.endExclusive()), sum);
                                }
                                case Answer.Refused<ScanSteps.Stretch>(TitanError error) ->
                                    CompletableFuture.completedFuture(Answer.<Long>refused(error));
                            },
                            executor);
        }
    }
}
