package io.titankv.placement.run;

import io.titankv.model.Epoch;
import io.titankv.model.GroupId;
import io.titankv.model.TokenRange;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** A node of which no range transfer is asked. */
abstract class ActionsWithoutTransfers implements NodeActions {
    /** What was said last of how fast replicas may be copied; -1: nothing. */
    volatile long copyBytesPerSecondMax = -1;

    @Override
    public void limitCopies(long bytesPerSecondMax) {
        copyBytesPerSecondMax = bytesPerSecondMax;
    }

    @Override
    public void importRanges(RangeImport order) {
        throw new IllegalStateException("no ranges are to be copied: " + order);
    }

    @Override
    public CompletableFuture<Boolean> freezeRanges(GroupId group, long transfer, List<TokenRange> ranges) {
        throw new IllegalStateException("no ranges are to be frozen: " + transfer);
    }

    @Override
    public CompletableFuture<Boolean> settleTransfer(
            GroupId group, long transfer, boolean importing, Optional<Epoch> committed) {
        throw new IllegalStateException("no transfer is to be settled: " + transfer);
    }
}
