package io.titankv.multiraft.shard;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import io.titankv.model.NodeId;
import io.titankv.model.TokenRange;
import io.titankv.multiraft.host.ProposeOutcome;
import io.titankv.multiraft.host.Replica;
import io.titankv.multiraft.transfer.ImportTarget;
import io.titankv.proto.durable.v1.BeginImport;
import io.titankv.proto.durable.v1.ImportRecords;
import io.titankv.proto.durable.v1.ShardCommand;
import io.titankv.proto.durable.v1.ShardResult;
import io.titankv.proto.internal.v1.ReadExportResponse;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;

/** The shard of a replica, as ranges are copied into it: every step is an entry of its log. Thread-safe. */
final class ReplicatedImport implements ImportTarget {
    /** What an entry takes beside its records and clients. */
    private static final int ENTRY_HEAD_BYTES = 128;

    private final Replica replica;
    private final ShardStateMachine state;
    private final Supplier<List<NodeId>> fullDisks;

    /** @param fullDisks of the nodes for whose sake writes that take space are refused now */
    ReplicatedImport(Replica replica, ShardStateMachine state, Supplier<List<NodeId>> fullDisks) {
        this.replica = replica;
        this.state = state;
        this.fullDisks = fullDisks;
    }

    @Override
    public Standing standing(long transfer) {
        TransferPart part = state.transferPart();
        if (part.isSettled(transfer)) {
            return Standing.SETTLED;
        }
        return part.underWay() instanceof TransferPart.Import it && it.transfer() == transfer && it.isComplete()
                ? Standing.COMPLETE
                : Standing.OPEN;
    }

    @Override
    public boolean leads() {
        return replica.leads();
    }

    @Override
    public long attempt(long transfer) {
        return state.transferPart().underWay() instanceof TransferPart.Import it && it.transfer() == transfer
                ? it.attempt()
                : 0;
    }

    @Override
    public OptionalLong nextSequence(long transfer, long attempt) {
        return state.transferPart().underWay() instanceof TransferPart.Import it
                        && it.transfer() == transfer
                        && it.attempt() == attempt
                ? OptionalLong.of(it.nextSequence())
                : OptionalLong.empty();
    }

    @Override
    public CompletableFuture<Outcome> begin(long transfer, List<TokenRange> ranges, long attempt) {
        return propose(ShardCommand.newBuilder()
                .setBeginImport(BeginImport.newBuilder()
                        .setTransfer(transfer)
                        .addAllRanges(ShardCommands.owned(ranges))
                        .setAttempt(attempt)));
    }

    @Override
    public CompletableFuture<Outcome> take(long transfer, long attempt, long sequence, ReadExportResponse part) {
        List<NodeId> full = fullDisks.get();
        if (!full.isEmpty()) {
            return CompletableFuture.completedFuture(new Outcome.Untaken("nearly full: the disk of " + full));
        }
        ImportRecords.Builder records = ImportRecords.newBuilder()
                .setTransfer(transfer)
                .setAttempt(attempt)
                .setSequence(sequence)
                .addAllRecords(part.getRecordsList())
                .addAllClients(part.getClientsList());
        if (part.hasEnd()) {
            records.setEnd(part.getEnd());
        }
        return propose(ShardCommand.newBuilder().setImportRecords(records));
    }

    @Override
    public int partBytesMax() {
        return replica.entryBytesMax() - ENTRY_HEAD_BYTES;
    }

    private CompletableFuture<Outcome> propose(ShardCommand.Builder command) {
        return replica.propose(command.build().toByteString()).handle((outcome, failure) -> {
            String refusal = failure != null ? String.valueOf(failure) : refusal(outcome);
            return refusal.isEmpty() ? new Outcome.Taken() : new Outcome.Untaken(refusal);
        });
    }

    /** Why a step of a transfer is not known to be done; empty: it is. */
    static String refusal(ProposeOutcome outcome) {
        return switch (outcome) {
            case ProposeOutcome.Applied applied -> refusal(applied.result());
            case ProposeOutcome.NotLeader _ -> "the shard is led elsewhere";
            case ProposeOutcome.Busy _ -> "too much waits in the shard";
            case ProposeOutcome.OutOfService out -> "the replica is out of service: " + out.why();
            case ProposeOutcome.Undetermined unknown -> "not known to be done: " + unknown.why();
        };
    }

    private static String refusal(ByteString result) {
        try {
            ShardResult parsed = ShardResult.parseFrom(result);
            return parsed.hasTransfer()
                    ? parsed.getTransfer().getRefusal()
                    : "applied by an earlier run of the replica, with an unknown result";
        } catch (InvalidProtocolBufferException e) {
            return "the result cannot be read: " + e.getMessage();
        }
    }
}
