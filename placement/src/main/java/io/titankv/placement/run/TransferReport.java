package io.titankv.placement.run;

/**
 * A replica's part in a range transfer, as the node tells placement of it. Immutable.
 *
 * @param settled this transfer, and all before, are settled in the shard; 0: none
 * @param transfer that is under way; 0: none
 * @param side what it is to the shard
 * @param complete importing: all is there
 * @param caughtUp importing: so little is left that the ranges may be frozen
 * @param keysCopied of this attempt
 * @param bytesCopied of this attempt
 * @param keysLeft known to be left
 * @param bytesPerSecond of late, 0 when not known
 * @param failure why the last attempt failed; empty: none did
 * @param attempts begun so far
 */
public record TransferReport(
        long settled,
        long transfer,
        Side side,
        boolean complete,
        boolean caughtUp,
        long keysCopied,
        long bytesCopied,
        long keysLeft,
        double bytesPerSecond,
        String failure,
        long attempts) {
    /** What a transfer is to a shard. */
    public enum Side {
        NONE,
        IMPORTING,
        FROZEN
    }
}
