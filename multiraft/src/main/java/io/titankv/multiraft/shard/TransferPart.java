package io.titankv.multiraft.shard;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import io.titankv.model.TokenRange;
import io.titankv.proto.durable.v1.ImportEnd;
import io.titankv.proto.durable.v1.StoredExport;
import io.titankv.proto.durable.v1.StoredImport;
import io.titankv.proto.durable.v1.StoredTransferPart;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The range transfer that a shard takes part in. One at a time, and their numbers rise; so one number tells of every command that comes
 * late whether its transfer is settled here already. Immutable.
 *
 * @param settled this transfer, and all before, are settled here; 0: none
 * @param underWay null: none
 */
record TransferPart(long settled, @Nullable UnderWay underWay) {
    static final TransferPart NONE = new TransferPart(0, null);

    /** The name under which a store's metadata holds it. */
    static final String META_NAME = "transfer";

    /** A transfer that is not settled. */
    sealed interface UnderWay {
        long transfer();
    }

    /**
     * Ranges come here.
     *
     * @param ranges none of them the shard's own yet
     * @param attempt which attempt to copy them, from 1 on
     * @param nextSequence of the records that are taken in next
     * @param end set once all is there
     */
    record Import(
            long transfer,
            List<TokenRange> ranges,
            long attempt,
            long nextSequence,
            @Nullable ImportEnd end) implements UnderWay {
        Import {
            ranges = List.copyOf(ranges);
        }

        boolean isComplete() {
            return end != null;
        }

        Import after(@Nullable ImportEnd last) {
            return new Import(transfer, ranges, attempt, nextSequence + 1, last);
        }
    }

    /** Ranges go away, and are frozen: which, the ownership knows. */
    record Export(long transfer) implements UnderWay {}

    boolean isSettled(long transfer) {
        return transfer <= settled;
    }

    TransferPart with(UnderWay next) {
        return new TransferPart(settled, next);
    }

    TransferPart settling(long transfer) {
        return new TransferPart(transfer, null);
    }

    ByteString toStored() {
        StoredTransferPart.Builder stored = StoredTransferPart.newBuilder().setSettled(settled);
        switch (underWay) {
            case null -> {}
            case Import it -> {
                StoredImport.Builder importing = StoredImport.newBuilder()
                        .setTransfer(it.transfer)
                        .addAllRanges(ShardCommands.owned(it.ranges))
                        .setAttempt(it.attempt)
                        .setNextSequence(it.nextSequence);
                if (it.end != null) {
                    importing.setEnd(it.end);
                }
                stored.setImporting(importing);
            }
            case Export it -> stored.setExporting(StoredExport.newBuilder().setTransfer(it.transfer));
        }
        return stored.build().toByteString();
    }

    static TransferPart fromStored(byte[] bytes) {
        try {
            StoredTransferPart stored = StoredTransferPart.parseFrom(bytes);
            return new TransferPart(
                    stored.getSettled(),
                    switch (stored.getPartCase()) {
                        case IMPORTING -> importing(stored.getImporting());
                        case EXPORTING -> new Export(stored.getExporting().getTransfer());
                        case PART_NOT_SET -> null;
                    });
        } catch (InvalidProtocolBufferException e) {
            throw new ShardFaultException("metadata cannot be read: " + META_NAME, e);
        }
    }

    private static Import importing(StoredImport stored) {
        return new Import(
                stored.getTransfer(),
                ShardCommands.ranges(stored.getRangesList()),
                stored.getAttempt(),
                stored.getNextSequence(),
                stored.hasEnd() ? stored.getEnd() : null);
    }
}
