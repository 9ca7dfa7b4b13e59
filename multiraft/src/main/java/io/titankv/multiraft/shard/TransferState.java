package io.titankv.multiraft.shard;

/**
 * The range transfer that a shard takes part in, as of what a replica has applied. Immutable.
 *
 * @param settled this transfer, and all before, are settled here; 0: none
 * @param transfer that is under way; 0: none
 * @param side what it is to the shard
 * @param complete importing: all is there
 * @param attempts importing: to copy, begun so far
 */
public record TransferState(long settled, long transfer, Side side, boolean complete, long attempts) {
    /** What a transfer is to a shard. */
    public enum Side {
        NONE,
        IMPORTING,
        FROZEN
    }

    static TransferState of(TransferPart part) {
        return switch (part.underWay()) {
            case null -> new TransferState(part.settled(), 0, Side.NONE, false, 0);
            case TransferPart.Import it ->
                new TransferState(part.settled(), it.transfer(), Side.IMPORTING, it.isComplete(), it.attempt());
            case TransferPart.Export it -> new TransferState(part.settled(), it.transfer(), Side.FROZEN, false, 0);
        };
    }
}
