package io.titankv.multiraft.shard;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.titankv.engine.StoredRecord;
import io.titankv.model.Epoch;
import io.titankv.model.Key;
import io.titankv.model.TokenRange;
import io.titankv.multiraft.shard.ShardWrite.Action;
import io.titankv.multiraft.shard.ShardWrite.Condition;
import io.titankv.multiraft.shard.ShardWrite.RequestId;
import io.titankv.multiraft.transfer.Export;
import io.titankv.multiraft.transfer.ExportLostException;
import io.titankv.proto.durable.v1.AbortImport;
import io.titankv.proto.durable.v1.BeginImport;
import io.titankv.proto.durable.v1.FinishImport;
import io.titankv.proto.durable.v1.ForgetRanges;
import io.titankv.proto.durable.v1.FreezeRanges;
import io.titankv.proto.durable.v1.ImportRecords;
import io.titankv.proto.durable.v1.ShardCommand;
import io.titankv.proto.durable.v1.UnfreezeRanges;
import io.titankv.proto.internal.v1.ReadExportResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.ShrinkingMode;
import org.jspecify.annotations.Nullable;

/**
 * Ranges go from one shard to the other and back while clients write to either, in every order: parts are lost and come twice, commands
 * come late, both shards crash and apply again, transfers are given up. Whatever happens, each token is served by one shard at most, and
 * that one does what a single shard that owned it all along would do.
 */
class RangeTransferProperties {
    private static final TokenRange MOVING = new TokenRange(0, Long.MIN_VALUE);
    private static final List<Key> MOVING_KEYS = keys(true);
    private static final List<Key> STAYING_KEYS = keys(false);
    private static final int CLIENTS = 3;
    private static final int STEPS = 150;

    private static List<Key> keys(boolean moving) {
        List<Key> keys = new ArrayList<>();
        for (int i = 0; keys.size() < 5; i++) {
            Key key = Key.of("k" + i);
            if (MOVING.contains(key.token()) == moving) {
                keys.add(key);
            }
        }
        return keys;
    }

    private enum Phase {
        PREPARING,
        FREEZING,
        COMMITTED,
        ABORTED
    }

    /** Two shards, and what placement decided; all that happens comes from the seed, which jqwik prints. */
    private static final class Run {
        final Random random;
        final ShardFixture[] shards = {ShardFixture.owningAll(), new ShardFixture()};
        final ShardModel model = new ShardModel();
        final List<List<ShardWrite>> sent = new ArrayList<>();
        final long[] sequences = new long[CLIENTS];
        final List<List<ShardCommand>> given = List.of(new ArrayList<>(), new ArrayList<>());

        /** Who owns the moving range by placement's word. */
        int owner;

        long transfer = 1;
        long epoch = 1;
        Phase phase = Phase.PREPARING;
        long attempt;
        long sequence;

        @Nullable
        Export export;

        int committed;
        int aborted;
        int crashes;
        int attempts;

        Run(long seed) {
            random = new Random(seed);
            shards[1].assign(new Epoch(1), List.of());
        }

        int to() {
            return 1 - owner;
        }

        void step() throws Exception {
            int die = random.nextInt(100);
            if (die < 45) {
                write();
            } else if (die < 75) {
                goOn();
            } else if (die < 85) {
                decide();
            } else if (die < 93) {
                giveLate();
            } else {
                crash(random.nextInt(2));
            }
            assertServedByOneAtMost();
        }

        private void write() {
            if (random.nextInt(4) == 0) {
                Key staying = STAYING_KEYS.get(random.nextInt(STAYING_KEYS.size()));
                WriteOutcome outcome = shards[0].write(new ShardWrite(
                        staying,
                        new Action.Put(ByteString.copyFromUtf8("x")),
                        new Condition.Always(),
                        null,
                        new Epoch(1)));
                assertThat(outcome).isInstanceOf(WriteOutcome.Written.class);
                return;
            }
            List<ShardWrite> group =
                    !sent.isEmpty() && random.nextInt(3) == 0 ? sent.get(random.nextInt(sent.size())) : fresh();
            ShardFixture asked = shards[random.nextInt(2)];
            asked.nowMillis += random.nextInt(-2000, 2000);
            List<WriteOutcome> outcomes = asked.writeEntry(List.of(group));
            boolean isRefused = outcomes.stream()
                    .anyMatch(outcome ->
                            outcome instanceof WriteOutcome.StaleRoute || outcome instanceof WriteOutcome.InTransition);
            if (!isRefused) {
                model.check(group, outcomes);
            }
        }

        private List<ShardWrite> fresh() {
            boolean named = random.nextBoolean();
            int client = random.nextInt(CLIENTS);
            List<ShardWrite> group = new ArrayList<>();
            int size = random.nextInt(3) == 0 ? 2 : 1;
            for (int i = 0; i < size; i++) {
                RequestId id = named ? new RequestId(1, client, ++sequences[client], 0) : null;
                Key key = MOVING_KEYS.get(random.nextInt(MOVING_KEYS.size()));
                Action action = random.nextInt(3) == 0
                        ? new Action.Delete()
                        : new Action.Put(ByteString.copyFromUtf8("v" + random.nextInt(1000)));
                ShardModel.Value value = model.values.get(key);
                Condition condition = switch (random.nextInt(4)) {
                    case 0 -> new Condition.Absent();
                    case 1 -> new Condition.VersionIs(value == null ? 0 : value.version());
                    default -> new Condition.Always();
                };
                group.add(new ShardWrite(key, action, condition, id, new Epoch(1)));
            }
            if (named) {
                sent.add(group);
            }
            return group;
        }

        /** What the phase asks for. */
        private void goOn() throws Exception {
            switch (phase) {
                case PREPARING, FREEZING -> {
                    if (phase == Phase.FREEZING) {
                        var _ = give(owner, freeze());
                    }
                    copy();
                }
                case COMMITTED -> {
                    if (random.nextInt(3) == 0) {
                        copy(); // by one who has not heard of the decision
                    }
                    if (random.nextBoolean()) {
                        assertThat(give(to(), finish())).isEmpty();
                    }
                    if (random.nextBoolean()) {
                        assertThat(give(owner, forget())).isEmpty();
                    }
                    maybeEnd();
                }
                case ABORTED -> {
                    if (random.nextInt(3) == 0) {
                        copy();
                    }
                    if (random.nextBoolean()) {
                        assertThat(give(to(), abort())).isEmpty();
                    }
                    if (random.nextBoolean()) {
                        assertThat(give(owner, unfreeze())).isEmpty();
                    }
                    maybeEnd();
                }
            }
        }

        private void copy() throws Exception {
            Export reading = export;
            if (reading == null) {
                try {
                    export = shards[owner].machine.openExport(transfer, List.of(MOVING));
                } catch (ExportLostException e) {
                    return;
                }
                attempt++;
                attempts++;
                sequence = 0;
                var _ = give(
                        to(),
                        ShardCommand.newBuilder()
                                .setBeginImport(BeginImport.newBuilder()
                                        .setTransfer(transfer)
                                        .addAllRanges(ShardCommands.owned(List.of(MOVING)))
                                        .setAttempt(attempt)));
                return;
            }
            ReadExportResponse part;
            try {
                part = reading.read(random.nextInt(1, 150), Duration.ZERO);
            } catch (ExportLostException e) {
                export = null;
                return;
            }
            ImportRecords.Builder records = ImportRecords.newBuilder()
                    .setTransfer(transfer)
                    .setAttempt(attempt)
                    .setSequence(sequence++)
                    .addAllRecords(part.getRecordsList())
                    .addAllClients(part.getClientsList());
            if (part.hasEnd()) {
                records.setEnd(part.getEnd());
            }
            if (random.nextInt(20) == 0) {
                export = null; // the part is lost, and with it the attempt
                return;
            }
            var _ = give(to(), ShardCommand.newBuilder().setImportRecords(records));
        }

        /** What placement may decide. */
        private void decide() {
            switch (phase) {
                case PREPARING -> {
                    if (random.nextInt(6) == 0) {
                        phase = Phase.ABORTED;
                    } else if (attempt > 0) {
                        phase = Phase.FREEZING;
                    }
                }
                case FREEZING -> {
                    TransferState told = TransferState.of(shards[to()].machine.transferPart());
                    if (told.transfer() == transfer && told.complete()) {
                        phase = Phase.COMMITTED;
                        epoch++;
                    } else if (random.nextInt(8) == 0) {
                        phase = Phase.ABORTED;
                    }
                }
                case COMMITTED, ABORTED -> {}
            }
        }

        private void maybeEnd() {
            boolean isSettled = Arrays.stream(shards)
                    .allMatch(shard -> shard.machine.transferPart().isSettled(transfer));
            if (!isSettled) {
                return;
            }
            if (phase == Phase.COMMITTED) {
                owner = to();
                committed++;
            } else {
                aborted++;
            }
            transfer++;
            phase = Phase.PREPARING;
            export = null;
            attempt = 0;
        }

        /** A command of any transfer comes once more. */
        private void giveLate() {
            int shard = random.nextInt(2);
            List<ShardCommand> before = given.get(shard);
            if (!before.isEmpty()) {
                shards[shard].give(before.get(random.nextInt(before.size())).toByteString());
            }
        }

        private void crash(int shard) {
            crashes++;
            if (shard == owner) {
                export = null;
            }
            shards[shard].crashKeeping(random.nextInt(shards[shard].disk.batches.size() + 1));
        }

        /** Gives a command; returns its refusal. */
        private String give(int shard, ShardCommand.Builder command) {
            ShardCommand built = command.build();
            given.get(shard).add(built);
            return ShardFixture.parse(shards[shard].give(built.toByteString()))
                    .getTransfer()
                    .getRefusal();
        }

        private ShardCommand.Builder freeze() {
            return ShardCommand.newBuilder()
                    .setFreezeRanges(FreezeRanges.newBuilder()
                            .setTransfer(transfer)
                            .addAllRanges(ShardCommands.owned(List.of(MOVING))));
        }

        private ShardCommand.Builder finish() {
            return ShardCommand.newBuilder()
                    .setFinishImport(
                            FinishImport.newBuilder().setTransfer(transfer).setEpoch(epoch));
        }

        private ShardCommand.Builder forget() {
            return ShardCommand.newBuilder()
                    .setForgetRanges(
                            ForgetRanges.newBuilder().setTransfer(transfer).setEpoch(epoch));
        }

        private ShardCommand.Builder abort() {
            return ShardCommand.newBuilder()
                    .setAbortImport(AbortImport.newBuilder().setTransfer(transfer));
        }

        private ShardCommand.Builder unfreeze() {
            return ShardCommand.newBuilder()
                    .setUnfreezeRanges(UnfreezeRanges.newBuilder().setTransfer(transfer));
        }

        private void assertServedByOneAtMost() {
            long served = Arrays.stream(shards)
                    .filter(shard -> shard.machine.ownership().owns(MOVING))
                    .count();
            assertThat(served).isLessThanOrEqualTo(1);
        }

        /** No transfer is left open, and the shard that owns the range has just what was written. */
        void settle() throws Exception {
            if (phase == Phase.PREPARING) {
                phase = Phase.FREEZING;
            }
            for (int i = 0; i < 10_000 && (phase == Phase.FREEZING || transferIsOpen()); i++) {
                if (phase == Phase.FREEZING) {
                    decide();
                }
                goOn();
            }
            ShardFixture here = shards[owner];
            assertThat(here.machine.ownership().owns(MOVING)).isTrue();
            assertThat(shards[to()].store().count(MOVING.startInclusive(), MOVING.endExclusive()))
                    .isZero();
            for (Key key : MOVING_KEYS) {
                ShardModel.Value expected = model.values.get(key);
                StoredRecord found = here.store().getOrNull(key.token().bits(), key.toStored());
                assertThat(
                                found == null
                                        ? null
                                        : ByteString.copyFrom(found.valueArray())
                                                .toStringUtf8())
                        .isEqualTo(expected == null ? null : expected.text());
                assertThat(found == null ? 0 : found.version()).isEqualTo(expected == null ? 0 : expected.version());
            }
        }

        private boolean transferIsOpen() {
            return phase != Phase.PREPARING;
        }
    }

    @Property(tries = 400, shrinking = ShrinkingMode.OFF)
    void ranges_go_from_shard_to_shard_as_if_they_had_stayed(@ForAll long seed) throws Exception {
        Run run = new Run(seed);
        for (int i = 0; i < STEPS; i++) {
            run.step();
        }
        run.settle();
        // Requests that were answered before a transfer are known behind it.
        for (int i = 0; i < 20; i++) {
            run.write();
        }
    }

    /** So that the property above is known to meet what it is about. */
    @Property(tries = 1)
    void the_runs_see_every_end_of_a_transfer() throws Exception {
        int committed = 0;
        int aborted = 0;
        int attempts = 0;
        int crashes = 0;
        for (long seed = 0; seed < 60; seed++) {
            Run run = new Run(seed);
            for (int i = 0; i < STEPS; i++) {
                run.step();
            }
            run.settle();
            committed += run.committed;
            aborted += run.aborted;
            attempts += run.attempts;
            crashes += run.crashes;
        }
        assertThat(committed).isGreaterThan(60);
        assertThat(aborted).isGreaterThan(20);
        assertThat(attempts).isGreaterThan(committed + aborted);
        assertThat(crashes).isGreaterThan(200);
    }
}
