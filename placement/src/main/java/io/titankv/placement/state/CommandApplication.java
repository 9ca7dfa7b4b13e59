package io.titankv.placement.state;

import io.titankv.model.Epoch;
import io.titankv.model.GroupId;
import io.titankv.model.NodeId;
import io.titankv.model.ShardMap.RangeEntry;
import io.titankv.placement.state.PlacementState.Applied;
import io.titankv.proto.durable.v1.Founding;
import io.titankv.proto.durable.v1.FoundingNode;
import io.titankv.proto.durable.v1.LayRing;
import io.titankv.proto.durable.v1.MarkServing;
import io.titankv.proto.durable.v1.PlacementCommand;
import io.titankv.proto.durable.v1.StoredNode;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/** How each command changes one state. Used once by one thread. */
final class CommandApplication {
    private final PlacementState before;
    private final Draft draft;

    CommandApplication(PlacementState before) {
        this.before = before;
        this.draft = new Draft(before);
    }

    Applied apply(PlacementCommand command) {
        if (command.getFormat() > PlacementState.FORMAT) {
            throw new UnsupportedFormatException("a placement command", command.getFormat(), PlacementState.FORMAT);
        }
        if (command.getFormat() < 1) {
            return refused(
                    Refusal.UNKNOWN_FORMAT, "placement commands of format " + command.getFormat() + " never were");
        }
        if (command.getKindCase() != PlacementCommand.KindCase.FOUND) {
            if (!before.isFounded()) {
                return refused(Refusal.NOT_FOUNDED, "the cluster is not founded yet");
            }
            if (!before.clusterId().equals(command.getClusterId())) {
                return refused(
                        Refusal.FOREIGN_CLUSTER,
                        "this is cluster " + before.clusterId() + ", not " + command.getClusterId());
            }
        }
        draft.stamp(command);
        try {
            return switch (command.getKindCase()) {
                case FOUND -> found(command.getFound());
                case REGISTER_NODE -> register(command.getRegisterNode());
                case LAY_RING -> layRing(command.getLayRing());
                case MARK_SERVING -> markServing(command.getMarkServing());
                case CHANGE_INTENT, CHANGE_LABELS, SET_SCHEDULERS, SET_LIMITS ->
                    drafted(new WishCommands(draft).apply(command));
                case JOIN_GROUP, GIVE_UP_JOINING, CONFIRM_MEMBERS, FORGET_REPLICA ->
                    drafted(new MemberCommands(draft).apply(command));
                case BEGIN_OPERATION, ADVANCE_OPERATION, CANCEL_OPERATION, END_OPERATION ->
                    drafted(new OperationCommands(draft).apply(command));
                case BEGIN_TRANSFER, FREEZE_TRANSFER, DECIDE_TRANSFER, END_TRANSFER ->
                    drafted(new TransferCommands(draft).apply(command));
                case FORM_GROUP, RETIRE_GROUP, FORGET_GROUP -> drafted(new GroupCommands(draft).apply(command));
                case KIND_NOT_SET -> refused(Refusal.MALFORMED, "the command says nothing that this version knows");
            };
        } catch (Draft.RefusedException e) {
            return refused(e.refusal, e.message);
        } catch (IllegalArgumentException e) {
            return refused(Refusal.NONSENSE, String.valueOf(e.getMessage()));
        }
    }

    private Applied drafted(boolean changed) {
        return changed ? changed() : unchanged();
    }

    private Applied found(Founding founding) {
        List<NodeId> initialNodes = founding.getInitialNodesList().stream()
                .map(FoundingNode::getNodeId)
                .map(NodeId::new)
                .sorted()
                .toList();
        List<NodeId> voters = founding.getPlacementVotersList().stream()
                .map(NodeId::new)
                .sorted()
                .toList();
        Settings settings = StoredForm.settings(founding.getSettings());
        if (founding.getClusterId().isEmpty()) {
            return refused(Refusal.NONSENSE, "a cluster must have an id");
        }
        if (voters.isEmpty()
                || new HashSet<>(voters).size() != voters.size()
                || new HashSet<>(initialNodes).size() != initialNodes.size()
                || !initialNodes.containsAll(voters)) {
            return refused(
                    Refusal.NONSENSE,
                    "placement voters must be some of the initial nodes: " + voters + " of " + initialNodes);
        }
        if (before.isFounded()) {
            if (!before.clusterId().equals(founding.getClusterId())) {
                return refused(
                        Refusal.FOREIGN_CLUSTER,
                        "this is cluster " + before.clusterId() + ", not " + founding.getClusterId());
            }
            boolean same = before.initialNodes().equals(initialNodes)
                    && before.placementVoters().equals(voters)
                    && before.settings().equals(settings);
            return same
                    ? unchanged()
                    : refused(Refusal.ALREADY_FOUNDED, "the cluster was founded with other nodes or settings");
        }
        draft.clusterId = founding.getClusterId();
        draft.settings = settings;
        draft.initialNodes = initialNodes;
        draft.placement = Members.of(voters);
        draft.event("cluster founded", initialNodes.size() + " nodes, placement voters " + voters, "", "", 0);
        return changed();
    }

    private Applied register(StoredNode stored) {
        NodeRecord node = StoredForm.node(stored);
        NodeRecord known = before.nodes().get(node.id());
        if (known != null && !known.incarnation().equals(node.incarnation())) {
            return refused(
                    Refusal.NODE_ID_TAKEN,
                    "node id " + node.id() + " is already used by another data directory (incarnation "
                            + known.incarnation() + ", this one is " + node.incarnation()
                            + "): give this node a new id, or start it with its old data directory");
        }
        Optional<NodeRecord> sameAddress = before.nodes().values().stream()
                .filter(other -> !other.id().equals(node.id()))
                .filter(other -> other.raftAddress().equals(node.raftAddress())
                        || other.gatewayAddress().equals(node.gatewayAddress()))
                .findFirst();
        if (sameAddress.isPresent()) {
            return refused(
                    Refusal.ADDRESS_TAKEN,
                    "node " + node.id() + " has an address of node "
                            + sameAddress.get().id() + ": gateway " + node.gatewayAddress() + ", Raft "
                            + node.raftAddress());
        }
        if (known != null && !known.raftAddress().equals(node.raftAddress()) && holdsReplicas(node.id())) {
            return refused(
                    Refusal.RAFT_ADDRESS_CHANGED,
                    "node " + node.id() + " holds replicas whose peers know it at Raft address " + known.raftAddress()
                            + ", so it cannot come back at " + node.raftAddress());
        }
        if (node.equals(known)) {
            return unchanged();
        }
        draft.nodes.put(node.id(), node);
        draft.event(
                known == null ? "node registered" : "node changed",
                node.id() + " at " + node.gatewayAddress() + ", version " + node.serverVersion(),
                node.id().value(),
                "",
                0);
        return changed();
    }

    private boolean holdsReplicas(NodeId node) {
        return before.placement().holders().contains(node)
                || before.groups().values().stream()
                        .anyMatch(group -> group.roster().holders().contains(node));
    }

    private Applied layRing(LayRing lay) {
        if (!before.ring().isEmpty()) {
            return refused(Refusal.RING_EXISTS, "there is a ring already, at epoch " + before.epoch());
        }
        Epoch epoch = before.epoch().next();
        SortedMap<GroupId, GroupRecord> groups = new TreeMap<>();
        for (var stored : lay.getGroupsList()) {
            GroupRecord group = new GroupRecord(
                    StoredForm.group(stored.getNumber()),
                    stored.getMembersList().stream().map(NodeId::new).toList(),
                    GroupRecord.State.CREATING,
                    epoch);
            if (groups.put(group.id(), group) != null) {
                return refused(Refusal.NONSENSE, "group " + group.id() + " is named twice");
            }
            if (!before.nodes().keySet().containsAll(group.members())) {
                return refused(Refusal.NONSENSE, "group " + group.id() + " has unknown members: " + group.members());
            }
        }
        List<RangeEntry> ring =
                lay.getRangesList().stream().map(StoredForm::range).toList();
        String fault = PlacementState.ringFault(ring);
        if (!fault.isEmpty()) {
            return refused(Refusal.NONSENSE, fault);
        }
        var owners = new HashSet<GroupId>();
        ring.forEach(entry -> owners.add(entry.owner()));
        if (!owners.equals(groups.keySet())) {
            return refused(Refusal.NONSENSE, "the ring is owned by " + owners + ", the groups are " + groups.keySet());
        }
        draft.epoch = epoch;
        draft.groups.putAll(groups);
        draft.ring = ring;
        draft.lastGroup = groups.lastKey().number();
        draft.event("ring laid", groups.size() + " shards in " + ring.size() + " ranges", "", "", 0);
        return changed();
    }

    private Applied markServing(MarkServing mark) {
        GroupId id = StoredForm.group(mark.getGroup());
        GroupRecord group = before.groups().get(id);
        if (group == null) {
            return refused(Refusal.GROUP_UNKNOWN, "there is no group " + id);
        }
        return switch (group.state()) {
            case CREATING -> {
                draft.groups.put(id, group.serving());
                yield changed();
            }
            case SERVING -> unchanged();
            case RETIRED -> refused(Refusal.GROUP_STATE, "group " + id + " is retired");
        };
    }

    private Applied changed() {
        PlacementState after = draft.done();
        return new Applied(after, new CommandResult.Done(after.revision(), after.epoch(), true));
    }

    private Applied unchanged() {
        return new Applied(before, new CommandResult.Done(before.revision(), before.epoch(), false));
    }

    private Applied refused(Refusal refusal, String message) {
        return new Applied(before, new CommandResult.Refused(refusal, message));
    }
}
