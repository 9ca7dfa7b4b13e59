package io.titankv.placement.state;

import static org.assertj.core.api.Assertions.assertThat;

import io.titankv.model.GroupId;
import io.titankv.model.LogPosition;
import io.titankv.model.NodeId;
import io.titankv.placement.plan.NodeModel.Intent;
import io.titankv.placement.state.OperationRecord.Phase;
import io.titankv.placement.state.Wishes.Schedulers;
import io.titankv.proto.durable.v1.PlacementCommand;
import io.titankv.proto.durable.v1.PlacementSnapshot;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Operations, what people want, and what happened, as they are stored. */
final class OperationFormTest {
    private static final GroupId S1 = new GroupId(1);
    private static final NodeId N3 = new NodeId("n3");
    private static final NodeId N4 = new NodeId("n4");

    private PlacementState state = PlacementState.EMPTY;

    @BeforeEach
    void cluster() {
        done(StoredForm.found(Commands.founding(3, 4)));
        for (int node = 1; node <= 4; node++) {
            done(Commands.register(node));
        }
        done(Commands.layRing(2, 3));
        done(StoredForm.markServing(Commands.CLUSTER, S1));
    }

    private CommandResult.Done done(PlacementCommand command) {
        CommandResult.Done done = apply(command);
        var position = new LogPosition(1, 1);
        assertThat(StoredForm.state(StoredForm.snapshot(state, position)).state())
                .isEqualTo(state);
        return done;
    }

    private CommandResult.Done apply(PlacementCommand command) {
        var applied = StoredForm.apply(
                state, command.toBuilder().setAtMillis(5_000).build().toByteString());
        assertThat(applied.result()).isInstanceOf(CommandResult.Done.class);
        state = applied.state();
        return (CommandResult.Done) applied.result();
    }

    private void refused(Refusal refusal, PlacementCommand command) {
        var applied = StoredForm.apply(state, command.toByteString());
        assertThat(applied.result())
                .isInstanceOfSatisfying(
                        CommandResult.Refused.class,
                        it -> assertThat(it.refusal()).isEqualTo(refusal));
        assertThat(applied.state()).isEqualTo(state);
    }

    private OperationRecord operation(long id) {
        return state.journal().operation(id).orElseThrow();
    }

    @Test
    void anOperationBeginsGoesOnAndEnds() {
        done(OperationForm.begin(Commands.CLUSTER, Commands.operation(1, Phase.RUNNING)));
        refused(Refusal.OPERATION_EXISTS, OperationForm.begin(Commands.CLUSTER, Commands.operation(1, Phase.RUNNING)));

        done(OperationForm.advance(Commands.CLUSTER, 1, List.of(0), Map.of(2, "node n4 died")));
        assertThat(operation(1).settled()).containsExactlyInAnyOrder(0, 2);
        assertThat(done(OperationForm.advance(Commands.CLUSTER, 1, List.of(0), Map.of()))
                        .changed())
                .isFalse();
        refused(Refusal.NONSENSE, OperationForm.advance(Commands.CLUSTER, 1, List.of(9), Map.of()));
        refused(Refusal.OPERATION_UNKNOWN, OperationForm.advance(Commands.CLUSTER, 7, List.of(0), Map.of()));

        done(OperationForm.end(Commands.CLUSTER, 1, Phase.DONE, ""));
        assertThat(operation(1).times().ended()).contains(Instant.ofEpochMilli(5_000));
        refused(Refusal.OPERATION_STATE, OperationForm.advance(Commands.CLUSTER, 1, List.of(1), Map.of()));
        refused(Refusal.OPERATION_STATE, OperationForm.cancel(Commands.CLUSTER, 1, List.of(), "late"));
        assertThat(state.journal().events())
                .extracting(EventRecord::kind)
                .containsSubsequence("operation started", "operation ended");
    }

    @Test
    void aPlanIsStoredAndAppliedOrNot() {
        done(OperationForm.begin(Commands.CLUSTER, Commands.operation(1, Phase.PLANNED)));
        done(OperationForm.begin(Commands.CLUSTER, Commands.operation(2, Phase.PLANNED)));
        assertThat(state.journal().running()).isEmpty();

        done(OperationForm.apply(Commands.CLUSTER, 1));
        done(OperationForm.cancel(Commands.CLUSTER, 2, List.of(), "not wanted"));

        assertThat(state.journal().running()).extracting(OperationRecord::id).containsExactly(1L);
        assertThat(operation(2).phase()).isEqualTo(Phase.CANCELLED);
    }

    @Test
    void whatIsCancelledDoesItsUndoing() {
        OperationRecord running = Commands.operation(1, Phase.RUNNING);
        done(OperationForm.begin(Commands.CLUSTER, running));
        done(OperationForm.advance(Commands.CLUSTER, 1, List.of(0), Map.of()));
        done(OperationForm.cancel(Commands.CLUSTER, 1, running.steps().subList(1, 2), "why not"));

        assertThat(operation(1).phase()).isEqualTo(Phase.CANCELLING);
        assertThat(operation(1).steps()).hasSize(1);
        assertThat(operation(1).settled()).isEmpty();
        done(OperationForm.end(Commands.CLUSTER, 1, Phase.CANCELLED, ""));
        assertThat(operation(1).error()).isEqualTo("why not");
    }

    @Test
    void endedOperationsAndEventsAreForgottenInTime() {
        for (long id = 1; id <= 600; id++) {
            apply(OperationForm.begin(Commands.CLUSTER, Commands.operation(id, Phase.RUNNING)));
            apply(OperationForm.end(Commands.CLUSTER, id, Phase.DONE, ""));
        }
        assertThat(state.journal().operations()).hasSize(Journal.ENDED_MAX);
        assertThat(state.journal().lastOperation()).isEqualTo(600);
        assertThat(state.journal().events()).hasSize(Journal.EVENTS_MAX);
        assertThat(state.journal().events().getLast().number()).isGreaterThan(1_200);
    }

    @Test
    void whatPeopleWantOfNodesIsKept() {
        done(WishesForm.changeIntent(Commands.CLUSTER, N3, Intent.DECOMMISSIONING));
        assertThat(state.intentOf(N3)).isEqualTo(Intent.DECOMMISSIONING);
        done(WishesForm.changeIntent(Commands.CLUSTER, N3, Intent.IN_SERVICE));
        assertThat(state.wishes().intents()).isEmpty();
        refused(Refusal.NODE_UNKNOWN, WishesForm.changeIntent(Commands.CLUSTER, new NodeId("n9"), Intent.DRAINING));

        done(WishesForm.changeLabels(Commands.CLUSTER, N3, Map.of("zone", "here"), List.of("rack")));
        assertThat(state.labelsOf(Commands.node(3))).containsExactly(Map.entry("zone", "here"));
        done(StoredForm.register(Commands.CLUSTER, Commands.node(3)));
        assertThat(state.labelsOf(Commands.node(3))).containsExactly(Map.entry("zone", "here"));
        refused(
                Refusal.NONSENSE,
                WishesForm.changeLabels(Commands.CLUSTER, N3, Map.of("zone", "z".repeat(65)), List.of()));

        Schedulers noBalance = new Schedulers(true, false, true, false);
        done(WishesForm.setSchedulers(Commands.CLUSTER, noBalance));
        assertThat(state.wishes().schedulers()).isEqualTo(noBalance);
    }

    @Test
    void membersFollowWhatRaftConfirmed() {
        done(MembersForm.join(Commands.CLUSTER, S1, N4));
        done(MembersForm.confirm(Commands.CLUSTER, S1, state.membersOf(S1).voters(), List.of(N4), 12));
        assertThat(state.membersOf(S1).learners()).containsExactly(N4);
        done(MembersForm.confirm(Commands.CLUSTER, S1, List.of(new NodeId("n1"), new NodeId("n2"), N4), List.of(), 14));
        assertThat(state.membersOf(S1).voters()).doesNotContain(N3);
        refused(Refusal.NONSENSE, MembersForm.join(Commands.CLUSTER, S1, N3));
        done(MembersForm.forget(Commands.CLUSTER, S1, N3));

        done(MembersForm.join(Commands.CLUSTER, GroupId.PLACEMENT, N4));
        done(MembersForm.giveUp(Commands.CLUSTER, GroupId.PLACEMENT, N4));
        assertThat(state.placement().leaving()).containsExactly(N4);
        refused(Refusal.GROUP_UNKNOWN, MembersForm.join(Commands.CLUSTER, new GroupId(9), N4));
    }

    /** A log that an older version wrote is applied to the same state as then. */
    @Test
    void commandsOfFormatOneMakeNoEvents() {
        int before = state.journal().events().size();
        state = state.apply(Commands.register(5).toBuilder().setFormat(1).build())
                .state();
        assertThat(state.nodes()).hasSize(5);
        assertThat(state.journal().events()).hasSize(before);
    }

    /** Written by format 1: founded with n1, one group on it, settings of 1 shard, 1 replica, 1,024 bytes. */
    @Test
    void aSnapshotOfFormatOneIsRead() throws Exception {
        PlacementSnapshot old = PlacementSnapshot.parseFrom(HexFormat.of()
                .parseHex("0803100a1a03632d3120042801320708011001188008" + "3a026e31" + "42026e31"
                        + "4a1b0a026e311205696e632d311a04683a31302204683a313130023801"
                        + "520a080112026e3118022001" + "5a021801"));
        PlacementState read = StoredForm.state(old).state();

        assertThat(read.placementVoters()).extracting(NodeId::value).containsExactly("n1");
        assertThat(read.membersOf(S1)).isEqualTo(Members.of(List.of(new NodeId("n1"))));
        assertThat(read.wishes()).isEqualTo(Wishes.NONE);
        assertThat(read.journal()).isEqualTo(Journal.EMPTY);
        // What came with format 3.
        assertThat(read.transfers()).isEqualTo(Transfers.NONE);
        assertThat(read.lastGroup()).isEqualTo(1);
        assertThat(read.wishes().transferBytesPerSecond()).isEqualTo(Wishes.TRANSFER_BYTES_PER_SECOND_DEFAULT);
        assertThat(read.wishes().schedulers().balanceRanges()).isTrue();
        done(StoredForm.markServing(Commands.CLUSTER, S1));
    }
}
