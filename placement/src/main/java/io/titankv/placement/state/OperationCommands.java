package io.titankv.placement.state;

import io.titankv.model.GroupId;
import io.titankv.placement.plan.Step;
import io.titankv.placement.state.OperationRecord.Phase;
import io.titankv.proto.durable.v1.AdvanceOperation;
import io.titankv.proto.durable.v1.CancelOperation;
import io.titankv.proto.durable.v1.EndOperation;
import io.titankv.proto.durable.v1.MootStep;
import io.titankv.proto.durable.v1.PlacementCommand;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/** How operations begin, go on and end in a state. Used once by one thread. */
final class OperationCommands {
    private final Draft draft;

    OperationCommands(Draft draft) {
        this.draft = draft;
    }

    /** Returns whether anything changed. */
    boolean apply(PlacementCommand command) {
        Journal before = draft.journal;
        switch (command.getKindCase()) {
            case BEGIN_OPERATION -> begin(OperationForm.operation(command.getBeginOperation()));
            case ADVANCE_OPERATION -> advance(command.getAdvanceOperation());
            case CANCEL_OPERATION -> cancel(command.getCancelOperation());
            case END_OPERATION -> end(command.getEndOperation());
            default -> throw new IllegalStateException("not about an operation: " + command.getKindCase());
        }
        return !draft.journal.equals(before);
    }

    private void begin(OperationRecord operation) {
        if (operation.id() != draft.journal.lastOperation() + 1) {
            throw new Draft.RefusedException(
                    Refusal.OPERATION_EXISTS,
                    "the next operation is " + (draft.journal.lastOperation() + 1) + ", not " + operation.id());
        }
        if (operation.phase() != Phase.PLANNED && operation.phase() != Phase.RUNNING) {
            throw new IllegalArgumentException("an operation does not begin as " + operation.phase());
        }
        requireRoom();
        requireNewGroups(operation);
        draft.journal = draft.journal.with(operation);
        if (operation.phase() == Phase.RUNNING) {
            event("operation started", operation, operation.reason().toString());
        }
    }

    private void requireRoom() {
        int running = draft.journal.running().size();
        if (running >= Journal.RUNNING_MAX) {
            throw new Draft.RefusedException(
                    Refusal.TOO_MANY, running + " operations run, at most " + Journal.RUNNING_MAX + " may");
        }
    }

    /** No two operations form one group, and none forms one that was: a plan that was stored may be too old. */
    private void requireNewGroups(OperationRecord operation) {
        for (GroupId group : formedBy(operation)) {
            boolean isTaken = group.number() <= draft.lastGroup
                    || draft.journal.running().stream()
                            .anyMatch(other -> formedBy(other).contains(group));
            if (isTaken) {
                throw new Draft.RefusedException(
                        Refusal.GROUP_EXISTS,
                        "the plan makes shard " + group + ", which another operation made since: plan again");
            }
        }
    }

    private static List<GroupId> formedBy(OperationRecord operation) {
        return operation.steps().stream()
                .filter(Step.CreateGroup.class::isInstance)
                .map(step -> ((Step.CreateGroup) step).group())
                .toList();
    }

    private void advance(AdvanceOperation advance) {
        OperationRecord operation = require(advance.getId());
        if (advance.getApply() && operation.phase() == Phase.PLANNED) {
            requireRoom();
            requireNewGroups(operation);
            operation = operation.started(draft.at);
            event("operation started", operation, operation.reason().toString());
        }
        if (!operation.phase().isRunning()) {
            throw stateOf(operation);
        }
        Set<Integer> finished = new HashSet<>(advance.getFinishedList());
        SortedMap<Integer, String> moot = new TreeMap<>();
        for (MootStep step : advance.getMootList()) {
            moot.put(step.getPlace(), step.getWhy());
        }
        draft.journal = draft.journal.with(operation.advanced(finished, moot));
    }

    private void cancel(CancelOperation cancel) {
        OperationRecord operation = require(cancel.getId());
        switch (operation.phase()) {
            case PLANNED ->
                draft.journal = draft.journal.with(operation.ended(Phase.CANCELLED, cancel.getWhy(), draft.at));
            case RUNNING -> {
                draft.journal = draft.journal.with(operation.cancelling(
                        cancel.getUndoList().stream().map(OperationForm::step).toList(), cancel.getWhy()));
                event("operation cancelled", operation, cancel.getWhy());
            }
            case CANCELLING, CANCELLED -> {}
            case DONE, FAILED -> throw stateOf(operation);
        }
    }

    private void end(EndOperation end) {
        OperationRecord operation = require(end.getId());
        Phase phase = OperationForm.phase(end.getPhase());
        if (!phase.isEnded()) {
            throw new IllegalArgumentException("an operation does not end as " + phase);
        }
        if (operation.phase() == phase) {
            return;
        }
        if (operation.phase().isEnded()) {
            throw stateOf(operation);
        }
        OperationRecord ended = operation.ended(phase, end.getError(), draft.at);
        draft.journal = draft.journal.with(ended);
        event(
                "operation ended",
                ended,
                OperationForm.words(phase) + (ended.error().isEmpty() ? "" : ": " + ended.error()));
    }

    private OperationRecord require(long id) {
        return draft.journal
                .operation(id)
                .orElseThrow(() -> new Draft.RefusedException(
                        Refusal.OPERATION_UNKNOWN, "there is no operation op-" + id + ", or not any more"));
    }

    private static Draft.RefusedException stateOf(OperationRecord operation) {
        return new Draft.RefusedException(
                Refusal.OPERATION_STATE,
                "operation " + operation.name() + " is " + OperationForm.words(operation.phase()));
    }

    private void event(String kind, OperationRecord operation, String text) {
        draft.event(kind, operation.name() + " (" + operation.kind() + "): " + text, "", "", operation.id());
    }
}
