package io.titankv.multiraft.shard;

import static io.titankv.multiraft.shard.RangeTransferWorld.DELETED;
import static org.assertj.core.api.Assertions.assertThat;

import io.titankv.model.Epoch;
import io.titankv.model.TokenRange;
import io.titankv.multiraft.shard.RangeTransferWorld.Exporting;
import io.titankv.multiraft.shard.RangeTransferWorld.Phase;
import io.titankv.multiraft.shard.RangeTransferWorld.Sent;
import io.titankv.multiraft.shard.RangeTransferWorld.Shard;
import io.titankv.multiraft.shard.RangeTransferWorld.State;
import io.titankv.proto.durable.v1.BeginImport;
import io.titankv.proto.durable.v1.FreezeRanges;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/**
 * Every state that two transfers of one range between two shards can reach, with one key, a client that writes, deletes and writes it,
 * two attempts to copy each time, and a network and leaders that deliver whatever was ever sent, as often and as late as they like, or
 * never. The shards' own rules ({@link TransferSteps}) decide; placement is its four phases. In every state one shard at most serves the
 * key, and it has the client's last write; and what is decided can be done.
 */
class RangeTransferExplorationTest {
    private static final TokenRange RANGE = new TokenRange(0, 0);
    private static final int ATTEMPTS = 2;
    private static final int WRITES = 3;

    private final Set<State> seen = new HashSet<>();
    private final Deque<State> open = new ArrayDeque<>();
    private final Map<Phase, Integer> ended = new EnumMap<>(Phase.class);

    @Test
    void no_order_of_messages_and_losses_loses_a_write_or_has_two_owners() {
        TransferSteps owning = new TransferSteps(new Ownership(new Epoch(1), List.of(RANGE)), TransferPart.NONE);
        TransferSteps empty = new TransferSteps(new Ownership(new Epoch(1), List.of()), TransferPart.NONE);
        reach(new State(
                0,
                1,
                Phase.PREPARING,
                new Shard(owning, DELETED, 0, 0),
                new Shard(empty, DELETED, 0, 0),
                null,
                0,
                0,
                Set.of()));
        int over = 0;
        for (State state = open.poll(); state != null; state = open.poll()) {
            check(state);
            expand(state);
            over += state.isOver() ? 1 : 0;
        }
        assertThat(over).isGreaterThan(500);
        assertThat(ended.get(Phase.COMMITTED)).isGreaterThan(500);
        assertThat(ended.get(Phase.ABORTED)).isGreaterThan(500);
        assertThat(seen.size()).isGreaterThan(100_000);
    }

    private void reach(State state) {
        if (seen.add(state)) {
            open.add(state);
        }
    }

    private static void check(State state) {
        require(!state.first().serves() || !state.second().serves(), "one owner at most", state);
        for (int number = 0; number < 2; number++) {
            Shard shard = state.shard(number);
            require(
                    !shard.serves() || shard.value() == RangeTransferWorld.valueAfter(state.writes()),
                    "who serves has the last write",
                    state);
        }
        if (state.isOver()) {
            require(state.shard(state.owner()).serves(), "the owner serves in the end", state);
            return;
        }
        TransferSteps source = state.shard(state.owner()).steps();
        TransferSteps target = state.shard(state.to()).steps();
        Epoch epoch = new Epoch(1 + state.transfer());
        switch (state.phase()) {
            case PREPARING, FREEZING -> {}
            case COMMITTED ->
                require(
                        source.forget(state.transfer(), epoch).refusal().isEmpty()
                                && target.finishImport(state.transfer(), epoch)
                                        .refusal()
                                        .isEmpty(),
                        "what is decided can be done",
                        state);
            case ABORTED ->
                require(
                        source.unfreeze(state.transfer()).refusal().isEmpty()
                                && target.abortImport(state.transfer())
                                        .refusal()
                                        .isEmpty(),
                        "what is given up can be undone",
                        state);
        }
    }

    private static void require(boolean holds, String what, State state) {
        if (!holds) {
            throw new AssertionError("not so: " + what + ": " + state);
        }
    }

    private void expand(State state) {
        write(state);
        state.known().forEach(sent -> deliver(state, sent));
        if (!state.isOver()) {
            copy(state);
            decide(state);
        }
    }

    /** The client asks either shard. */
    private void write(State state) {
        for (int number = 0; number < 2 && state.writes() < WRITES; number++) {
            Shard shard = state.shard(number);
            if (!shard.serves()) {
                continue;
            }
            int version = shard.lastVersion() + 1;
            require(version > state.lastVersion(), "versions rise", state);
            Exporting export = state.export();
            State written = state.with(
                    number,
                    new Shard(shard.steps(), RangeTransferWorld.valueAfter(state.writes() + 1), version, version));
            reach(new State(
                    written.owner(),
                    written.transfer(),
                    written.phase(),
                    written.first(),
                    written.second(),
                    export == null || number != state.owner()
                            ? export
                            : new Exporting(
                                    export.transfer(),
                                    export.attempt(),
                                    export.sequence(),
                                    export.copied(),
                                    true,
                                    export.ended()),
                    written.writes() + 1,
                    version,
                    written.known()));
        }
    }

    /** Whatever was sent comes; a shard's refusal changes nothing. Where it goes follows from who owned the range then. */
    private void deliver(State state, Sent sent) {
        for (int number = 0; number < 2; number++) {
            Shard shard = state.shard(number);
            TransferSteps steps = shard.steps();
            boolean isSource = RangeTransferWorld.isSource(number, sent, state);
            Shard after = switch (sent) {
                case Sent.Begin it ->
                    isSource
                            ? shard
                            : shard.after(steps.beginImport(BeginImport.newBuilder()
                                    .setTransfer(it.transfer())
                                    .setAttempt(it.attempt())
                                    .addAllRanges(ShardCommands.owned(List.of(RANGE)))
                                    .build()));
                case Sent.Records it -> isSource ? shard : RangeTransferWorld.taken(shard, it);
                case Sent.Freeze it ->
                    isSource
                            ? shard.after(steps.freeze(FreezeRanges.newBuilder()
                                    .setTransfer(it.transfer())
                                    .addAllRanges(ShardCommands.owned(List.of(RANGE)))
                                    .build()))
                            : shard;
                case Sent.Settle it when it.importing() == isSource -> shard;
                case Sent.Settle it
                when it.importing() ->
                    shard.after(
                            it.commit()
                                    ? steps.finishImport(it.transfer(), new Epoch(1 + it.transfer()))
                                    : steps.abortImport(it.transfer()));
                case Sent.Settle it ->
                    shard.after(
                            it.commit()
                                    ? steps.forget(it.transfer(), new Epoch(1 + it.transfer()))
                                    : steps.unfreeze(it.transfer()));
            };
            if (!after.equals(shard)) {
                reach(state.with(number, after));
            }
        }
    }

    /** An export begins, reads, or is lost. */
    private void copy(State state) {
        Shard source = state.shard(state.owner());
        Exporting export = state.export();
        if (export == null) {
            boolean isFrozen = source.steps().part().underWay() instanceof TransferPart.Export it
                    && it.transfer() == state.transfer();
            boolean canExport = !source.steps().part().isSettled(state.transfer()) && (source.serves() || isFrozen);
            int attempt = RangeTransferWorld.attempts(state) + 1;
            if (canExport && attempt <= ATTEMPTS) {
                reach(state.sending(List.of(new Sent.Begin(state.transfer(), attempt)))
                        .with(new Exporting(state.transfer(), attempt, 0, false, false, false)));
            }
            return;
        }
        reach(state.with((Exporting) null));
        boolean isFrozen = source.steps().ownership().isFrozen(0);
        if (source.steps().part().isSettled(state.transfer()) || export.ended()) {
            return;
        }
        if (!export.copied() || export.changed() || isFrozen) {
            boolean isEnd = isFrozen;
            reach(state.sending(List.of(new Sent.Records(
                            export.transfer(),
                            export.attempt(),
                            export.sequence(),
                            source.value(),
                            Math.max(source.version(), isEnd ? source.lastVersion() : 0),
                            true,
                            isEnd)))
                    .with(new Exporting(
                            export.transfer(), export.attempt(), export.sequence() + 1, true, false, isEnd)));
        }
    }

    /** What placement may decide, and what its leaders, old and new, tell then. */
    private void decide(State state) {
        int transfer = state.transfer();
        switch (state.phase()) {
            case PREPARING -> {
                reach(state.sending(List.of(new Sent.Freeze(transfer))).with(Phase.FREEZING));
                giveUp(state);
            }
            case FREEZING -> {
                boolean isComplete = state.shard(state.to()).steps().part().underWay() instanceof TransferPart.Import it
                        && it.transfer() == transfer
                        && it.isComplete();
                if (isComplete) {
                    reach(state.sending(List.of(
                                    new Sent.Settle(transfer, true, true), new Sent.Settle(transfer, false, true)))
                            .with(Phase.COMMITTED));
                }
                giveUp(state);
            }
            case COMMITTED, ABORTED -> {
                if (state.first().steps().part().isSettled(transfer)
                        && state.second().steps().part().isSettled(transfer)) {
                    ended.merge(state.phase(), 1, Integer::sum);
                    reach(new State(
                            state.phase() == Phase.COMMITTED ? state.to() : state.owner(),
                            transfer + 1,
                            Phase.PREPARING,
                            state.first(),
                            state.second(),
                            null,
                            state.writes(),
                            state.lastVersion(),
                            known(state)));
                }
            }
        }
    }

    /** Records of a transfer that is settled are refused as its other messages are: they only make more states. */
    private static Set<Sent> known(State state) {
        return state.known().stream()
                .filter(sent -> !(sent instanceof Sent.Records))
                .collect(Collectors.toUnmodifiableSet());
    }

    private void giveUp(State state) {
        reach(state.sending(List.of(
                        new Sent.Settle(state.transfer(), true, false),
                        new Sent.Settle(state.transfer(), false, false)))
                .with(Phase.ABORTED));
    }
}
