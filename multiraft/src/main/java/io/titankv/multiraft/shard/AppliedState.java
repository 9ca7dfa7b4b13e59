package io.titankv.multiraft.shard;

import com.google.common.primitives.Longs;
import com.google.protobuf.ByteString;
import io.titankv.model.Epoch;
import io.titankv.model.LogPosition;
import io.titankv.model.TokenRange;
import io.titankv.model.Version;
import io.titankv.proto.durable.v1.AssignRanges;
import io.titankv.proto.durable.v1.AssignResult;
import io.titankv.proto.durable.v1.ImportRecords;
import io.titankv.proto.durable.v1.ImportedRecord;
import io.titankv.proto.durable.v1.ShardCommand;
import io.titankv.proto.durable.v1.ShardResult;
import io.titankv.proto.durable.v1.TransferResult;
import io.titankv.proto.durable.v1.WriteEntry;
import io.titankv.proto.durable.v1.WriteResult;
import io.titankv.proto.durable.v1.WriteResults;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What entries make of a shard, beside the records in its store: what it owns, the range transfer that it takes part in, the last version
 * it gave, and what it answered to clients that number their writes. A function of the log alone. Every entry becomes one batch.
 *
 * <p>Confined to the one who applies, but for {@link #ownership} and {@link #transferPart}, which anyone reads.
 */
final class AppliedState {
    /** The name under which metadata holds the last version that the shard gave: 8 bytes big-endian. */
    static final String CLOCK_META_NAME = "clock";

    private final ExportFeed exports;
    /** Told when the shard began a transfer, froze, has all, or settled it. */
    private final Runnable transferNews;

    /** Always written before the store loses what the shard no longer owns. */
    private volatile Ownership ownership = Ownership.NOTHING;

    private volatile TransferPart part = TransferPart.NONE;

    /** Loaded with the store. */
    private @Nullable Sessions sessions;

    /** 0 before the first. */
    private long lastVersion;

    AppliedState(ExportFeed exports, Runnable transferNews) {
        this.exports = exports;
        this.transferNews = transferNews;
    }

    /** Begins with what a store holds. */
    void load(ShardStore store) {
        byte[] owned = store.metaOrNull(Ownership.META_NAME);
        ownership = owned == null ? Ownership.NOTHING : Ownership.fromStored(owned);
        byte[] transfer = store.metaOrNull(TransferPart.META_NAME);
        part = transfer == null ? TransferPart.NONE : TransferPart.fromStored(transfer);
        byte[] clock = store.metaOrNull(CLOCK_META_NAME);
        lastVersion = clock == null ? 0 : Longs.fromByteArray(clock);
        sessions = Sessions.load(store);
    }

    Ownership ownership() {
        return ownership;
    }

    void replaceOwnership(Ownership replaced) {
        ownership = replaced;
    }

    TransferPart transferPart() {
        return part;
    }

    /** 0 before the first. */
    long lastVersion() {
        return lastVersion;
    }

    /** The change that an entry without any other makes: a batch holds at least one. */
    ShardBatch.Change clock() {
        return new ShardBatch.Change.PutMeta(CLOCK_META_NAME, ByteString.copyFrom(Longs.toByteArray(lastVersion)));
    }

    ShardResult apply(ShardStore store, LogPosition position, ShardCommand command) {
        return switch (command.getKindCase()) {
            case WRITE -> write(store, position, command.getWrite());
            case ASSIGN_RANGES -> assign(store, position, command.getAssignRanges());
            case IMPORT_RECORDS -> importRecords(store, position, command.getImportRecords());
            case BEGIN_IMPORT -> step(store, position, steps().beginImport(command.getBeginImport()));
            case FINISH_IMPORT ->
                step(
                        store,
                        position,
                        steps().finishImport(
                                        command.getFinishImport().getTransfer(),
                                        new Epoch(command.getFinishImport().getEpoch())));
            case ABORT_IMPORT ->
                step(
                        store,
                        position,
                        steps().abortImport(command.getAbortImport().getTransfer()));
            case FREEZE_RANGES -> step(store, position, steps().freeze(command.getFreezeRanges()));
            case UNFREEZE_RANGES ->
                step(
                        store,
                        position,
                        steps().unfreeze(command.getUnfreezeRanges().getTransfer()));
            case FORGET_RANGES ->
                step(
                        store,
                        position,
                        steps().forget(
                                        command.getForgetRanges().getTransfer(),
                                        new Epoch(command.getForgetRanges().getEpoch())));
            case KIND_NOT_SET -> throw new ShardFaultException("log entry of an unknown kind", null);
        };
    }

    private ShardResult write(ShardStore store, LogPosition position, WriteEntry entry) {
        Sessions remembered = sessions();
        long base = Math.max(entry.getStamp(), lastVersion + 1);
        remembered.beginEntry(new Version(base).epochMillis());
        WriteJudge judge = new WriteJudge(entry.getOperationsList(), base, store, ownership, remembered);
        List<WriteResult> results = judge.judge();
        lastVersion = base + Math.max(1, results.size()) - 1;
        List<ShardBatch.Change> changes = new ArrayList<>(judge.changes());
        changes.add(clock());
        remembered.endEntry(changes);
        commit(store, position, changes);
        return ShardResult.newBuilder()
                .setWrite(WriteResults.newBuilder().addAllResults(results))
                .build();
    }

    private ShardResult assign(ShardStore store, LogPosition position, AssignRanges command) {
        List<TokenRange> ranges = ShardCommands.ranges(command.getRangesList());
        List<ShardBatch.Change> changes = new ArrayList<>();
        changes.add(clock());
        boolean stands;
        if (TokenRanges.areDisjoint(ranges)) {
            Ownership asked = new Ownership(new Epoch(command.getEpoch()), ranges);
            if (ownership.epoch().equals(Epoch.NONE) && !asked.epoch().equals(Epoch.NONE)) {
                changes.add(new ShardBatch.Change.PutMeta(Ownership.META_NAME, asked.toStored()));
                ownership = asked;
            }
            stands = ownership.equals(asked);
        } else {
            stands = false;
        }
        commit(store, position, changes);
        return ShardResult.newBuilder()
                .setAssignRanges(AssignResult.newBuilder().setStands(stands))
                .build();
    }

    private ShardResult step(ShardStore store, LogPosition position, TransferSteps.Outcome outcome) {
        List<ShardBatch.Change> changes = new ArrayList<>();
        changes.add(clock());
        boolean isNews = become(outcome, changes);
        commit(store, position, changes);
        if (isNews) {
            transferNews.run();
        }
        return result(outcome);
    }

    private ShardResult importRecords(ShardStore store, LogPosition position, ImportRecords command) {
        TransferSteps.Outcome outcome = steps().importRecords(command);
        List<ShardBatch.Change> changes = new ArrayList<>();
        if (outcome.refusal().isEmpty()) {
            addRecords(store, command.getRecordsList(), changes);
            Sessions remembered = sessions();
            command.getClientsList().forEach(remembered::merge);
            remembered.endEntry(changes);
            lastVersion = Math.max(lastVersion, command.getEnd().getLastVersion());
        }
        changes.add(clock());
        boolean isTaken = become(outcome, changes);
        commit(store, position, changes);
        if (isTaken && command.hasEnd()) {
            transferNews.run();
        }
        return result(outcome);
    }

    private static void addRecords(ShardStore store, List<ImportedRecord> records, List<ShardBatch.Change> changes) {
        // What the records before it in the same entry left of a key.
        Map<ByteString, Boolean> present = new HashMap<>();
        for (ImportedRecord record : records) {
            long token = record.getToken();
            switch (record.getActionCase()) {
                case PUT -> {
                    changes.add(
                            new ShardBatch.Change.Put(token, record.getKey(), record.getPut(), record.getVersion()));
                    present.put(record.getKey(), true);
                }
                case DELETE -> {
                    Boolean here = present.put(record.getKey(), false);
                    if (here == null ? store.versionOf(token, record.getKey()) != 0 : here) {
                        changes.add(new ShardBatch.Change.Delete(token, record.getKey(), record.getVersion()));
                    }
                }
                case ACTION_NOT_SET -> throw new ShardFaultException("imported record of an unknown kind", null);
            }
        }
    }

    /** What the step changed, before the store is told to forget anything; false: nothing. */
    private boolean become(TransferSteps.Outcome outcome, List<ShardBatch.Change> changes) {
        TransferSteps after = outcome.after();
        if (after.equals(steps())) {
            return false;
        }
        if (!after.part().equals(part)) {
            part = after.part();
            changes.add(new ShardBatch.Change.PutMeta(TransferPart.META_NAME, part.toStored()));
        }
        if (!after.ownership().equals(ownership)) {
            ownership = after.ownership();
            changes.add(new ShardBatch.Change.PutMeta(Ownership.META_NAME, ownership.toStored()));
        }
        outcome.dropped().forEach(range -> changes.add(new ShardBatch.Change.DropRange(range, lastVersion)));
        return true;
    }

    private void commit(ShardStore store, LogPosition position, List<ShardBatch.Change> changes) {
        store.apply(new ShardBatch(position, changes));
        exports.applied(changes, part, lastVersion);
    }

    private static ShardResult result(TransferSteps.Outcome outcome) {
        return ShardResult.newBuilder()
                .setTransfer(TransferResult.newBuilder().setRefusal(outcome.refusal()))
                .build();
    }

    private TransferSteps steps() {
        return new TransferSteps(ownership, part);
    }

    private Sessions sessions() {
        return Invariants.present(sessions, "sessions are loaded with the store");
    }
}
