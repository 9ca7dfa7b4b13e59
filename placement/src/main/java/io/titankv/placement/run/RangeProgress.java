package io.titankv.placement.run;

import io.titankv.placement.plan.Step;
import io.titankv.placement.state.OperationRecord;
import io.titankv.placement.state.PlacementState;
import io.titankv.placement.state.TransferRecord;
import io.titankv.proto.internal.v1.TransferPart;

/**
 * What the range transfers under way of one operation have copied. Immutable.
 *
 * @param bytes at most what their steps are planned with
 * @param bytesPerSecond of late; 0 when not known
 */
record RangeProgress(long bytes, double bytesPerSecond) {
    static final RangeProgress NONE = new RangeProgress(0, 0);

    static RangeProgress of(OperationRecord operation, PlacementState state, Reports reports) {
        RangeProgress all = NONE;
        for (TransferRecord transfer : state.transfers().underWay().values()) {
            if (transfer.operation() == operation.id() && transfer.phase() != TransferRecord.Phase.ABORTED) {
                TransferPart part =
                        TransferRound.importing(transfer, reports).orElse(TransferPart.getDefaultInstance());
                long planned = planned(operation, transfer);
                boolean isCopied = transfer.phase() == TransferRecord.Phase.COMMITTED;
                all = new RangeProgress(
                        all.bytes + (isCopied ? planned : Math.min(planned, part.getBytesCopied())),
                        all.bytesPerSecond + part.getBytesPerSecond());
            }
        }
        return all;
    }

    private static long planned(OperationRecord operation, TransferRecord transfer) {
        return operation.steps().stream()
                .filter(step -> step instanceof Step.MoveRange move && RangeWork.isPartOf(move, transfer))
                .mapToLong(Step::bytesMoved)
                .sum();
    }

    /** What a transfer has still to copy to each replica, as far as that was planned; 0 once it is decided. */
    static long bytesLeft(TransferRecord transfer, PlacementState state, Reports reports) {
        if (transfer.phase().isDecided()) {
            return 0;
        }
        long planned = state.journal()
                .operation(transfer.operation())
                .map(operation -> planned(operation, transfer))
                .orElse(0L);
        long copied = TransferRound.importing(transfer, reports)
                .map(TransferPart::getBytesCopied)
                .orElse(0L);
        return Math.max(0, planned - copied);
    }
}
