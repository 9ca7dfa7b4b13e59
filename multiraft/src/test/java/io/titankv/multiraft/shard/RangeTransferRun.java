package io.titankv.multiraft.shard;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.titankv.model.Epoch;
import io.titankv.model.Key;
import io.titankv.model.TokenRange;
import io.titankv.multiraft.shard.ShardWrite.Action;
import io.titankv.multiraft.shard.ShardWrite.Condition;
import io.titankv.multiraft.shard.ShardWrite.RequestId;
import io.titankv.multiraft.transfer.Export;
import io.titankv.multiraft.transfer.ExportLostException;
import io.titankv.proto.durable.v1.ShardCommand;
import io.titankv.proto.internal.v1.ReadExportResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/**
 * Two shards between which a range goes to and fro, what placement decided, and a client that asks either of them. All that happens comes
 * from the seed, which jqwik prints.
 */
final class RangeTransferRun {
    static final TokenRange MOVING = new TokenRange(0, Long.MIN_VALUE);
    static final List<Key> MOVING_KEYS = keys(true);
    private static final List<Key> STAYING_KEYS = keys(false);
    private static final int CLIENTS = 3;

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

    enum Phase {
        PREPARING,
        FREEZING,
        COMMITTED,
        ABORTED
    }

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

    RangeTransferRun(long seed) {
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

    void write() {
        if (random.nextInt(4) == 0) {
            Key staying = STAYING_KEYS.get(random.nextInt(STAYING_KEYS.size()));
            WriteOutcome outcome = shards[0].write(new ShardWrite(
                    staying, new Action.Put(ByteString.copyFromUtf8("x")), new Condition.Always(), null, new Epoch(1)));
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
                    var _ = give(owner, TestTransfers.freeze(transfer, MOVING));
                }
                copy();
            }
            case COMMITTED -> {
                if (random.nextInt(3) == 0) {
                    copy(); // by one who has not heard of the decision
                }
                if (random.nextBoolean()) {
                    assertThat(give(to(), TestTransfers.finish(transfer, epoch)))
                            .isEmpty();
                }
                if (random.nextBoolean()) {
                    assertThat(give(owner, TestTransfers.forget(transfer, epoch)))
                            .isEmpty();
                }
                maybeEnd();
            }
            case ABORTED -> {
                if (random.nextInt(3) == 0) {
                    copy();
                }
                if (random.nextBoolean()) {
                    assertThat(give(to(), TestTransfers.abort(transfer))).isEmpty();
                }
                if (random.nextBoolean()) {
                    assertThat(give(owner, TestTransfers.unfreeze(transfer))).isEmpty();
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
            var _ = give(to(), TestTransfers.begin(transfer, MOVING, attempt));
            return;
        }
        ReadExportResponse part;
        try {
            part = reading.read(random.nextInt(1, 150), Duration.ZERO);
        } catch (ExportLostException e) {
            export = null;
            return;
        }
        ShardCommand.Builder records = TestTransfers.records(transfer, attempt, sequence++, part);
        if (random.nextInt(20) == 0) {
            export = null; // the part is lost, and with it the attempt
            return;
        }
        var _ = give(to(), records);
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

    private void assertServedByOneAtMost() {
        long served = Arrays.stream(shards)
                .filter(shard -> shard.machine.ownership().owns(MOVING))
                .count();
        assertThat(served).isLessThanOrEqualTo(1);
    }

    /** No transfer is left open. */
    void settle() throws Exception {
        if (phase == Phase.PREPARING) {
            phase = Phase.FREEZING;
        }
        for (int i = 0; i < 10_000 && phase != Phase.PREPARING; i++) {
            if (phase == Phase.FREEZING) {
                decide();
            }
            goOn();
        }
    }
}
