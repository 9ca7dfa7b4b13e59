package io.titankv.model;

/**
 * Why a request was refused or failed: the {@code reason} of google.rpc.ErrorInfo with domain {@link #DOMAIN}. Names are a part
 * of the API and never change.
 */
public enum ErrorReason {
    /** Not done. This node does not lead the shard; the hint names who does. Retry there. */
    NOT_LEADER(Retry.SAFE),
    /** Not done. No leader of the shard is known. Retry after a pause. */
    NO_LEADER(Retry.SAFE),
    /** Not done. The key's range is not this shard's: refresh the route, then retry at once. */
    ROUTE_STALE(Retry.SAFE),
    /** Not done. The key's range is being handed over. Retry after a pause. */
    SHARD_TRANSITION(Retry.SAFE),
    /** Not done. Too much load. Retry after the delay given. */
    BUSY(Retry.SAFE),
    /** Not done. The disk is nearly full; reads and deletes go on. */
    DISK_FULL(Retry.NO),
    /** Not done. The precondition did not hold; the answer has the current version. */
    VERSION_MISMATCH(Retry.NO),
    /** Not done. Another operation of the same atomic batch failed. */
    BATCH_ABORTED(Retry.NO),
    /** Not done. A key must not be empty. */
    KEY_EMPTY(Retry.NO),
    /** Not done. Key or routing tag over its limit. */
    KEY_TOO_LARGE(Retry.NO),
    /** Not done. Value over the cluster's limit. */
    VALUE_TOO_LARGE(Retry.NO),
    /** Not done. Too many operations, too many bytes, or none. */
    BATCH_TOO_LARGE(Retry.NO),
    /** Not done. The page token is not one that this cluster gave out. */
    BAD_PAGE_TOKEN(Retry.NO),
    /** Not done. A field has a value that means nothing; the message names it. */
    BAD_REQUEST(Retry.NO),
    /** Not done by this try. The request id is older than what the shard remembers, so the first try's outcome is not known. */
    REQUEST_ID_EXPIRED(Retry.IF_IDEMPOTENT),
    /** The write may have happened or may yet happen. */
    OUTCOME_UNDETERMINED(Retry.IF_IDEMPOTENT),
    /** Not answered in time; for a read or a write that was never proposed, so not done. */
    TIMED_OUT(Retry.SAFE),
    /** The record failed its checksum here and no good replica answers. */
    DATA_QUARANTINED(Retry.NO),
    /** There is no such node. */
    NODE_UNKNOWN(Retry.NO),
    /** There is no such shard. */
    SHARD_UNKNOWN(Retry.NO),
    /** There is no such plan, or not any more. */
    PLAN_UNKNOWN(Retry.NO),
    /** There is no such operation, or not any more. */
    OPERATION_UNKNOWN(Retry.NO),
    /** Not done. It would break something, or makes no sense as the cluster is; the message names all of it. */
    PLAN_REFUSED(Retry.NO),
    /** The cluster is not formed yet, or this node has not joined it. Retry after a pause. */
    NOT_READY(Retry.SAFE),
    /** Not done. The caller did not say who it is, or not in a way that is believed. */
    UNAUTHENTICATED(Retry.NO),
    /** Not done. The caller may not do this. */
    PERMISSION_DENIED(Retry.NO),
    /** A fault of ours. Not known to be done for a write. */
    INTERNAL(Retry.IF_IDEMPOTENT);

    /** The domain of ErrorInfo. */
    public static final String DOMAIN = "titankv";

    /** May the same request be sent again? */
    public enum Retry {
        /** Known not to have happened: yes. */
        SAFE,
        /** It may have happened: only if twice is as good as once. */
        IF_IDEMPOTENT,
        /** The same request will fail again. */
        NO
    }

    private final Retry retry;

    ErrorReason(Retry retry) {
        this.retry = retry;
    }

    public Retry retry() {
        return retry;
    }
}
