package io.titankv.placement.state;

import io.titankv.model.GroupId;
import io.titankv.model.NodeId;
import io.titankv.proto.durable.v1.ConfirmMembers;
import io.titankv.proto.durable.v1.PlacementCommand;
import java.util.List;

/** How a group's members change in a state. Used once by one thread. */
final class MemberCommands {
    private final Draft draft;

    MemberCommands(Draft draft) {
        this.draft = draft;
    }

    /** Returns whether anything changed. */
    boolean apply(PlacementCommand command) {
        return switch (command.getKindCase()) {
            case JOIN_GROUP -> {
                GroupId group = StoredForm.group(command.getJoinGroup().getGroup());
                yield change(
                        group,
                        members(group)
                                .join(draft.requireNode(command.getJoinGroup().getNodeId())));
            }
            case GIVE_UP_JOINING -> {
                GroupId group = StoredForm.group(command.getGiveUpJoining().getGroup());
                yield change(
                        group,
                        members(group)
                                .giveUp(new NodeId(command.getGiveUpJoining().getNodeId())));
            }
            case CONFIRM_MEMBERS -> confirm(command.getConfirmMembers());
            case FORGET_REPLICA -> {
                GroupId group = StoredForm.group(command.getForgetReplica().getGroup());
                NodeId node = new NodeId(command.getForgetReplica().getNodeId());
                boolean changed = change(group, members(group).forget(node));
                if (changed) {
                    draft.event(
                            "replica deleted",
                            node + " deleted its replica of " + group,
                            node.value(),
                            group.toString(),
                            0);
                }
                yield changed;
            }
            default -> throw new IllegalStateException("not about members: " + command.getKindCase());
        };
    }

    private boolean confirm(ConfirmMembers confirm) {
        GroupId group = StoredForm.group(confirm.getGroup());
        List<NodeId> voters =
                confirm.getVotersList().stream().map(draft::requireNode).toList();
        List<NodeId> learners =
                confirm.getLearnersList().stream().map(draft::requireNode).toList();
        Members next = members(group).confirmed(voters, learners, confirm.getLogIndex());
        boolean changed = change(group, next);
        if (changed) {
            draft.event(
                    "members changed",
                    "voters of " + group + " are " + next.voters()
                            + (next.learners().isEmpty() ? "" : ", learners " + next.learners()),
                    "",
                    group.toString(),
                    0);
        }
        return changed;
    }

    private Members members(GroupId group) {
        if (group.isPlacement()) {
            return draft.placement;
        }
        GroupRecord record = draft.groups.get(group);
        if (record == null) {
            throw new Draft.RefusedException(Refusal.GROUP_UNKNOWN, "there is no group " + group);
        }
        return record.roster();
    }

    private boolean change(GroupId group, Members next) {
        if (next.equals(members(group))) {
            return false;
        }
        if (group.isPlacement()) {
            draft.placement = next;
        } else {
            draft.groups.computeIfPresent(group, (id, record) -> record.with(next));
        }
        return true;
    }
}
