package io.titankv.placement.state;

import io.titankv.model.Epoch;
import io.titankv.model.GroupId;
import io.titankv.model.TokenRange;
import io.titankv.placement.state.TransferRecord.Phase;
import io.titankv.placement.state.TransferRecord.Times;
import io.titankv.proto.durable.v1.DecideTransfer;
import io.titankv.proto.durable.v1.PlacementCommand;
import io.titankv.proto.durable.v1.StoredTransfer;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** How range transfers begin, are decided and end in a state. Used once by one thread. */
final class TransferCommands {
    private final Draft draft;

    TransferCommands(Draft draft) {
        this.draft = draft;
    }

    /** Returns whether anything changed. */
    boolean apply(PlacementCommand command) {
        Transfers before = draft.transfers;
        switch (command.getKindCase()) {
            case BEGIN_TRANSFER -> begin(command.getBeginTransfer());
            case FREEZE_TRANSFER -> freeze(command.getFreezeTransfer().getId());
            case DECIDE_TRANSFER -> decide(command.getDecideTransfer());
            case END_TRANSFER -> end(command.getEndTransfer().getId());
            default -> throw new IllegalStateException("not about a transfer: " + command.getKindCase());
        }
        return !draft.transfers.equals(before);
    }

    private void begin(StoredTransfer stored) {
        if (stored.getId() != draft.transfers.last() + 1) {
            throw new Draft.RefusedException(
                    Refusal.TRANSFER_EXISTS,
                    "the next transfer is " + (draft.transfers.last() + 1) + ", not " + stored.getId());
        }
        TransferRecord transfer = new TransferRecord(
                stored.getId(),
                TransferForm.ranges(stored.getRangesList()),
                StoredForm.group(stored.getFrom()),
                StoredForm.group(stored.getTo()),
                Phase.PREPARING,
                stored.getOperation(),
                Epoch.NONE,
                new Times(draft.at, Optional.empty(), Optional.empty()),
                "");
        requireFree(transfer.from());
        requireFree(transfer.to());
        requireOwned(transfer);
        draft.transfers = draft.transfers.with(transfer);
        event("transfer begun", transfer, "");
    }

    private void requireFree(GroupId group) {
        GroupRecord record = draft.requireGroup(group);
        if (record.state() != GroupRecord.State.SERVING) {
            throw new Draft.RefusedException(
                    Refusal.GROUP_STATE, "group " + group + " is " + OperationForm.words(record.state()));
        }
        draft.transfers.of(group).ifPresent(other -> {
            throw new Draft.RefusedException(
                    Refusal.GROUP_STATE, "group " + group + " takes part in " + other.name() + " already");
        });
    }

    private void requireOwned(TransferRecord transfer) {
        // Throws when a range is another's.
        RingEdit.moved(draft.ring, transfer.ranges(), transfer.from(), transfer.to());
    }

    private void freeze(long id) {
        TransferRecord transfer = require(id);
        switch (transfer.phase()) {
            case PREPARING -> draft.transfers = draft.transfers.with(transfer.freezing(draft.at));
            case FREEZING -> {}
            case COMMITTED, ABORTED -> throw stateOf(transfer);
        }
    }

    private void decide(DecideTransfer decide) {
        TransferRecord transfer = require(decide.getId());
        if (transfer.phase().isDecided()) {
            return; // the first decision stands
        }
        if (!decide.getCommit()) {
            if (transfer.phase() == Phase.FREEZING) {
                noteFreeze(transfer, false);
            }
            TransferRecord aborted = transfer.aborted(decide.getWhy(), draft.at);
            draft.transfers = draft.transfers.with(aborted);
            event("transfer given up", aborted, ": " + aborted.why());
            return;
        }
        if (transfer.phase() != Phase.FREEZING) {
            throw stateOf(transfer);
        }
        draft.ring = RingEdit.moved(draft.ring, transfer.ranges(), transfer.from(), transfer.to());
        draft.epoch = draft.epoch.next();
        for (GroupId group : List.of(transfer.from(), transfer.to())) {
            draft.groups.put(group, draft.requireGroup(group).owningSince(draft.epoch));
        }
        draft.transfers = draft.transfers.with(transfer.committed(draft.epoch, draft.at));
        noteFreeze(transfer, true);
        event("ranges moved", transfer, ", epoch " + draft.epoch);
    }

    private void noteFreeze(TransferRecord transfer, boolean committed) {
        draft.journal
                .operation(transfer.operation())
                .ifPresent(operation -> draft.journal = draft.journal.with(operation.afterFreeze(committed)));
    }

    private void end(long id) {
        TransferRecord transfer = draft.transfers.underWay().get(id);
        if (transfer == null && id >= 1 && id <= draft.transfers.last()) {
            return; // ended already
        }
        if (transfer == null) {
            throw unknown(id);
        }
        if (!transfer.phase().isDecided()) {
            throw stateOf(transfer);
        }
        draft.transfers = draft.transfers.without(id);
    }

    private TransferRecord require(long id) {
        TransferRecord transfer = draft.transfers.underWay().get(id);
        if (transfer == null) {
            throw unknown(id);
        }
        return transfer;
    }

    private static Draft.RefusedException unknown(long id) {
        return new Draft.RefusedException(Refusal.TRANSFER_UNKNOWN, "there is no transfer " + id + ", or not any more");
    }

    private static Draft.RefusedException stateOf(TransferRecord transfer) {
        return new Draft.RefusedException(
                Refusal.TRANSFER_STATE, transfer.name() + " is " + OperationForm.words(transfer.phase()));
    }

    private void event(String kind, TransferRecord transfer, String more) {
        double share = transfer.ranges().stream().mapToDouble(TokenRange::share).sum();
        draft.event(
                kind,
                transfer.name() + ": " + transfer.ranges().size() + " ranges, "
                        + String.format(Locale.ROOT, "%.2f %%", 100 * share) + " of the ring, from "
                        + transfer.from() + " to " + transfer.to() + more,
                "",
                transfer.from().toString(),
                transfer.operation());
    }
}
