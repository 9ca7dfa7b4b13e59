package io.titankv.placement.run;

import io.titankv.model.GroupId;
import io.titankv.model.NodeId;
import io.titankv.model.TokenRange;
import io.titankv.placement.state.NodeRecord;
import io.titankv.placement.state.PlacementState;
import io.titankv.placement.state.TransferRecord;
import io.titankv.placement.state.TransferRecord.Phase;
import io.titankv.proto.internal.v1.FreezeRanges;
import io.titankv.proto.internal.v1.ImportRanges;
import io.titankv.proto.internal.v1.Instruction;
import io.titankv.proto.internal.v1.SettleTransfer;
import io.titankv.proto.internal.v1.TokenArc;
import io.titankv.proto.internal.v1.TransferPart;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** What range transfers ask of one node: only of the leaders of the two groups, and again until it is reported as done. Pure functions. */
final class TransferDuties {
    private TransferDuties() {}

    /** What the node should do for transfers now. */
    static List<Instruction> of(NodeId node, PlacementState state, Reports reports) {
        List<Instruction> duties = new ArrayList<>();
        for (TransferRecord transfer : state.transfers().underWay().values()) {
            if (leads(node, transfer.to(), reports)) {
                imports(transfer, state, reports).ifPresent(duties::add);
            }
            if (leads(node, transfer.from(), reports)) {
                gives(transfer, reports).ifPresent(duties::add);
            }
        }
        return List.copyOf(duties);
    }

    private static boolean leads(NodeId node, GroupId group, Reports reports) {
        return reports.reportedLeader(group).filter(node::equals).isPresent();
    }

    private static Optional<Instruction> imports(TransferRecord transfer, PlacementState state, Reports reports) {
        if (transfer.phase().isDecided()) {
            return settle(transfer, transfer.to(), reports);
        }
        boolean isWhole = TransferRound.importing(transfer, reports)
                .filter(TransferPart::getComplete)
                .isPresent();
        return isWhole
                ? Optional.empty()
                : Optional.of(Instruction.newBuilder()
                        .setImportRanges(ImportRanges.newBuilder()
                                .setGroup(transfer.to().toString())
                                .setTransfer(transfer.id())
                                .addAllRanges(arcs(transfer))
                                .setFromGroup(transfer.from().toString())
                                .addAllSourceAddresses(sources(transfer.from(), state, reports))
                                .setBytesPerSecondMax(state.wishes().transferBytesPerSecond()))
                        .build());
    }

    private static Optional<Instruction> gives(TransferRecord transfer, Reports reports) {
        if (transfer.phase().isDecided()) {
            return settle(transfer, transfer.from(), reports);
        }
        return transfer.phase() == Phase.FREEZING && !TransferRound.isFrozen(transfer, reports)
                ? Optional.of(Instruction.newBuilder()
                        .setFreezeRanges(FreezeRanges.newBuilder()
                                .setGroup(transfer.from().toString())
                                .setTransfer(transfer.id())
                                .addAllRanges(arcs(transfer)))
                        .build())
                : Optional.empty();
    }

    private static Optional<Instruction> settle(TransferRecord transfer, GroupId group, Reports reports) {
        return TransferRound.hasSettled(group, transfer.id(), reports)
                ? Optional.empty()
                : Optional.of(Instruction.newBuilder()
                        .setSettleTransfer(SettleTransfer.newBuilder()
                                .setGroup(group.toString())
                                .setTransfer(transfer.id())
                                .setIsImport(group.equals(transfer.to()))
                                .setEpoch(transfer.epoch().value()))
                        .build());
    }

    /** The leader first: it has everything. Then the others that serve. */
    private static List<String> sources(GroupId from, PlacementState state, Reports reports) {
        return Stream.concat(
                        reports.reportedLeader(from).stream(),
                        state.membersOf(from).voters().stream().filter(voter -> reports.serves(voter, from)))
                .distinct()
                .flatMap(node -> Optional.ofNullable(state.nodes().get(node)).stream())
                .map(NodeRecord::gatewayAddress)
                .toList();
    }

    private static List<TokenArc> arcs(TransferRecord transfer) {
        return transfer.ranges().stream().map(TransferDuties::arc).toList();
    }

    static TokenArc arc(TokenRange range) {
        return TokenArc.newBuilder()
                .setStart(range.startInclusive())
                .setEnd(range.endExclusive())
                .build();
    }
}
