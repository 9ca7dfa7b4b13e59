package io.titankv.placement.state;

import io.titankv.model.GroupId;
import io.titankv.model.NodeId;
import io.titankv.placement.state.GroupRecord.State;
import io.titankv.proto.durable.v1.FormGroup;
import io.titankv.proto.durable.v1.PlacementCommand;
import java.util.List;

/** How groups come and go in a state, after the first ring. Used once by one thread. */
final class GroupCommands {
    private final Draft draft;

    GroupCommands(Draft draft) {
        this.draft = draft;
    }

    /** Returns whether anything changed. */
    boolean apply(PlacementCommand command) {
        return switch (command.getKindCase()) {
            case FORM_GROUP -> form(command.getFormGroup());
            case RETIRE_GROUP ->
                retire(StoredForm.group(command.getRetireGroup().getGroup()));
            case FORGET_GROUP ->
                forget(StoredForm.group(command.getForgetGroup().getGroup()));
            default -> throw new IllegalStateException("not about a group: " + command.getKindCase());
        };
    }

    private boolean form(FormGroup form) {
        GroupId id = StoredForm.group(form.getGroup());
        if (draft.ring.isEmpty()) {
            throw new Draft.RefusedException(Refusal.GROUP_STATE, "there is no ring yet");
        }
        if (id.number() <= draft.lastGroup) {
            // A number is never used again: replicas of the group that had it may be left somewhere.
            throw new Draft.RefusedException(
                    Refusal.GROUP_EXISTS,
                    "group " + id + " is or was there already, the next one is s" + (draft.lastGroup + 1));
        }
        List<NodeId> members =
                form.getMembersList().stream().map(draft::requireNode).toList();
        draft.groups.put(id, new GroupRecord(id, members, State.CREATING, draft.epoch));
        draft.lastGroup = id.number();
        draft.event("group formed", id + " on " + members, "", id.toString(), 0);
        return true;
    }

    private boolean retire(GroupId id) {
        GroupRecord group = draft.requireGroup(id);
        if (group.state() == State.RETIRED) {
            return false;
        }
        long owned =
                draft.ring.stream().filter(entry -> entry.owner().equals(id)).count();
        if (owned > 0) {
            throw new Draft.RefusedException(Refusal.GROUP_STATE, "group " + id + " owns " + owned + " ranges");
        }
        draft.transfers.of(id).ifPresent(transfer -> {
            throw new Draft.RefusedException(Refusal.GROUP_STATE, "group " + id + " takes part in " + transfer.name());
        });
        draft.groups.put(id, group.retired());
        draft.event("group retired", id + " owns nothing any more, its replicas are deleted", "", id.toString(), 0);
        return true;
    }

    private boolean forget(GroupId id) {
        GroupRecord group = draft.groups.get(id);
        if (group == null) {
            if (id.number() <= draft.lastGroup) {
                return false;
            }
            throw new Draft.RefusedException(Refusal.GROUP_UNKNOWN, "there is no group " + id);
        }
        if (group.state() != State.RETIRED) {
            throw new Draft.RefusedException(
                    Refusal.GROUP_STATE, "group " + id + " is " + OperationForm.words(group.state()));
        }
        draft.groups.remove(id);
        return true;
    }
}
