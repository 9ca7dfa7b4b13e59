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
                long planned = operation.steps().stream()
                        .filter(step -> step instanceof Step.MoveRange move && RangeWork.isPartOf(move, transfer))
                        .mapToLong(Step::bytesMoved)
                        .sum();
                boolean isCopied = transfer.phase() == TransferRecord.Phase.COMMITTED;
                all = new RangeProgress(
                        all.bytes + (isCopied ? planned : Math.min(planned, part.getBytesCopied())),
                        all.bytesPerSecond + part.getBytesPerSecond());
            }
        }
        return all;
    }
}
