package io.titankv.placement.run;

import static org.assertj.core.api.Assertions.assertThat;

import io.titankv.model.GroupId;
import io.titankv.model.NodeId;
import io.titankv.placement.run.TransferReport.Side;
import io.titankv.placement.state.OperationRecord.Phase;
import io.titankv.placement.state.TransferRecord;
import io.titankv.proto.admin.v1.CancelOperationRequest;
import io.titankv.proto.admin.v1.OperationGrpc;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Whoever dies in whichever phase of a transfer: it is carried through or undone, no token has two owners, and no write is lost. */
final class TransferFaultsTest extends RangeFixture {
    private static final List<String> NODES = List.of("n1", "n2", "n3", "n4");

    /** The phases of a split's transfer, as finely as they can be told apart. */
    enum At {
        BEFORE_BEGIN,
        PREPARING,
        /** Nothing is copied, and it would be undone in a moment. */
        STALLED,
        /** Nothing was copied for too long. */
        UNDONE("settle source,settle target"),
        CAUGHT_UP,
        FREEZING("freeze"),
        FROZEN,
        COMPLETE,
        COMMITTED("settle source,settle target"),
        COMMITTED_TARGET_SETTLED("settle source"),
        COMMITTED_SOURCE_SETTLED("settle target"),
        COMMITTED_BOTH_SETTLED,
        ABORTED("settle source,settle target"),
        ABORTED_TARGET_SETTLED("settle source"),
        ABORTED_SOURCE_SETTLED("settle target"),
        ABORTED_BOTH_SETTLED;

        /** Orders that are not carried out until then, separated by commas. */
        final String held;

        At() {
            this("");
        }

        At(String held) {
            this.held = held;
        }

        boolean isAborted() {
            return name().startsWith("ABORTED");
        }
    }

    /** What happens then. */
    enum Fault {
        PLACEMENT_LEADER_DIES,
        SOURCE_LEADER_DIES,
        TARGET_LEADER_DIES,
        ALL_NODES_RESTART,
        CANCELLED
    }

    static Stream<Arguments> everyFaultInEveryPhase() {
        return Arrays.stream(At.values())
                .flatMap(at -> Arrays.stream(Fault.values()).map(fault -> Arguments.of(at, fault)));
    }

    private boolean is(At at) {
        Optional<TransferRecord> transfer =
                cluster.state().transfers().underWay().values().stream().findFirst();
        if (at == At.BEFORE_BEGIN) {
            return !cluster.state().journal().running().isEmpty()
                    && cluster.state().transfers().last() == 0;
        }
        if (transfer.isEmpty()) {
            return false;
        }
        TransferRecord it = transfer.get();
        SimOwnership source = Objects.requireNonNull(cluster.shards.get(it.from())).owns;
        SimOwnership target = Objects.requireNonNull(cluster.shards.get(it.to())).owns;
        boolean isSourceSettled = source.settled >= it.id();
        boolean isTargetSettled = target.settled >= it.id();
        SimOwnership.@Nullable Attempt attempt = target.attempt;
        boolean hasCaughtUp = attempt != null && attempt.ticks >= cluster.data.caughtUpAfter;
        return switch (at) {
            case BEFORE_BEGIN -> false;
            case PREPARING -> it.phase() == TransferRecord.Phase.PREPARING && attempt != null && !hasCaughtUp;
            case STALLED -> it.phase() == TransferRecord.Phase.PREPARING && attempt != null;
            case UNDONE -> it.phase() == TransferRecord.Phase.ABORTED && last().phase() == Phase.CANCELLING;
            case CAUGHT_UP -> it.phase() == TransferRecord.Phase.PREPARING && hasCaughtUp;
            case FREEZING -> it.phase() == TransferRecord.Phase.FREEZING && source.side == Side.NONE;
            case FROZEN ->
                it.phase() == TransferRecord.Phase.FREEZING && source.side == Side.FROZEN && !target.complete;
            case COMPLETE -> it.phase() == TransferRecord.Phase.FREEZING && target.complete;
            case COMMITTED, COMMITTED_TARGET_SETTLED, COMMITTED_SOURCE_SETTLED, COMMITTED_BOTH_SETTLED ->
                it.phase() == TransferRecord.Phase.COMMITTED && settledAs(at, isSourceSettled, isTargetSettled);
            case ABORTED, ABORTED_TARGET_SETTLED, ABORTED_SOURCE_SETTLED, ABORTED_BOTH_SETTLED ->
                it.phase() == TransferRecord.Phase.ABORTED && settledAs(at, isSourceSettled, isTargetSettled);
        };
    }

    private static boolean settledAs(At at, boolean source, boolean target) {
        return source == (at.name().endsWith("SOURCE_SETTLED") || at.name().endsWith("BOTH_SETTLED"))
                && target == (at.name().endsWith("TARGET_SETTLED") || at.name().endsWith("BOTH_SETTLED"));
    }

    private @Nullable NodeId leaderOf(GroupId group) {
        SimShard shard = cluster.shards.get(group);
        return shard == null ? null : shard.leader;
    }

    /** Kills a node, and starts it again when the others have gone on for a while. */
    private void bounce(@Nullable NodeId node) {
        String name = node == null ? "n1" : node.value();
        cluster.node(name).kill();
        cluster.run(Duration.ofSeconds(7));
        cluster.start(name, name.equals("n1"), NODES);
    }

    private void happens(Fault fault) {
        switch (fault) {
            case PLACEMENT_LEADER_DIES -> bounce(cluster.raft.leader());
            case SOURCE_LEADER_DIES -> bounce(leaderOf(new GroupId(2)));
            case TARGET_LEADER_DIES -> bounce(leaderOf(new GroupId(7)));
            case ALL_NODES_RESTART -> {
                NODES.forEach(name -> cluster.node(name).kill());
                NODES.forEach(name -> cluster.start(name, name.equals("n1"), NODES));
            }
            case CANCELLED ->
                OperationGrpc.newBlockingStub(cluster.channelTo("n3"))
                        .cancelOperation(CancelOperationRequest.newBuilder()
                                .setOperationId("op-1")
                                .setWhy("test")
                                .build());
        }
    }

    @ParameterizedTest
    @MethodSource("everyFaultInEveryPhase")
    void noTokenIsServedTwiceAndNoWriteIsLost(At at, Fault fault) {
        startNodes("n1", "n2", "n3", "n4");
        cluster.data.completes = !at.isAborted() && at != At.FROZEN;
        cluster.data.copies = at != At.STALLED && at != At.UNDONE;
        cluster.data.held.addAll(List.of(at.held.split(",", -1)));
        split("s2");

        assertThat(cluster.run(at == At.UNDONE ? LONG.plus(TransferRound.STALLED_MAX) : LONG, () -> is(at)))
                .as("phase " + at + " is reached")
                .isTrue();
        if (at == At.STALLED) {
            cluster.run(TransferRound.STALLED_MAX.minusSeconds(20));
            assertThat(is(at)).isTrue();
        }
        happens(fault);
        cluster.data.held.clear();
        cluster.data.completes = true;
        cluster.data.copies = true;
        runUntil("the operation ends", () -> !last().phase().isRunning());

        boolean isUndone = fault == Fault.CANCELLED || at == At.UNDONE;
        assertThat(last().phase()).isEqualTo(isUndone ? Phase.CANCELLED : Phase.DONE);
        if (isUndone) {
            boolean wasCommitted = at.name().startsWith("COMMITTED");
            runUntil("what was formed and got nothing is gone", () -> cluster.shards.size() == (wasCommitted ? 7 : 6));
        } else {
            assertThat(share("s7")).isPositive();
        }
        assertEveryTokenIsServedOnce();
    }
}
