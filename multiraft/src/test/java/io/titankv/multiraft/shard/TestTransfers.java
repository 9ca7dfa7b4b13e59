package io.titankv.multiraft.shard;

import io.titankv.model.TokenRange;
import io.titankv.proto.durable.v1.AbortImport;
import io.titankv.proto.durable.v1.BeginImport;
import io.titankv.proto.durable.v1.FinishImport;
import io.titankv.proto.durable.v1.ForgetRanges;
import io.titankv.proto.durable.v1.FreezeRanges;
import io.titankv.proto.durable.v1.ImportRecords;
import io.titankv.proto.durable.v1.ShardCommand;
import io.titankv.proto.durable.v1.UnfreezeRanges;
import io.titankv.proto.internal.v1.ReadExportResponse;
import java.util.List;

/** Short ways to write the steps of a range transfer. */
final class TestTransfers {
    private TestTransfers() {}

    static ShardCommand.Builder begin(long transfer, TokenRange range, long attempt) {
        return ShardCommand.newBuilder()
                .setBeginImport(BeginImport.newBuilder()
                        .setTransfer(transfer)
                        .addAllRanges(ShardCommands.owned(List.of(range)))
                        .setAttempt(attempt));
    }

    static ShardCommand.Builder records(long transfer, long attempt, long sequence, ReadExportResponse part) {
        ImportRecords.Builder records = ImportRecords.newBuilder()
                .setTransfer(transfer)
                .setAttempt(attempt)
                .setSequence(sequence)
                .addAllRecords(part.getRecordsList())
                .addAllClients(part.getClientsList());
        if (part.hasEnd()) {
            records.setEnd(part.getEnd());
        }
        return ShardCommand.newBuilder().setImportRecords(records);
    }

    static ShardCommand.Builder freeze(long transfer, TokenRange range) {
        return ShardCommand.newBuilder()
                .setFreezeRanges(FreezeRanges.newBuilder()
                        .setTransfer(transfer)
                        .addAllRanges(ShardCommands.owned(List.of(range))));
    }

    static ShardCommand.Builder finish(long transfer, long epoch) {
        return ShardCommand.newBuilder()
                .setFinishImport(FinishImport.newBuilder().setTransfer(transfer).setEpoch(epoch));
    }

    static ShardCommand.Builder forget(long transfer, long epoch) {
        return ShardCommand.newBuilder()
                .setForgetRanges(ForgetRanges.newBuilder().setTransfer(transfer).setEpoch(epoch));
    }

    static ShardCommand.Builder abort(long transfer) {
        return ShardCommand.newBuilder().setAbortImport(AbortImport.newBuilder().setTransfer(transfer));
    }

    static ShardCommand.Builder unfreeze(long transfer) {
        return ShardCommand.newBuilder()
                .setUnfreezeRanges(UnfreezeRanges.newBuilder().setTransfer(transfer));
    }
}
