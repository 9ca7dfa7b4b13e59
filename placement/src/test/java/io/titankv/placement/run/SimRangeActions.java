package io.titankv.placement.run;

import io.titankv.model.Epoch;
import io.titankv.model.GroupId;
import io.titankv.model.NodeId;
import io.titankv.model.TokenRange;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** What a simulated node is told to do with ranges. */
abstract class SimRangeActions implements NodeActions {
    final NodeId id;
    private final SimShards data;

    SimRangeActions(NodeId id, SimShards data) {
        this.id = id;
        this.data = data;
    }

    @Override
    public CompletableFuture<Boolean> assignRanges(GroupId group, Epoch epoch, List<TokenRange> ranges) {
        SimShard shard = data.shard(group);
        return CompletableFuture.completedFuture(id.equals(shard.leader) && shard.owns.assign(epoch, ranges));
    }

    @Override
    public long[] drainSampledTokens(GroupId group) {
        return group.isPlacement() || !id.equals(data.shard(group).leader)
                ? new long[0]
                : data.shard(group).sampled.get();
    }

    @Override
    public void limitCopies(long bytesPerSecondMax) {
        // replicas are there at once
    }

    @Override
    public void importRanges(RangeImport order) {
        data.importRanges(id, order);
    }

    @Override
    public CompletableFuture<Boolean> freezeRanges(GroupId group, long transfer, List<TokenRange> ranges) {
        return CompletableFuture.completedFuture(data.freeze(id, group, transfer, ranges));
    }

    @Override
    public CompletableFuture<Boolean> settleTransfer(
            GroupId group, long transfer, boolean importing, Optional<Epoch> committed) {
        return CompletableFuture.completedFuture(data.settle(id, group, transfer, importing, committed));
    }
}
