package io.titankv.gateway;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import io.titankv.engine.ScanPage;
import io.titankv.engine.ScanSpec;
import io.titankv.engine.StoredRecord;
import io.titankv.model.ErrorReason;
import io.titankv.model.GroupId;
import io.titankv.model.Key;
import io.titankv.model.Limits;
import io.titankv.model.ShardMap;
import io.titankv.model.Token;
import io.titankv.model.TokenRange;
import io.titankv.multiraft.shard.Freshness;
import io.titankv.multiraft.shard.ReadOutcome;
import io.titankv.multiraft.shard.Shard;
import io.titankv.proto.errors.TitanError;
import io.titankv.proto.kv.v1.Record;
import io.titankv.proto.kv.v1.ScanRequest;
import io.titankv.proto.kv.v1.ScanResponse;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** Reads one stretch of the ring, at most to the end of the range that its first token lies in. Thread-safe. */
final class ScanSteps {
    private final Router router;
    private final Peers peers;

    ScanSteps(Router router, Peers peers) {
        this.router = router;
        this.peers = peers;
    }

    /**
     * What a step asks for.
     *
     * @param end exclusive; 0: the end of the ring
     * @param recordsMax most records to give, 1 or more
     * @param bytesMax most bytes, passed by one record at most
     */
    record Ask(ScanPlan plan, ScanPosition from, long end, int recordsMax, long bytesMax) {}

    /**
     * What a step gave.
     *
     * @param records none when counting
     * @param count of keys that were wanted
     * @param examined records looked at
     * @param next where to go on; null: the ring ended
     */
    record Stretch(
            List<Record> records,
            long count,
            int examined,
            @Nullable ScanPosition next) {}

    CompletableFuture<Answer<Stretch>> read(Ask ask, Call call) {
        return router.route(new RoutedStep(ask), call);
    }

    private final class RoutedStep implements Routed<Stretch> {
        private final Ask ask;

        RoutedStep(Ask ask) {
            this.ask = ask;
        }

        @Override
        public Optional<GroupId> owner(ShardMap map) {
            return Optional.of(map.rangeOf(new Token(ask.from().token())).owner());
        }

        @Override
        public boolean needLeader() {
            return ask.plan().terms().needLeader();
        }

        @Override
        public boolean isRead() {
            return true;
        }

        /** The end of the owner's range, or of the scan if that comes first. */
        private long end(ShardMap map) {
            long rangeEnd = map.rangeOf(new Token(ask.from().token())).range().endExclusive();
            if (ask.end() == 0 || rangeEnd == 0) {
                return ask.end() == 0 ? rangeEnd : ask.end();
            }
            return Long.compareUnsigned(rangeEnd, ask.end()) < 0 ? rangeEnd : ask.end();
        }

        @Override
        public CompletableFuture<Answer<Stretch>> tryHere(Shard shard, Try details) {
            long end = end(details.map());
            Freshness freshness = ask.plan().terms().freshness(details.group());
            boolean counts = ask.plan().countsAll() && ask.from().afterKey().isEmpty();
            CompletableFuture<ReadOutcome> outcome = counts
                    ? shard.count(
                            new TokenRange(ask.from().token(), end),
                            freshness,
                            details.map().epoch(),
                            details.deadline().remaining())
                    : shard.scan(
                            spec(end),
                            freshness,
                            details.map().epoch(),
                            details.deadline().remaining());
            return outcome.thenApply(it -> answer(it, end, details));
        }

        private ScanSpec spec(long end) {
            ByteString after = ask.from().afterKey();
            // A filter or a count looks at more than it gives.
            boolean looksOnly = ask.plan().filters() || ask.plan().countOnly();
            return new ScanSpec(
                    ask.from().token(),
                    end,
                    after.isEmpty() ? null : MemorySegment.ofArray(after.toByteArray()),
                    looksOnly ? Limits.PAGE_RECORDS_MAX : ask.recordsMax(),
                    ask.bytesMax(),
                    ask.plan().withValues());
        }

        private Answer<Stretch> answer(ReadOutcome outcome, long end, Try details) {
            return switch (outcome) {
                case ReadOutcome.Page page -> stretch(page.page(), end);
                case ReadOutcome.Count count -> Answer.done(new Stretch(List.of(), count.keys(), 0, positionAt(end)));
                case ReadOutcome.Found _, ReadOutcome.Absent _, ReadOutcome.Refused _ ->
                    Answer.refused(details.outcomes().refusal(outcome));
            };
        }

        private Answer<Stretch> stretch(ScanPage page, long end) {
            List<Record> records = new ArrayList<>();
            long count = 0;
            int examined = 0;
            for (StoredRecord stored : page.records()) {
                examined++;
                Key key = Key.fromStored(stored.keyArray());
                if (!ask.plan().wants(key.bytes())) {
                    continue;
                }
                count++;
                if (!ask.plan().countOnly()) {
                    records.add(record(stored, key));
                    if (records.size() == ask.recordsMax()) {
                        break;
                    }
                }
            }
            boolean all = examined == page.records().size();
            if (all && page.complete()) {
                return Answer.done(new Stretch(records, count, examined, positionAt(end)));
            }
            if (examined == 0) {
                return Answer.refused(TitanError.of(
                        ErrorReason.INTERNAL, "a page of a scan was empty and not the last at " + ask.from()));
            }
            StoredRecord last = page.records().get(examined - 1);
            ScanPosition next = new ScanPosition(last.token(), UnsafeByteOperations.unsafeWrap(last.keyArray()));
            return Answer.done(new Stretch(records, count, examined, next));
        }

        private Record record(StoredRecord stored, Key key) {
            Record.Builder record = Record.newBuilder()
                    .setKey(key.bytes())
                    .setRoutingTag(key.routingTag())
                    .setVersion(stored.version())
                    .setToken(stored.token());
            if (ask.plan().withValues()) {
                record.setValue(UnsafeByteOperations.unsafeWrap(stored.valueArray()));
            }
            return record.build();
        }

        @Override
        public CompletableFuture<Answer<Stretch>> tryThere(Target.Peer peer, Try details) {
            long end = end(details.map());
            String clusterId = details.map().clusterId();
            ScanRequest whole = ask.plan().request().toBuilder()
                    .setStartToken(ask.from().token())
                    .setEndToken(end)
                    .setPageSize(ask.recordsMax())
                    .clearPageToken()
                    .setOptions(ForwardedForm.options(
                            ask.plan().request().getOptions(), details.map().epoch()))
                    .build();
            ScanRequest request = ask.from().afterKey().isEmpty()
                    ? whole
                    : whole.toBuilder()
                            .setPageToken(PageTokenFormat.encode(ask.from(), whole, clusterId))
                            .build();
            return peers.call(peer, details.deadline(), true, stub -> stub.scan(request))
                    .thenApply(answer -> switch (answer) {
                        case Answer.Done<ScanResponse>(ScanResponse page) -> stretch(page, request, end, clusterId);
                        case Answer.Refused<ScanResponse>(TitanError error) -> Answer.refused(error);
                    });
        }

        private Answer<Stretch> stretch(ScanResponse page, ScanRequest request, long end, String clusterId) {
            long count = ask.plan().countOnly() ? page.getCount() : page.getRecordsCount();
            if (page.getNextPageToken().isEmpty()) {
                return Answer.done(new Stretch(page.getRecordsList(), count, page.getRecordsCount(), positionAt(end)));
            }
            return PageTokenFormat.decode(page.getNextPageToken(), request, clusterId)
                    .map(next -> Answer.done(new Stretch(page.getRecordsList(), count, page.getRecordsCount(), next)))
                    .orElseGet(() -> Answer.refused(
                            TitanError.of(ErrorReason.INTERNAL, "another node gave a page token that cannot be read")));
        }
    }

    /** Null: the ring ended. */
    static @Nullable ScanPosition positionAt(long end) {
        return end == 0 ? null : ScanPosition.at(end);
    }
}
