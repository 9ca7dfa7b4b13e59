package io.titankv.placement.state;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.titankv.model.Epoch;
import io.titankv.model.GroupId;
import io.titankv.model.LogPosition;
import io.titankv.model.NodeId;
import io.titankv.model.TokenRange;
import io.titankv.placement.plan.Step;
import io.titankv.placement.state.GroupRecord.State;
import io.titankv.placement.state.OperationRecord.Phase;
import io.titankv.proto.durable.v1.PlacementCommand;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Transfers of ranges, and groups that come and go, as they are stored. */
final class TransferFormTest {
    private static final GroupId S1 = new GroupId(1);
    private static final GroupId S2 = new GroupId(2);
    private static final GroupId S3 = new GroupId(3);
    private static final TokenRange FIRST = new TokenRange(0, 1_000);
    private static final TokenRange SECOND = new TokenRange(2_000, 3_000);
    private static final List<NodeId> MEMBERS = List.of(new NodeId("n2"), new NodeId("n1"), new NodeId("n3"));

    private PlacementState state = PlacementState.EMPTY;

    @BeforeEach
    void cluster() {
        done(StoredForm.found(Commands.founding(3, 2)));
        for (int node = 1; node <= 3; node++) {
            done(Commands.register(node));
        }
        done(Commands.layRing(2, 3));
        done(StoredForm.markServing(Commands.CLUSTER, S1));
        done(StoredForm.markServing(Commands.CLUSTER, S2));
    }

    private boolean done(PlacementCommand command) {
        var applied = StoredForm.apply(
                state, command.toBuilder().setAtMillis(5_000).build().toByteString());
        assertThat(applied.result()).isInstanceOf(CommandResult.Done.class);
        state = applied.state();
        assertThat(StoredForm.state(StoredForm.snapshot(state, new LogPosition(1, 1)))
                        .state())
                .isEqualTo(state);
        return ((CommandResult.Done) applied.result()).changed();
    }

    private void refused(Refusal refusal, PlacementCommand command) {
        var applied = StoredForm.apply(state, command.toByteString());
        assertThat(applied.result())
                .isInstanceOfSatisfying(
                        CommandResult.Refused.class,
                        it -> assertThat(it.refusal()).isEqualTo(refusal));
        assertThat(applied.state()).isEqualTo(state);
    }

    private static PlacementCommand begin(long id, GroupId from, GroupId to, TokenRange... ranges) {
        return TransferForm.begin(Commands.CLUSTER, id, List.of(ranges), from, to, 9);
    }

    private TransferRecord transfer() {
        return state.transfers().of(S1).orElseThrow();
    }

    @Test
    void rangesChangeHandsWithTheEntryThatCommits() {
        assertThat(done(begin(1, S1, S2, FIRST, SECOND))).isTrue();
        assertThat(transfer().phase()).isEqualTo(TransferRecord.Phase.PREPARING);
        assertThat(state.transfers().isPartOf(9)).isTrue();
        assertThat(done(TransferForm.freeze(Commands.CLUSTER, 1))).isTrue();
        assertThat(done(TransferForm.freeze(Commands.CLUSTER, 1))).isFalse();
        assertThat(transfer().times().frozen()).contains(Instant.ofEpochMilli(5_000));
        assertThat(state.epoch()).isEqualTo(new Epoch(1));

        assertThat(done(TransferForm.commit(Commands.CLUSTER, 1))).isTrue();
        assertThat(state.epoch()).isEqualTo(new Epoch(2));
        assertThat(transfer().epoch()).isEqualTo(new Epoch(2));
        assertThat(state.groups().values())
                .allSatisfy(group -> assertThat(group.ownershipEpoch()).isEqualTo(new Epoch(2)));
        assertThat(state.rangesOf(S2)).contains(FIRST, SECOND);
        assertThat(state.rangesOf(S1).getFirst()).isEqualTo(new TokenRange(1_000, 2_000));
        // The first decision stands.
        assertThat(done(TransferForm.abort(Commands.CLUSTER, 1, "late"))).isFalse();
        assertThat(state.journal().events()).extracting(EventRecord::kind).contains("transfer begun", "ranges moved");

        assertThat(done(TransferForm.end(Commands.CLUSTER, 1))).isTrue();
        assertThat(done(TransferForm.end(Commands.CLUSTER, 1))).isFalse();
        assertThat(state.transfers()).isEqualTo(new Transfers(Collections.emptySortedMap(), 1));
    }

    @Test
    void whatIsGivenUpLeavesTheRingAsItWas() {
        List<TokenRange> before = state.rangesOf(S1);
        done(begin(1, S1, S2, FIRST));
        done(TransferForm.freeze(Commands.CLUSTER, 1));
        assertThat(done(TransferForm.abort(Commands.CLUSTER, 1, "too slow"))).isTrue();
        assertThat(transfer().why()).isEqualTo("too slow");
        assertThat(done(TransferForm.commit(Commands.CLUSTER, 1))).isFalse();

        assertThat(state.rangesOf(S1)).isEqualTo(before);
        assertThat(state.epoch()).isEqualTo(new Epoch(1));
        refused(Refusal.TRANSFER_STATE, TransferForm.freeze(Commands.CLUSTER, 1));
    }

    @Test
    void aGroupIsInOneTransferAtMostAndGivesOnlyWhatIsItsOwn() {
        refused(Refusal.TRANSFER_EXISTS, begin(2, S1, S2, FIRST));
        refused(Refusal.NONSENSE, begin(1, S2, S1, FIRST));
        refused(Refusal.NONSENSE, begin(1, S1, S1, FIRST));
        refused(Refusal.NONSENSE, begin(1, S1, S2));
        refused(Refusal.NONSENSE, begin(1, S1, S2, SECOND, FIRST));
        refused(Refusal.NONSENSE, begin(1, S1, S2, FIRST, new TokenRange(999, 2_000)));
        refused(Refusal.GROUP_UNKNOWN, begin(1, S1, S3, FIRST));
        done(TransferForm.formGroup(Commands.CLUSTER, S3, MEMBERS));
        refused(Refusal.GROUP_STATE, begin(1, S1, S3, FIRST)); // it does not serve yet
        done(StoredForm.markServing(Commands.CLUSTER, S3));

        done(begin(1, S1, S2, FIRST));
        refused(Refusal.GROUP_STATE, begin(2, S1, S3, SECOND));
        refused(Refusal.GROUP_STATE, begin(2, S3, S2, SECOND));
        refused(Refusal.TRANSFER_STATE, TransferForm.commit(Commands.CLUSTER, 1)); // not frozen
        refused(Refusal.TRANSFER_STATE, TransferForm.end(Commands.CLUSTER, 1));
        refused(Refusal.TRANSFER_UNKNOWN, TransferForm.freeze(Commands.CLUSTER, 2));
        refused(Refusal.TRANSFER_UNKNOWN, TransferForm.commit(Commands.CLUSTER, 2));
        refused(Refusal.TRANSFER_UNKNOWN, TransferForm.end(Commands.CLUSTER, 2));
    }

    @Test
    void groupsComeAndGoAndTheirNumbersAreNeverUsedAgain() {
        refused(Refusal.GROUP_EXISTS, TransferForm.formGroup(Commands.CLUSTER, S2, MEMBERS));
        refused(Refusal.NODE_UNKNOWN, TransferForm.formGroup(Commands.CLUSTER, S3, List.of(new NodeId("n9"))));
        done(TransferForm.formGroup(Commands.CLUSTER, S3, MEMBERS));
        GroupRecord formed = state.groups().get(S3);
        assertThat(formed).isEqualTo(new GroupRecord(S3, MEMBERS, State.CREATING, new Epoch(1)));

        refused(Refusal.GROUP_STATE, TransferForm.retireGroup(Commands.CLUSTER, S2)); // owns
        refused(Refusal.GROUP_STATE, TransferForm.forgetGroup(Commands.CLUSTER, S3)); // not retired
        refused(Refusal.GROUP_UNKNOWN, TransferForm.retireGroup(Commands.CLUSTER, new GroupId(4)));
        refused(Refusal.GROUP_UNKNOWN, TransferForm.forgetGroup(Commands.CLUSTER, new GroupId(4)));
        assertThat(done(TransferForm.retireGroup(Commands.CLUSTER, S3))).isTrue();
        assertThat(done(TransferForm.retireGroup(Commands.CLUSTER, S3))).isFalse();
        refused(Refusal.GROUP_STATE, StoredForm.markServing(Commands.CLUSTER, S3));
        refused(Refusal.GROUP_STATE, begin(1, S1, S3, FIRST));
        assertThat(done(TransferForm.forgetGroup(Commands.CLUSTER, S3))).isTrue();
        assertThat(done(TransferForm.forgetGroup(Commands.CLUSTER, S3))).isFalse();

        assertThat(state.lastGroup()).isEqualTo(3);
        refused(Refusal.GROUP_EXISTS, TransferForm.formGroup(Commands.CLUSTER, S3, MEMBERS));
    }

    @Test
    void aGroupThatIsToGetRangesIsNotRetired() {
        done(TransferForm.formGroup(Commands.CLUSTER, S3, MEMBERS));
        done(StoredForm.markServing(Commands.CLUSTER, S3));
        done(begin(1, S1, S3, FIRST));
        refused(Refusal.GROUP_STATE, TransferForm.retireGroup(Commands.CLUSTER, S3));
    }

    @Test
    void noTwoOperationsFormOneGroup() {
        done(OperationForm.begin(Commands.CLUSTER, creation(1, Phase.PLANNED)));
        done(OperationForm.begin(Commands.CLUSTER, creation(2, Phase.RUNNING)));
        refused(Refusal.GROUP_EXISTS, OperationForm.begin(Commands.CLUSTER, creation(3, Phase.RUNNING)));
        refused(Refusal.GROUP_EXISTS, OperationForm.apply(Commands.CLUSTER, 1));
        done(OperationForm.end(Commands.CLUSTER, 2, Phase.CANCELLED, ""));
        done(TransferForm.formGroup(Commands.CLUSTER, S3, MEMBERS));
        refused(Refusal.GROUP_EXISTS, OperationForm.apply(Commands.CLUSTER, 1));
    }

    private static OperationRecord creation(long id, Phase phase) {
        Instant now = Instant.ofEpochMilli(4_000);
        return new OperationRecord(
                id,
                "create",
                Commands.operation(id, phase).reason(),
                List.of(
                        new Step.CreateGroup(S3, MEMBERS, "more room"),
                        new Step.MoveRange(FIRST, S1, S3, 70, 1.5, "more room"),
                        new Step.RetireGroup(S1, "all of it")),
                70,
                Duration.ofSeconds(3),
                List.of(),
                phase,
                Collections.emptySortedSet(),
                Collections.emptySortedMap(),
                0,
                0,
                new OperationRecord.Times(
                        now, phase == Phase.RUNNING ? Optional.of(now) : Optional.empty(), Optional.empty()),
                "");
    }

    @Test
    void freezesThatAreGivenUpAreCountedWithTheirOperation() {
        done(OperationForm.begin(Commands.CLUSTER, Commands.operation(1, Phase.RUNNING)));
        done(TransferForm.begin(Commands.CLUSTER, 1, List.of(FIRST), S1, S2, 1));
        done(TransferForm.freeze(Commands.CLUSTER, 1));
        done(TransferForm.abort(Commands.CLUSTER, 1, "too slow"));
        done(TransferForm.abort(Commands.CLUSTER, 1, "told twice"));
        assertThat(state.journal().operation(1).orElseThrow().freezesGivenUp()).isEqualTo(1);
    }

    @Test
    void limitsAreKept() {
        assertThat(state.wishes().transferBytesPerSecond()).isEqualTo(Wishes.TRANSFER_BYTES_PER_SECOND_DEFAULT);
        done(WishesForm.setLimits(Commands.CLUSTER, 0));
        assertThat(state.wishes().transferBytesPerSecond()).isZero();
        refused(Refusal.NONSENSE, WishesForm.setLimits(Commands.CLUSTER, -1));
    }

    @Test
    void aStateInWhichSomebodyElseOwnsWhatIsOnItsWayIsBroken() {
        done(begin(1, S1, S2, FIRST));
        var broken = StoredForm.snapshot(state, new LogPosition(1, 1)).toBuilder();
        broken.setTransfers(0, broken.getTransfers(0).toBuilder().setFrom(2).setTo(1));
        assertThatThrownBy(() -> StoredForm.state(broken.build())).isInstanceOf(IllegalStateException.class);
    }
}
