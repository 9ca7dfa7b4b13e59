package io.titankv.multiraft.shard;

import io.titankv.model.Epoch;
import io.titankv.model.NodeId;
import io.titankv.model.TokenRange;
import io.titankv.multiraft.host.ProposeOutcome;
import io.titankv.multiraft.host.Replica;
import io.titankv.multiraft.transfer.ExportSource;
import io.titankv.multiraft.transfer.ImportTarget;
import io.titankv.proto.durable.v1.AbortImport;
import io.titankv.proto.durable.v1.FinishImport;
import io.titankv.proto.durable.v1.ForgetRanges;
import io.titankv.proto.durable.v1.FreezeRanges;
import io.titankv.proto.durable.v1.ShardCommand;
import io.titankv.proto.durable.v1.UnfreezeRanges;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * A shard's side of range transfers, on this node's replica. Steps are for the leader; each may be asked for again without harm. Futures
 * complete with why the shard is not known to be as wanted, empty when it is; never exceptionally. Thread-safe.
 */
public final class ShardTransfers {
    private final Replica replica;
    private final ShardStateMachine state;
    private final Supplier<List<NodeId>> fullDisks;

    /** @param fullDisks of the nodes for whose sake writes that take space are refused now */
    ShardTransfers(Replica replica, ShardStateMachine state, Supplier<List<NodeId>> fullDisks) {
        this.replica = replica;
        this.state = state;
        this.fullDisks = fullDisks;
    }

    public ImportTarget importTarget() {
        return new ReplicatedImport(replica, state, fullDisks);
    }

    public ExportSource exportSource() {
        return state;
    }

    public TransferState status() {
        return TransferState.of(state.transferPart());
    }

    /** Refuses requests for the ranges from then on. */
    public CompletableFuture<String> freeze(long transfer, List<TokenRange> ranges, Duration timeout) {
        return propose(
                ShardCommand.newBuilder()
                        .setFreezeRanges(FreezeRanges.newBuilder()
                                .setTransfer(transfer)
                                .addAllRanges(ShardCommands.owned(ranges))),
                timeout);
    }

    /**
     * The ranges are this shard's, as of the epoch; or the transfer was given up, and what was taken in is deleted.
     *
     * @param committed empty: it was given up
     */
    public CompletableFuture<String> settleImport(long transfer, Optional<Epoch> committed, Duration timeout) {
        ShardCommand.Builder command = ShardCommand.newBuilder();
        committed.ifPresentOrElse(
                epoch -> command.setFinishImport(
                        FinishImport.newBuilder().setTransfer(transfer).setEpoch(epoch.value())),
                () -> command.setAbortImport(AbortImport.newBuilder().setTransfer(transfer)));
        return propose(command, timeout);
    }

    /**
     * The ranges are the other shard's, as of the epoch, and deleted here; or the transfer was given up, and they are served again.
     *
     * @param committed empty: it was given up
     */
    public CompletableFuture<String> settleExport(long transfer, Optional<Epoch> committed, Duration timeout) {
        ShardCommand.Builder command = ShardCommand.newBuilder();
        committed.ifPresentOrElse(
                epoch -> command.setForgetRanges(
                        ForgetRanges.newBuilder().setTransfer(transfer).setEpoch(epoch.value())),
                () -> command.setUnfreezeRanges(UnfreezeRanges.newBuilder().setTransfer(transfer)));
        return propose(command, timeout);
    }

    private CompletableFuture<String> propose(ShardCommand.Builder command, Duration timeout) {
        return replica.propose(command.build().toByteString())
                .completeOnTimeout(
                        new ProposeOutcome.Undetermined("not answered in time"),
                        timeout.toNanos(),
                        TimeUnit.NANOSECONDS)
                .handle((outcome, failure) ->
                        failure != null ? String.valueOf(failure) : ReplicatedImport.refusal(outcome));
    }
}
