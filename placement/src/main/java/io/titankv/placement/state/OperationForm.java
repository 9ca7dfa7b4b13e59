package io.titankv.placement.state;

import io.titankv.model.NodeId;
import io.titankv.placement.plan.Reason;
import io.titankv.placement.plan.Step;
import io.titankv.placement.state.OperationRecord.Phase;
import io.titankv.placement.state.OperationRecord.Times;
import io.titankv.proto.durable.v1.AdvanceOperation;
import io.titankv.proto.durable.v1.CancelOperation;
import io.titankv.proto.durable.v1.EndOperation;
import io.titankv.proto.durable.v1.MootStep;
import io.titankv.proto.durable.v1.PlacementCommand;
import io.titankv.proto.durable.v1.StoredEvent;
import io.titankv.proto.durable.v1.StoredOperation;
import io.titankv.proto.durable.v1.StoredPhase;
import io.titankv.proto.durable.v1.StoredStep;
import io.titankv.proto.durable.v1.StoredStepKind;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;

/** The protobuf form of operations, their steps and events, both ways. Thread-safe. */
public final class OperationForm {
    private OperationForm() {}

    /** Begins an operation, or stores a plan. Its id is one more than the last. */
    public static PlacementCommand begin(String clusterId, OperationRecord operation) {
        return StoredForm.command(clusterId)
                .setBeginOperation(stored(operation))
                .build();
    }

    /** Notes steps that are done or make no sense any more. */
    public static PlacementCommand advance(
            String clusterId, long id, Collection<Integer> finished, Map<Integer, String> moot) {
        AdvanceOperation.Builder advance =
                AdvanceOperation.newBuilder().setId(id).addAllFinished(new TreeSet<>(finished));
        new TreeMap<>(moot)
                .forEach((place, why) ->
                        advance.addMoot(MootStep.newBuilder().setPlace(place).setWhy(why)));
        return StoredForm.command(clusterId).setAdvanceOperation(advance).build();
    }

    /** Begins to carry a stored plan out. */
    public static PlacementCommand apply(String clusterId, long id) {
        return StoredForm.command(clusterId)
                .setAdvanceOperation(AdvanceOperation.newBuilder().setId(id).setApply(true))
                .build();
    }

    /** Has the operation do these steps instead of its own. */
    public static PlacementCommand cancel(String clusterId, long id, List<Step> undo, String why) {
        return StoredForm.command(clusterId)
                .setCancelOperation(CancelOperation.newBuilder()
                        .setId(id)
                        .addAllUndo(undo.stream().map(OperationForm::stored).toList())
                        .setWhy(why))
                .build();
    }

    /** Ends an operation. */
    public static PlacementCommand end(String clusterId, long id, Phase phase, String error) {
        return StoredForm.command(clusterId)
                .setEndOperation(EndOperation.newBuilder()
                        .setId(id)
                        .setPhase(stored(phase))
                        .setError(error))
                .build();
    }

    static StoredOperation stored(OperationRecord operation) {
        StoredOperation.Builder stored = StoredOperation.newBuilder()
                .setId(operation.id())
                .setKind(operation.kind())
                .setByPerson(operation.reason().source() == Reason.Source.PERSON)
                .setWho(operation.reason().who())
                .setWhy(operation.reason().why())
                .addAllSteps(
                        operation.steps().stream().map(OperationForm::stored).toList())
                .setBytes(operation.bytes())
                .setExpectedMillis(operation.expected().toMillis())
                .addAllWarnings(operation.warnings())
                .setPhase(stored(operation.phase()))
                .setCreatedMillis(operation.times().created().toEpochMilli())
                .setStartedMillis(millis(operation.times().started()))
                .setEndedMillis(millis(operation.times().ended()))
                .setError(operation.error())
                .addAllFinished(operation.finished())
                .setBytesDone(operation.bytesDone())
                .setFreezesGivenUp(operation.freezesGivenUp());
        operation
                .moot()
                .forEach((place, why) ->
                        stored.addMoot(MootStep.newBuilder().setPlace(place).setWhy(why)));
        return stored.build();
    }

    static OperationRecord operation(StoredOperation stored) {
        SortedMap<Integer, String> moot = new TreeMap<>();
        stored.getMootList().forEach(step -> moot.put(step.getPlace(), step.getWhy()));
        return new OperationRecord(
                stored.getId(),
                stored.getKind(),
                new Reason(
                        stored.getByPerson() ? Reason.Source.PERSON : Reason.Source.SCHEDULER,
                        stored.getWho(),
                        stored.getWhy()),
                stored.getStepsList().stream().map(OperationForm::step).toList(),
                stored.getBytes(),
                Duration.ofMillis(stored.getExpectedMillis()),
                stored.getWarningsList(),
                phase(stored.getPhase()),
                new TreeSet<>(stored.getFinishedList()),
                moot,
                stored.getBytesDone(),
                stored.getFreezesGivenUp(),
                new Times(
                        Instant.ofEpochMilli(stored.getCreatedMillis()),
                        instant(stored.getStartedMillis()),
                        instant(stored.getEndedMillis())),
                stored.getError());
    }

    private static long millis(Optional<Instant> at) {
        return at.map(Instant::toEpochMilli).orElse(0L);
    }

    private static Optional<Instant> instant(long millis) {
        return millis == 0 ? Optional.empty() : Optional.of(Instant.ofEpochMilli(millis));
    }

    /** @throws IllegalArgumentException when steps of that kind cannot be carried out yet */
    static StoredStep stored(Step step) {
        StoredStep.Builder stored =
                StoredStep.newBuilder().setBytes(step.bytesMoved()).setWhy(step.why());
        switch (step) {
            case Step.AddReplica add ->
                stored.setKind(StoredStepKind.STORED_STEP_KIND_ADD_REPLICA)
                        .setGroup(add.group().number())
                        .setTo(add.to().value());
            case Step.MoveReplica move ->
                stored.setKind(StoredStepKind.STORED_STEP_KIND_MOVE_REPLICA)
                        .setGroup(move.group().number())
                        .setFrom(move.from().value())
                        .setTo(move.to().value());
            case Step.RemoveReplica remove ->
                stored.setKind(StoredStepKind.STORED_STEP_KIND_REMOVE_REPLICA)
                        .setGroup(remove.group().number())
                        .setFrom(remove.from().value());
            case Step.MoveLeader move ->
                stored.setKind(StoredStepKind.STORED_STEP_KIND_MOVE_LEADER)
                        .setGroup(move.group().number())
                        .setFrom(move.from().value())
                        .setTo(move.to().value());
            case Step.SetIntent set ->
                stored.setKind(StoredStepKind.STORED_STEP_KIND_SET_INTENT)
                        .setTo(set.node().value())
                        .setIntent(WishesForm.stored(set.intent()));
            case Step.CreateGroup create ->
                stored.setKind(StoredStepKind.STORED_STEP_KIND_CREATE_GROUP)
                        .setGroup(create.group().number())
                        .addAllMembers(
                                create.members().stream().map(NodeId::value).toList());
            case Step.MoveRange move ->
                stored.setKind(StoredStepKind.STORED_STEP_KIND_MOVE_RANGE)
                        .setGroup(move.from().number())
                        .setToGroup(move.to().number())
                        .setRange(TransferForm.arc(move.range()))
                        .setOpsPerSecond(move.opsPerSecond());
            case Step.RetireGroup retire ->
                stored.setKind(StoredStepKind.STORED_STEP_KIND_RETIRE_GROUP)
                        .setGroup(retire.group().number());
            case Step.DropStray _ -> throw new IllegalArgumentException("cannot be carried out yet: " + step.text());
        }
        return stored.build();
    }

    static Step step(StoredStep stored) {
        return switch (stored.getKind()) {
            case STORED_STEP_KIND_ADD_REPLICA ->
                new Step.AddReplica(
                        StoredForm.group(stored.getGroup()),
                        new NodeId(stored.getTo()),
                        stored.getBytes(),
                        stored.getWhy());
            case STORED_STEP_KIND_MOVE_REPLICA ->
                new Step.MoveReplica(
                        StoredForm.group(stored.getGroup()),
                        new NodeId(stored.getFrom()),
                        new NodeId(stored.getTo()),
                        stored.getBytes(),
                        stored.getWhy());
            case STORED_STEP_KIND_REMOVE_REPLICA ->
                new Step.RemoveReplica(
                        StoredForm.group(stored.getGroup()), new NodeId(stored.getFrom()), stored.getWhy());
            case STORED_STEP_KIND_MOVE_LEADER ->
                new Step.MoveLeader(
                        StoredForm.group(stored.getGroup()),
                        new NodeId(stored.getFrom()),
                        new NodeId(stored.getTo()),
                        stored.getWhy());
            case STORED_STEP_KIND_SET_INTENT ->
                new Step.SetIntent(new NodeId(stored.getTo()), WishesForm.intent(stored.getIntent()), stored.getWhy());
            case STORED_STEP_KIND_CREATE_GROUP ->
                new Step.CreateGroup(
                        StoredForm.group(stored.getGroup()),
                        stored.getMembersList().stream().map(NodeId::new).toList(),
                        stored.getWhy());
            case STORED_STEP_KIND_MOVE_RANGE ->
                new Step.MoveRange(
                        TransferForm.range(stored.getRange()),
                        StoredForm.group(stored.getGroup()),
                        StoredForm.group(stored.getToGroup()),
                        stored.getBytes(),
                        stored.getOpsPerSecond(),
                        stored.getWhy());
            case STORED_STEP_KIND_RETIRE_GROUP ->
                new Step.RetireGroup(StoredForm.group(stored.getGroup()), stored.getWhy());
            case STORED_STEP_KIND_UNSPECIFIED, UNRECOGNIZED ->
                throw new IllegalArgumentException("a step that this version does not know: " + stored.getKind());
        };
    }

    static StoredEvent stored(EventRecord event) {
        return StoredEvent.newBuilder()
                .setNumber(event.number())
                .setAtMillis(event.at().toEpochMilli())
                .setKind(event.kind())
                .setText(event.text())
                .setNodeId(event.node())
                .setGroup(event.group())
                .setOperation(event.operation())
                .build();
    }

    static EventRecord event(StoredEvent stored) {
        return new EventRecord(
                stored.getNumber(),
                Instant.ofEpochMilli(stored.getAtMillis()),
                stored.getKind(),
                stored.getText(),
                stored.getNodeId(),
                stored.getGroup(),
                stored.getOperation());
    }

    private static StoredPhase stored(Phase phase) {
        return StoredPhase.valueOf("STORED_PHASE_" + phase.name());
    }

    static Phase phase(StoredPhase stored) {
        return switch (stored) {
            case STORED_PHASE_PLANNED -> Phase.PLANNED;
            case STORED_PHASE_RUNNING -> Phase.RUNNING;
            case STORED_PHASE_CANCELLING -> Phase.CANCELLING;
            case STORED_PHASE_DONE -> Phase.DONE;
            case STORED_PHASE_FAILED -> Phase.FAILED;
            case STORED_PHASE_CANCELLED -> Phase.CANCELLED;
            case STORED_PHASE_UNSPECIFIED, UNRECOGNIZED ->
                throw new IllegalArgumentException("a phase that this version does not know: " + stored);
        };
    }

    static String words(Enum<?> phase) {
        return phase.name().toLowerCase(Locale.ROOT);
    }
}
