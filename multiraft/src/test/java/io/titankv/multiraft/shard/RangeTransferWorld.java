package io.titankv.multiraft.shard;

import io.titankv.proto.durable.v1.ImportEnd;
import io.titankv.proto.durable.v1.ImportRecords;
import java.util.Collection;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What {@link RangeTransferExplorationTest} explores: all that two shards, placement, an export and the network know at one moment. */
final class RangeTransferWorld {
    static final int TRANSFERS = 2;
    static final int DELETED = 0;

    private RangeTransferWorld() {}

    enum Phase {
        PREPARING,
        FREEZING,
        COMMITTED,
        ABORTED
    }

    /** Something sent; it may come at any time from then on, any number of times. */
    sealed interface Sent {
        int transfer();

        record Begin(int transfer, int attempt) implements Sent {}

        record Records(int transfer, int attempt, int sequence, int value, int version, boolean copied, boolean end)
                implements Sent {}

        record Freeze(int transfer) implements Sent {}

        record Settle(int transfer, boolean importing, boolean commit) implements Sent {}
    }

    /** One shard: its rules, the key's value and version, the last version that it gave. */
    record Shard(TransferSteps steps, int value, int version, int lastVersion) {
        boolean serves() {
            return steps.ownership().owns(0);
        }

        Shard after(TransferSteps.Outcome outcome) {
            return new Shard(outcome.after(), outcome.dropped().isEmpty() ? value : DELETED, version, lastVersion);
        }
    }

    /** An export in the memory of a replica. */
    record Exporting(int transfer, int attempt, int sequence, boolean copied, boolean changed, boolean ended) {}

    /**
     * All there is.
     *
     * @param owner the shard that owns the range by the ring
     * @param transfer under way, or TRANSFERS + 1 when both have ended
     * @param writes that the client was answered
     * @param lastVersion of the last of them
     * @param known what was ever sent of the transfer under way and the one before
     */
    record State(
            int owner,
            int transfer,
            Phase phase,
            Shard first,
            Shard second,
            @Nullable Exporting export,
            int writes,
            int lastVersion,
            Set<Sent> known) {
        Shard shard(int number) {
            return number == 0 ? first : second;
        }

        State with(int number, Shard shard) {
            return new State(
                    owner,
                    transfer,
                    phase,
                    number == 0 ? shard : first,
                    number == 0 ? second : shard,
                    export,
                    writes,
                    lastVersion,
                    known);
        }

        State with(Phase next) {
            return new State(owner, transfer, next, first, second, export, writes, lastVersion, known);
        }

        State with(@Nullable Exporting next) {
            return new State(owner, transfer, phase, first, second, next, writes, lastVersion, known);
        }

        State sending(Collection<? extends Sent> more) {
            Set<Sent> all = new HashSet<>(known);
            all.addAll(more);
            return new State(owner, transfer, phase, first, second, export, writes, lastVersion, all);
        }

        boolean isOver() {
            return transfer > TRANSFERS;
        }

        int to() {
            return 1 - owner;
        }
    }

    /** What value the client's n-th write leaves. */
    static int valueAfter(int writes) {
        return writes == 2 ? DELETED : writes;
    }

    /** Who gave the range in the transfer that something was sent for. */
    static boolean isSource(int number, Sent sent, State state) {
        int transfer = sent.transfer();
        // The owner of the first transfer is the first shard; of the second, whoever owned it when the first had ended.
        int source = transfer == 1 ? 0 : state.owner();
        if (transfer == 2 && state.isOver() && lastCommitted(state)) {
            source = 1 - source;
        }
        return number == source;
    }

    static boolean lastCommitted(State state) {
        return state.known().contains(new Sent.Settle(TRANSFERS, true, true));
    }

    static Shard taken(Shard shard, Sent.Records sent) {
        ImportRecords.Builder records = ImportRecords.newBuilder()
                .setTransfer(sent.transfer())
                .setAttempt(sent.attempt())
                .setSequence(sent.sequence());
        if (sent.end()) {
            records.setEnd(ImportEnd.newBuilder().setLastVersion(sent.version()));
        }
        TransferSteps.Outcome outcome = shard.steps().importRecords(records.build());
        return outcome.refusal().isEmpty()
                ? new Shard(
                        outcome.after(),
                        sent.value(),
                        sent.version(),
                        sent.end() ? Math.max(shard.lastVersion(), sent.version()) : shard.lastVersion())
                : shard;
    }

    static int attempts(State state) {
        return (int) state.known().stream()
                .filter(sent -> sent instanceof Sent.Begin begin && begin.transfer() == state.transfer())
                .count();
    }
}
