package io.titankv.multiraft.shard;

import io.titankv.model.Epoch;
import io.titankv.model.TokenRange;
import io.titankv.proto.durable.v1.BeginImport;
import io.titankv.proto.durable.v1.FreezeRanges;
import io.titankv.proto.durable.v1.ImportEnd;
import io.titankv.proto.durable.v1.ImportRecords;
import io.titankv.proto.durable.v1.ImportedRecord;
import java.util.List;

/**
 * The steps of a range transfer, in one of its two shards: who owns what before and after, and which tokens' records are deleted. A step
 * that comes twice, late, or in a wrong order changes nothing, and says why. Pure: records themselves are none of its business.
 * Immutable.
 *
 * <p>What it holds to: tokens are served only while they are the shard's and not frozen; a transfer is finished only when all of it is
 * there; what is complete is never begun anew, for it may be decided already.
 *
 * @param ownership what the shard owns
 * @param part the transfer that it takes part in
 */
record TransferSteps(Ownership ownership, TransferPart part) {
    /**
     * What a step leads to.
     *
     * @param refusal why the shard is not as the step wants it; empty: it is
     * @param dropped tokens whose records are deleted
     */
    record Outcome(TransferSteps after, String refusal, List<TokenRange> dropped) {}

    Outcome beginImport(BeginImport command) {
        long transfer = command.getTransfer();
        List<TokenRange> ranges = ShardCommands.ranges(command.getRangesList());
        if (part.isSettled(transfer)) {
            return refused(settled(transfer));
        }
        if (part.underWay() instanceof TransferPart.Import running && running.transfer() == transfer) {
            if (running.isComplete()) {
                return refused("transfer " + transfer + " is complete here");
            }
            if (command.getAttempt() <= running.attempt()) {
                return command.getAttempt() == running.attempt() && running.nextSequence() == 0
                        ? unchanged()
                        : refused("attempt " + command.getAttempt() + " of transfer " + transfer + " is over, attempt "
                                + running.attempt() + " was begun");
            }
            return begun(transfer, running.ranges(), command.getAttempt());
        }
        if (part.underWay() != null) {
            return refused(busy());
        }
        if (ranges.isEmpty() || !TokenRanges.areDisjoint(ranges)) {
            return refused("transfer " + transfer + " has no ranges, or some that overlap: " + ranges);
        }
        if (ranges.stream().anyMatch(range -> ownership.ranges().stream().anyMatch(range::overlaps))) {
            return refused("some of what transfer " + transfer + " brings is owned already: " + ranges);
        }
        return begun(transfer, ranges, command.getAttempt());
    }

    private Outcome begun(long transfer, List<TokenRange> ranges, long attempt) {
        return changed(ownership, part.with(new TransferPart.Import(transfer, ranges, attempt, 0, null)), ranges);
    }

    /** Whether records are those to be taken in next. */
    Outcome importRecords(ImportRecords command) {
        long transfer = command.getTransfer();
        if (!(part.underWay() instanceof TransferPart.Import running) || running.transfer() != transfer) {
            return refused(part.isSettled(transfer) ? settled(transfer) : "transfer " + transfer + " is not begun");
        }
        if (running.isComplete()
                || running.attempt() != command.getAttempt()
                || running.nextSequence() != command.getSequence()) {
            return refused("records " + command.getSequence() + " of attempt " + command.getAttempt() + " of transfer "
                    + transfer + " come at a wrong time: attempt " + running.attempt() + " waits for "
                    + (running.isComplete() ? "none" : String.valueOf(running.nextSequence())));
        }
        for (ImportedRecord record : command.getRecordsList()) {
            if (!TokenRanges.contain(running.ranges(), record.getToken())) {
                return refused("transfer " + transfer + " brings a record of another range: token "
                        + Long.toUnsignedString(record.getToken()));
            }
        }
        ImportEnd end = command.hasEnd() ? command.getEnd() : null;
        return changed(ownership, part.with(running.after(end)), List.of());
    }

    Outcome finishImport(long transfer, Epoch epoch) {
        if (part.isSettled(transfer)) {
            return unchanged();
        }
        if (!(part.underWay() instanceof TransferPart.Import running)
                || running.transfer() != transfer
                || !running.isComplete()) {
            return refused("transfer " + transfer + " is not complete here");
        }
        return changed(ownership.gaining(running.ranges(), epoch), part.settling(transfer), List.of());
    }

    Outcome abortImport(long transfer) {
        if (part.isSettled(transfer)) {
            return unchanged();
        }
        return switch (part.underWay()) {
            case null -> changed(ownership, part.settling(transfer), List.of());
            case TransferPart.Import running
            when running.transfer() == transfer -> changed(ownership, part.settling(transfer), running.ranges());
            case TransferPart.Import _, TransferPart.Export _ -> refused(busy());
        };
    }

    Outcome freeze(FreezeRanges command) {
        long transfer = command.getTransfer();
        List<TokenRange> ranges = ShardCommands.ranges(command.getRangesList());
        if (part.isSettled(transfer)) {
            return refused(settled(transfer));
        }
        if (part.underWay() instanceof TransferPart.Export running && running.transfer() == transfer) {
            return unchanged();
        }
        if (part.underWay() != null) {
            return refused(busy());
        }
        if (ranges.isEmpty()
                || !TokenRanges.areDisjoint(ranges)
                || !TokenRanges.containAll(ownership.ranges(), ranges)) {
            return refused("transfer " + transfer + " takes what the shard does not own: " + ranges);
        }
        return changed(ownership.freezing(ranges), part.with(new TransferPart.Export(transfer)), List.of());
    }

    Outcome unfreeze(long transfer) {
        if (part.isSettled(transfer)) {
            return unchanged();
        }
        return switch (part.underWay()) {
            case null -> changed(ownership, part.settling(transfer), List.of());
            case TransferPart.Export running
            when running.transfer() == transfer -> changed(ownership.unfrozen(), part.settling(transfer), List.of());
            case TransferPart.Import _, TransferPart.Export _ -> refused(busy());
        };
    }

    Outcome forget(long transfer, Epoch epoch) {
        if (part.isSettled(transfer)) {
            return unchanged();
        }
        if (!(part.underWay() instanceof TransferPart.Export running) || running.transfer() != transfer) {
            return refused("transfer " + transfer + " is not frozen here");
        }
        return changed(ownership.forgetting(epoch), part.settling(transfer), ownership.frozen());
    }

    private Outcome changed(Ownership owned, TransferPart next, List<TokenRange> dropped) {
        return new Outcome(new TransferSteps(owned, next), "", dropped);
    }

    private Outcome unchanged() {
        return new Outcome(this, "", List.of());
    }

    private Outcome refused(String why) {
        return new Outcome(this, why, List.of());
    }

    private String settled(long transfer) {
        return "transfer " + transfer + " is settled here, up to " + part.settled() + " all are";
    }

    private String busy() {
        TransferPart.UnderWay running = Invariants.present(part.underWay(), "a transfer is under way");
        return "the shard takes part in transfer " + running.transfer();
    }
}
