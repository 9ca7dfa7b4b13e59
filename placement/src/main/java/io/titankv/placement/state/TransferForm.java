package io.titankv.placement.state;

import io.titankv.model.Epoch;
import io.titankv.model.GroupId;
import io.titankv.model.NodeId;
import io.titankv.model.TokenRange;
import io.titankv.placement.state.TransferRecord.Phase;
import io.titankv.placement.state.TransferRecord.Times;
import io.titankv.proto.durable.v1.DecideTransfer;
import io.titankv.proto.durable.v1.EndTransfer;
import io.titankv.proto.durable.v1.ForgetGroup;
import io.titankv.proto.durable.v1.FormGroup;
import io.titankv.proto.durable.v1.FreezeTransfer;
import io.titankv.proto.durable.v1.PlacementCommand;
import io.titankv.proto.durable.v1.PlacementSnapshot;
import io.titankv.proto.durable.v1.RetireGroup;
import io.titankv.proto.durable.v1.StoredArc;
import io.titankv.proto.durable.v1.StoredTransfer;
import io.titankv.proto.durable.v1.StoredTransferPhase;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/** The protobuf form of range transfers, and of groups that come and go, both ways. Thread-safe. */
public final class TransferForm {
    private TransferForm() {}

    /** Begins a transfer. Its id is one more than the last. */
    public static PlacementCommand begin(
            String clusterId, long id, List<TokenRange> ranges, GroupId from, GroupId to, long operation) {
        return StoredForm.command(clusterId)
                .setBeginTransfer(StoredTransfer.newBuilder()
                        .setId(id)
                        .addAllRanges(ranges.stream().map(TransferForm::arc).toList())
                        .setFrom(from.number())
                        .setTo(to.number())
                        .setPhase(StoredTransferPhase.STORED_TRANSFER_PHASE_PREPARING)
                        .setOperation(operation))
                .build();
    }

    /** The group that gives the ranges is to refuse requests for them. */
    public static PlacementCommand freeze(String clusterId, long id) {
        return StoredForm.command(clusterId)
                .setFreezeTransfer(FreezeTransfer.newBuilder().setId(id))
                .build();
    }

    /** The ranges change hands. */
    public static PlacementCommand commit(String clusterId, long id) {
        return StoredForm.command(clusterId)
                .setDecideTransfer(DecideTransfer.newBuilder().setId(id).setCommit(true))
                .build();
    }

    /** Nothing changes hands. */
    public static PlacementCommand abort(String clusterId, long id, String why) {
        return StoredForm.command(clusterId)
                .setDecideTransfer(DecideTransfer.newBuilder().setId(id).setWhy(why))
                .build();
    }

    /** Both groups have settled it. */
    public static PlacementCommand end(String clusterId, long id) {
        return StoredForm.command(clusterId)
                .setEndTransfer(EndTransfer.newBuilder().setId(id))
                .build();
    }

    /** A group that owns nothing yet; the first member is the one preferred as leader. */
    public static PlacementCommand formGroup(String clusterId, GroupId group, List<NodeId> members) {
        return StoredForm.command(clusterId)
                .setFormGroup(FormGroup.newBuilder()
                        .setGroup(group.number())
                        .addAllMembers(members.stream().map(NodeId::value).toList()))
                .build();
    }

    /** A group that owns nothing any more; its replicas are deleted. */
    public static PlacementCommand retireGroup(String clusterId, GroupId group) {
        return StoredForm.command(clusterId)
                .setRetireGroup(RetireGroup.newBuilder().setGroup(group.number()))
                .build();
    }

    /** Every replica of a retired group is deleted. */
    public static PlacementCommand forgetGroup(String clusterId, GroupId group) {
        return StoredForm.command(clusterId)
                .setForgetGroup(ForgetGroup.newBuilder().setGroup(group.number()))
                .build();
    }

    static void write(Transfers transfers, PlacementSnapshot.Builder snapshot) {
        transfers.underWay().values().forEach(transfer -> snapshot.addTransfers(stored(transfer)));
        snapshot.setLastTransfer(transfers.last());
    }

    static Transfers read(PlacementSnapshot snapshot) {
        SortedMap<Long, TransferRecord> underWay = new TreeMap<>();
        snapshot.getTransfersList().forEach(stored -> underWay.put(stored.getId(), transfer(stored)));
        return new Transfers(underWay, snapshot.getLastTransfer());
    }

    private static StoredTransfer stored(TransferRecord transfer) {
        return StoredTransfer.newBuilder()
                .setId(transfer.id())
                .addAllRanges(transfer.ranges().stream().map(TransferForm::arc).toList())
                .setFrom(transfer.from().number())
                .setTo(transfer.to().number())
                .setPhase(StoredTransferPhase.valueOf(
                        "STORED_TRANSFER_PHASE_" + transfer.phase().name()))
                .setOperation(transfer.operation())
                .setEpoch(transfer.epoch().value())
                .setBegunMillis(transfer.times().begun().toEpochMilli())
                .setFrozenMillis(
                        transfer.times().frozen().map(Instant::toEpochMilli).orElse(0L))
                .setDecidedMillis(
                        transfer.times().decided().map(Instant::toEpochMilli).orElse(0L))
                .setWhy(transfer.why())
                .build();
    }

    private static TransferRecord transfer(StoredTransfer stored) {
        Phase phase = switch (stored.getPhase()) {
            case STORED_TRANSFER_PHASE_PREPARING -> Phase.PREPARING;
            case STORED_TRANSFER_PHASE_FREEZING -> Phase.FREEZING;
            case STORED_TRANSFER_PHASE_COMMITTED -> Phase.COMMITTED;
            case STORED_TRANSFER_PHASE_ABORTED -> Phase.ABORTED;
            case STORED_TRANSFER_PHASE_UNSPECIFIED, UNRECOGNIZED ->
                throw new IllegalArgumentException("a phase that this version does not know: " + stored.getPhase());
        };
        return new TransferRecord(
                stored.getId(),
                ranges(stored.getRangesList()),
                StoredForm.group(stored.getFrom()),
                StoredForm.group(stored.getTo()),
                phase,
                stored.getOperation(),
                new Epoch(stored.getEpoch()),
                new Times(
                        Instant.ofEpochMilli(stored.getBegunMillis()),
                        Optional.of(Instant.ofEpochMilli(stored.getFrozenMillis())),
                        Optional.of(Instant.ofEpochMilli(stored.getDecidedMillis()))),
                stored.getWhy());
    }

    static List<TokenRange> ranges(List<StoredArc> arcs) {
        return arcs.stream().map(TransferForm::range).toList();
    }

    static TokenRange range(StoredArc arc) {
        return new TokenRange(arc.getStart(), arc.getEnd());
    }

    static StoredArc arc(TokenRange range) {
        return StoredArc.newBuilder()
                .setStart(range.startInclusive())
                .setEnd(range.endExclusive())
                .build();
    }
}
