package io.titankv.placement.run;

import static org.assertj.core.api.Assertions.assertThat;

import io.titankv.model.NodeId;
import io.titankv.model.TokenRange;
import io.titankv.placement.plan.PlanPolicy;
import io.titankv.placement.run.TransferRound.Lasting;
import io.titankv.placement.state.OperationForm;
import io.titankv.placement.state.TransferForm;
import io.titankv.placement.state.TransferRecord;
import io.titankv.proto.durable.v1.PlacementCommand;
import io.titankv.proto.internal.v1.Instruction;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** What is decided of a transfer from s1, which n1 leads, to s2, which n2 leads, and what the two are told. */
final class TransferRoundTest extends TransferRoundFixture {
    private static final Lasting LONG = new Lasting(Duration.ofSeconds(11), Duration.ZERO, Duration.ZERO);

    private void decides(Lasting lasting, PlacementCommand... expected) {
        decides(1, lasting, expected);
    }

    private void decides(long transfer, Lasting lasting, PlacementCommand... expected) {
        assertThat(TransferRound.commands(state, reports(), PlanPolicy.DEFAULT, Map.of(transfer, lasting)))
                .containsExactly(expected);
    }

    private List<Instruction.KindCase> told(NodeId node) {
        return TransferDuties.of(node, state, reports()).stream()
                .map(Instruction::getKindCase)
                .toList();
    }

    @Test
    void isFrozenOnceLittleIsLeftAndTheSourceHasALeader() {
        decides(LONG);
        says(N2, importing());
        decides(LONG);
        says(N2, importing().setTransfer(7).setCaughtUp(true)); // of another one
        decides(LONG);
        says(N2, importing().setCaughtUp(true));
        decides(Lasting.NOW, TransferForm.freeze(CLUSTER, 1));
        leaders.remove(S1);
        decides(Lasting.NOW);
    }

    @Test
    void isCommittedOnlyWhenAllIsThere() {
        apply(TransferForm.freeze(CLUSTER, 1));
        decides(Lasting.NOW);
        says(N1, frozen());
        says(N2, importing().setCaughtUp(true));
        decides(Lasting.NOW);
        says(N2, importing().setTransfer(7).setComplete(true));
        decides(Lasting.NOW);
        says(N2, importing().setComplete(true));
        decides(Lasting.NOW, TransferForm.commit(CLUSTER, 1));
        // Also when it took too long: all is there.
        decides(LONG, TransferForm.commit(CLUSTER, 1));
    }

    @Test
    void isGivenUpWhenClientsWouldWaitTooLong() {
        apply(TransferForm.freeze(CLUSTER, 1));
        says(N1, frozen());
        decides(new Lasting(Duration.ofSeconds(5), TransferRound.FROZEN_MAX.minusMillis(1), Duration.ZERO));
        decides(
                new Lasting(Duration.ofSeconds(5), TransferRound.FROZEN_MAX, Duration.ZERO),
                TransferForm.abort(CLUSTER, 1, "the copy was not whole 3 s after its ranges were frozen"));
        decides(
                new Lasting(TransferRound.FREEZING_MAX, Duration.ZERO, Duration.ZERO),
                TransferForm.abort(CLUSTER, 1, "the copy was not whole 10 s after its ranges were to be frozen"));
    }

    @Test
    void isGivenUpWhenItsOperationWasCancelledUnlessItIsDecided() {
        apply(OperationForm.cancel(CLUSTER, 1, List.of(), "not wanted"));
        decides(Lasting.NOW, TransferForm.abort(CLUSTER, 1, "op-1 was cancelled"));
        apply(TransferForm.freeze(CLUSTER, 1));
        says(N2, importing().setComplete(true));
        decides(Lasting.NOW, TransferForm.abort(CLUSTER, 1, "op-1 was cancelled"));
        apply(TransferForm.commit(CLUSTER, 1));
        decides(LONG);
    }

    @Test
    void isGivenUpWhenTheDiskOfAFollowerGetsFullUnlessLittleIsLeftToCome() {
        says(N2, importing());
        freeBytes.put(new NodeId("n3"), 75L);
        decides(Lasting.NOW);
        freeBytes.put(new NodeId("n3"), 74L);
        decides(
                Lasting.NOW,
                TransferForm.abort(
                        CLUSTER,
                        1,
                        "node n3 has 74 B free: ranges that come to s2 need 0 B there, and 75 B must stay free"));
        apply(TransferForm.freeze(CLUSTER, 1));
        decides(Lasting.NOW);
        says(N2, importing().setComplete(true));
        decides(Lasting.NOW, TransferForm.commit(CLUSTER, 1));
    }

    @Test
    void isUndoneWithItsOperationWhenNothingIsCopiedForTooLong() {
        Duration limit = TransferRound.STALLED_MAX;
        says(N2, importing().setAttempts(2).setBytesCopied(77).setFailure("the disk is full"));
        decides(new Lasting(limit, Duration.ZERO, limit.minusMillis(1)));
        undone("nothing was copied for 10 min: 77 bytes came in attempt 2; the last failed: the disk is full");
        says(N2, settled().setSettled(0));
        undone("nothing was copied for 10 min: the leader of s2, n2, has not begun");
        leaders.remove(S1);
        undone("nothing was copied for 10 min: group s1 has no leader that is heard of");
    }

    private void undone(String why) {
        decides(
                new Lasting(TransferRound.STALLED_MAX, Duration.ZERO, TransferRound.STALLED_MAX),
                TransferForm.abort(CLUSTER, 1, why),
                OperationForm.cancel(
                        CLUSTER,
                        1,
                        Undo.of(state.journal().operation(1).orElseThrow(), state),
                        "transfer 1 was undone, " + why));
    }

    @Test
    void whatIsReadyIsFrozenHoweverLongItTook() {
        says(N2, importing().setCaughtUp(true));
        decides(
                new Lasting(TransferRound.STALLED_MAX, Duration.ZERO, TransferRound.STALLED_MAX),
                TransferForm.freeze(CLUSTER, 1));
    }

    @Test
    void endsWhenBothHaveSettled() {
        apply(TransferForm.freeze(CLUSTER, 1));
        apply(TransferForm.commit(CLUSTER, 1));
        says(N1, settled());
        decides(LONG);
        says(N2, settled());
        decides(Lasting.NOW, TransferForm.end(CLUSTER, 1));
        leaders.remove(S2);
        decides(LONG);
    }

    @Test
    void restsAfterItWasGivenUpUnlessNobodyWantsItAnyMore() {
        apply(TransferForm.abort(CLUSTER, 1, "why not"));
        says(N1, settled());
        says(N2, settled());
        decides(Lasting.NOW);
        decides(new Lasting(Duration.ofSeconds(5), Duration.ZERO, Duration.ZERO), TransferForm.end(CLUSTER, 1));
        apply(OperationForm.cancel(CLUSTER, 1, List.of(), "not wanted"));
        decides(Lasting.NOW, TransferForm.end(CLUSTER, 1));
    }

    @Test
    void restsTwiceAsLongWithEachFreezeThatIsGivenUpAndIsUndoneWithTheLast() {
        says(N1, settled().setSettled(99));
        for (int freeze = 1; freeze < FreezeRetries.FREEZES_MAX; freeze++) {
            apply(TransferForm.freeze(CLUSTER, freeze));
            String why = "the copy was not whole 10 s after its ranges were to be frozen";
            decides(freeze, LONG, TransferForm.abort(CLUSTER, freeze, why));
            apply(TransferForm.abort(CLUSTER, freeze, why));
            says(N2, settled().setSettled(freeze));
            Duration rest = Duration.ofSeconds(5L << (freeze - 1));
            decides(freeze, new Lasting(rest.minusMillis(1), Duration.ZERO, Duration.ZERO));
            decides(freeze, new Lasting(rest, Duration.ZERO, Duration.ZERO), TransferForm.end(CLUSTER, freeze));
            apply(TransferForm.end(CLUSTER, freeze));
            apply(TransferForm.begin(CLUSTER, freeze + 1, List.of(new TokenRange(0, 1_000)), S1, S2, 1));
        }
        long last = FreezeRetries.FREEZES_MAX;
        apply(TransferForm.freeze(CLUSTER, last));
        String why =
                "the copy was not whole 10 s after its ranges were to be frozen, as with 5 freezes in a row before";
        decides(
                last,
                LONG,
                TransferForm.abort(CLUSTER, last, why),
                OperationForm.cancel(
                        CLUSTER,
                        1,
                        Undo.of(state.journal().operation(1).orElseThrow(), state),
                        "transfer 6 was undone, " + why));
    }

    @Test
    void freezesCountAgainFromTheStartOnceOneIsCommitted() {
        apply(TransferForm.freeze(CLUSTER, 1));
        apply(TransferForm.abort(CLUSTER, 1, "late"));
        assertThat(TransferRound.freezesGivenUp(underWay(1), state)).isEqualTo(1);
        apply(TransferForm.end(CLUSTER, 1));
        apply(TransferForm.begin(CLUSTER, 2, List.of(new TokenRange(0, 1_000)), S1, S2, 1));
        apply(TransferForm.abort(CLUSTER, 2, "the disk is full, and it was not frozen"));
        assertThat(TransferRound.freezesGivenUp(underWay(2), state)).isEqualTo(1);
        apply(TransferForm.end(CLUSTER, 2));
        apply(TransferForm.begin(CLUSTER, 3, List.of(new TokenRange(0, 1_000)), S1, S2, 1));
        apply(TransferForm.freeze(CLUSTER, 3));
        apply(TransferForm.commit(CLUSTER, 3));
        assertThat(TransferRound.freezesGivenUp(underWay(3), state)).isZero();
    }

    private TransferRecord underWay(long id) {
        return Objects.requireNonNull(state.transfers().underWay().get(id));
    }

    @Test
    void onlyTheLeadersAreToldAndOnlyWhatIsNotDone() {
        assertThat(told(N1)).isEmpty();
        assertThat(told(N2)).containsExactly(Instruction.KindCase.IMPORT_RANGES);
        assertThat(TransferDuties.of(N2, state, reports()).getFirst().getImportRanges())
                .satisfies(order -> {
                    assertThat(order.getSourceAddressesList())
                            .containsExactly("host1:7400", "host2:7400", "host3:7400");
                    assertThat(order.getFromGroup()).isEqualTo("s1");
                    assertThat(order.getBytesPerSecondMax()).isEqualTo(32 << 20);
                });
        apply(TransferForm.freeze(CLUSTER, 1));
        assertThat(told(N1)).containsExactly(Instruction.KindCase.FREEZE_RANGES);
        assertThat(told(N2)).containsExactly(Instruction.KindCase.IMPORT_RANGES);
        says(N1, frozen());
        says(N2, importing().setComplete(true));
        assertThat(told(N1)).isEmpty();
        assertThat(told(N2)).isEmpty();
        apply(TransferForm.commit(CLUSTER, 1));
        assertThat(TransferDuties.of(N1, state, reports()).getFirst().getSettleTransfer())
                .satisfies(order -> {
                    assertThat(order.getIsImport()).isFalse();
                    assertThat(order.getEpoch()).isEqualTo(2);
                });
        assertThat(TransferDuties.of(N2, state, reports())
                        .getFirst()
                        .getSettleTransfer()
                        .getIsImport())
                .isTrue();
        assertThat(told(new NodeId("n3"))).isEmpty();
        says(N1, settled());
        assertThat(told(N1)).isEmpty();
        leaders.remove(S2);
        assertThat(told(N2)).isEmpty();
    }
}
