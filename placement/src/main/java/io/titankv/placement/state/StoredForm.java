package io.titankv.placement.state;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import io.titankv.model.Epoch;
import io.titankv.model.GroupId;
import io.titankv.model.LogPosition;
import io.titankv.model.NodeId;
import io.titankv.model.ShardMap.RangeEntry;
import io.titankv.model.TokenRange;
import io.titankv.placement.state.PlacementState.Applied;
import io.titankv.proto.durable.v1.Founding;
import io.titankv.proto.durable.v1.LayRing;
import io.titankv.proto.durable.v1.MarkServing;
import io.titankv.proto.durable.v1.PlacementCommand;
import io.titankv.proto.durable.v1.PlacementSettings;
import io.titankv.proto.durable.v1.PlacementSnapshot;
import io.titankv.proto.durable.v1.StoredGroup;
import io.titankv.proto.durable.v1.StoredGroupState;
import io.titankv.proto.durable.v1.StoredLabel;
import io.titankv.proto.durable.v1.StoredNode;
import io.titankv.proto.durable.v1.StoredRange;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/** The protobuf form of commands and states, both ways. Thread-safe. */
public final class StoredForm {
    private StoredForm() {}

    /** A state and the log position of the last entry whose effect is in it. */
    public record Positioned(PlacementState state, LogPosition position) {}

    /**
     * Applies a log entry. Bytes that are no command are refused by the result.
     *
     * @throws UnsupportedFormatException when the command is newer than this version
     */
    public static Applied apply(PlacementState state, ByteString entry) {
        PlacementCommand command;
        try {
            command = PlacementCommand.parseFrom(entry);
        } catch (InvalidProtocolBufferException e) {
            return new Applied(
                    state, new CommandResult.Refused(Refusal.MALFORMED, entry.size() + " bytes that are no command"));
        }
        return state.apply(command);
    }

    /** The command with which a cluster begins. */
    public static PlacementCommand found(Founding founding) {
        return command(founding.getClusterId()).setFound(founding).build();
    }

    /** Makes a node known, or its new address. */
    public static PlacementCommand register(String clusterId, NodeRecord node) {
        return command(clusterId).setRegisterNode(node(node)).build();
    }

    /** Gives a cluster its first ring. The groups' state and epoch are not looked at. */
    public static PlacementCommand layRing(
            String clusterId, SortedMap<GroupId, List<NodeId>> members, List<RangeEntry> ring) {
        LayRing.Builder lay = LayRing.newBuilder();
        members.forEach((group, nodes) -> lay.addGroups(StoredGroup.newBuilder()
                .setNumber(group.number())
                .addAllMembers(nodes.stream().map(NodeId::value).toList())
                .setState(StoredGroupState.STORED_GROUP_STATE_CREATING)));
        ring.forEach(entry -> lay.addRanges(range(entry)));
        return command(clusterId).setLayRing(lay).build();
    }

    /** Notes that a group serves. */
    public static PlacementCommand markServing(String clusterId, GroupId group) {
        return command(clusterId)
                .setMarkServing(MarkServing.newBuilder().setGroup(group.number()))
                .build();
    }

    /** The snapshot of a state. The same state gives the same bytes. */
    public static PlacementSnapshot snapshot(PlacementState state, LogPosition position) {
        PlacementSnapshot.Builder snapshot = PlacementSnapshot.newBuilder()
                .setTerm(position.term())
                .setIndex(position.index())
                .setClusterId(state.clusterId())
                .setRevision(state.revision())
                .setEpoch(state.epoch().value())
                .setSettings(settings(state.settings()))
                .addAllInitialNodes(names(state.initialNodes()))
                .addAllPlacementVoters(names(state.placementVoters()));
        state.nodes().values().forEach(node -> snapshot.addNodes(node(node)));
        state.groups()
                .values()
                .forEach(group -> snapshot.addGroups(StoredGroup.newBuilder()
                        .setNumber(group.id().number())
                        .addAllMembers(names(group.members()))
                        .setState(
                                switch (group.state()) {
                                    case CREATING -> StoredGroupState.STORED_GROUP_STATE_CREATING;
                                    case SERVING -> StoredGroupState.STORED_GROUP_STATE_SERVING;
                                    case RETIRED -> StoredGroupState.STORED_GROUP_STATE_RETIRED;
                                })
                        .setOwnershipEpoch(group.ownershipEpoch().value())
                        .setUnderWay(MembersForm.underWay(group.roster()))));
        state.ring().forEach(entry -> snapshot.addRing(range(entry)));
        snapshot.setPlacementUnderWay(MembersForm.underWay(state.placement()));
        snapshot.setLastGroup(state.lastGroup());
        TransferForm.write(state.transfers(), snapshot);
        WishesForm.write(state.wishes(), snapshot);
        state.journal().operations().values().forEach(it -> snapshot.addOperations(OperationForm.stored(it)));
        snapshot.setLastOperation(state.journal().lastOperation());
        state.journal().events().forEach(event -> snapshot.addEvents(OperationForm.stored(event)));
        return snapshot.build();
    }

    /**
     * Reads what {@link #snapshot} wrote.
     *
     * @throws IllegalArgumentException when it makes no sense
     * @throws IllegalStateException when the state in it is broken
     */
    public static Positioned state(PlacementSnapshot snapshot) {
        SortedMap<NodeId, NodeRecord> nodes = new TreeMap<>();
        snapshot.getNodesList().stream().map(StoredForm::node).forEach(node -> nodes.put(node.id(), node));
        SortedMap<GroupId, GroupRecord> groups = new TreeMap<>();
        snapshot.getGroupsList().forEach(stored -> {
            GroupRecord group = new GroupRecord(
                    group(stored.getNumber()),
                    MembersForm.members(ids(stored.getMembersList()), stored.getUnderWay()),
                    switch (stored.getState()) {
                        case STORED_GROUP_STATE_CREATING -> GroupRecord.State.CREATING;
                        case STORED_GROUP_STATE_SERVING -> GroupRecord.State.SERVING;
                        case STORED_GROUP_STATE_RETIRED -> GroupRecord.State.RETIRED;
                        case STORED_GROUP_STATE_UNSPECIFIED, UNRECOGNIZED ->
                            throw new IllegalArgumentException("group " + stored.getNumber() + " has no state");
                    },
                    new Epoch(stored.getOwnershipEpoch()));
            groups.put(group.id(), group);
        });
        PlacementState state = new PlacementState(
                snapshot.getClusterId(),
                snapshot.getRevision(),
                new Epoch(snapshot.getEpoch()),
                settings(snapshot.getSettings()),
                ids(snapshot.getInitialNodesList()),
                MembersForm.members(ids(snapshot.getPlacementVotersList()), snapshot.getPlacementUnderWay()),
                nodes,
                groups,
                snapshot.getRingList().stream().map(StoredForm::range).toList(),
                // Before format 3 no group ever went.
                Math.max(
                        snapshot.getLastGroup(),
                        groups.isEmpty() ? 0 : groups.lastKey().number()),
                TransferForm.read(snapshot),
                WishesForm.read(snapshot),
                journal(snapshot));
        state.checkInvariants();
        return new Positioned(state, new LogPosition(snapshot.getTerm(), snapshot.getIndex()));
    }

    private static Journal journal(PlacementSnapshot snapshot) {
        SortedMap<Long, OperationRecord> operations = new TreeMap<>();
        snapshot.getOperationsList().forEach(stored -> operations.put(stored.getId(), OperationForm.operation(stored)));
        return new Journal(
                operations,
                snapshot.getLastOperation(),
                snapshot.getEventsList().stream().map(OperationForm::event).toList());
    }

    public static PlacementSettings settings(Settings settings) {
        return PlacementSettings.newBuilder()
                .setShards(settings.shards())
                .setReplicas(settings.replicas())
                .setValueBytesMax(settings.valueBytesMax())
                .build();
    }

    /**
     * Reads settings.
     *
     * @throws IllegalArgumentException when one is out of its bounds
     */
    public static Settings settings(PlacementSettings settings) {
        long valueBytesMax = settings.getValueBytesMax();
        return new Settings(
                settings.getShards(),
                settings.getReplicas(),
                valueBytesMax < 0 || valueBytesMax > Integer.MAX_VALUE ? -1 : (int) valueBytesMax);
    }

    public static StoredNode node(NodeRecord node) {
        StoredNode.Builder stored = StoredNode.newBuilder()
                .setNodeId(node.id().value())
                .setIncarnation(node.incarnation())
                .setGatewayAddress(node.gatewayAddress())
                .setRaftAddress(node.raftAddress())
                .setCores(node.cores())
                .setDiskBytes(node.diskBytes())
                .setServerVersion(node.serverVersion());
        node.labels()
                .forEach((name, value) ->
                        stored.addLabels(StoredLabel.newBuilder().setName(name).setValue(value)));
        return stored.build();
    }

    /**
     * Reads a node.
     *
     * @throws IllegalArgumentException when it makes no sense
     */
    public static NodeRecord node(StoredNode stored) {
        SortedMap<String, String> labels = new TreeMap<>();
        stored.getLabelsList().forEach(label -> labels.put(label.getName(), label.getValue()));
        return new NodeRecord(
                new NodeId(stored.getNodeId()),
                stored.getIncarnation(),
                stored.getGatewayAddress(),
                stored.getRaftAddress(),
                labels,
                stored.getCores(),
                stored.getDiskBytes(),
                stored.getServerVersion());
    }

    static RangeEntry range(StoredRange stored) {
        return new RangeEntry(new TokenRange(stored.getStart(), stored.getEnd()), group(stored.getGroup()));
    }

    static GroupId group(int number) {
        return new GroupId(number);
    }

    private static StoredRange range(RangeEntry entry) {
        return StoredRange.newBuilder()
                .setStart(entry.range().startInclusive())
                .setEnd(entry.range().endExclusive())
                .setGroup(entry.owner().number())
                .build();
    }

    static PlacementCommand.Builder command(String clusterId) {
        return PlacementCommand.newBuilder().setFormat(PlacementState.FORMAT).setClusterId(clusterId);
    }

    private static List<String> names(List<NodeId> nodes) {
        return nodes.stream().map(NodeId::value).toList();
    }

    private static List<NodeId> ids(List<String> names) {
        return names.stream().map(NodeId::new).toList();
    }
}
