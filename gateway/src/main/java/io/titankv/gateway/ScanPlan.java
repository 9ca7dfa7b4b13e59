package io.titankv.gateway;

import com.google.protobuf.ByteString;
import io.titankv.model.ErrorReason;
import io.titankv.model.Limits;
import io.titankv.model.ShardMap;
import io.titankv.model.Token;
import io.titankv.proto.errors.TitanError;
import io.titankv.proto.kv.v1.ScanRequest;

/**
 * A scan whose request has been checked. Immutable.
 *
 * @param request as it came; page tokens are bound to it
 * @param terms how fresh
 * @param from where this page begins
 * @param pageRecordsMax most records on a page
 */
record ScanPlan(ScanRequest request, ReadTerms terms, ScanPosition from, int pageRecordsMax) {
    /** What a record of unknown size is reckoned at when room is made for a page. */
    private static final int RECORD_BYTES_GUESS = 4096;

    /**
     * Checks a request.
     *
     * @throws RequestRefusedException for a request that means nothing
     */
    static ScanPlan of(ScanRequest request, ShardMap map) {
        RequestCheck.requireKeyBytes("key_prefix", request.getKeyPrefix());
        int records = request.getPageSize() == 0 ? Limits.PAGE_RECORDS_DEFAULT : request.getPageSize();
        if (records < 0 || records > Limits.PAGE_RECORDS_MAX) {
            throw RequestCheck.badRequest("page_size is " + Integer.toUnsignedString(request.getPageSize())
                    + "; it must be 1 to " + Limits.PAGE_RECORDS_MAX);
        }
        long start = request.getStartToken();
        long end = request.getEndToken();
        if (end != 0 && Long.compareUnsigned(start, end) >= 0) {
            throw RequestCheck.badRequest(
                    "start_token " + new Token(start) + " is not before end_token " + new Token(end));
        }
        ReadTerms terms = new RequestCheck(map).readTerms(request.getOptions());
        return new ScanPlan(request, terms, from(request, map), records);
    }

    private static ScanPosition from(ScanRequest request, ShardMap map) {
        if (request.getPageToken().isEmpty()) {
            return ScanPosition.at(request.getStartToken());
        }
        return PageTokenFormat.decode(request.getPageToken(), request, map.clusterId())
                .orElseThrow(() -> new RequestRefusedException(TitanError.of(
                        ErrorReason.BAD_PAGE_TOKEN,
                        "page_token of " + request.getPageToken().size()
                                + " bytes is not one that this cluster gave out for this scan")));
    }

    /** Exclusive; 0: the end of the ring. */
    long end() {
        return request.getEndToken();
    }

    boolean withValues() {
        return !request.getKeysOnly() && !request.getCountOnly();
    }

    boolean countOnly() {
        return request.getCountOnly();
    }

    /** True when shards can count without looking at keys. */
    boolean countsAll() {
        return request.getCountOnly() && request.getKeyPrefix().isEmpty();
    }

    boolean wants(ByteString key) {
        return key.startsWith(request.getKeyPrefix());
    }

    boolean filters() {
        return !request.getKeyPrefix().isEmpty();
    }

    /** Room to be made for a page before it is read. */
    long pageBytesGuess() {
        return countOnly()
                ? RECORD_BYTES_GUESS
                : Math.min(Limits.PAGE_BYTES_MAX, (long) pageRecordsMax * RECORD_BYTES_GUESS);
    }
}
