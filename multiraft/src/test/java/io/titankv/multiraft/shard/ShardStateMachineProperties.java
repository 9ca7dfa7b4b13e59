package io.titankv.multiraft.shard;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.titankv.engine.StoredRecord;
import io.titankv.model.Epoch;
import io.titankv.model.Key;
import io.titankv.multiraft.shard.ShardWrite.Action;
import io.titankv.multiraft.shard.ShardWrite.Condition;
import io.titankv.multiraft.shard.ShardWrite.RequestId;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.ShrinkingMode;
import org.jspecify.annotations.Nullable;

class ShardStateMachineProperties {
    private static final int ENTRIES = 40;
    private static final int KEYS = 5;
    private static final int CLIENTS = 3;

    /** Everything that one run does comes from its seed, which jqwik prints. */
    private static final class Run {
        final Random random;
        final ShardFixture shard = ShardFixture.owningAll();
        final ShardModel model = new ShardModel();
        final List<List<ShardWrite>> sent = new ArrayList<>();
        final long[] sequences = new long[CLIENTS];

        Run(long seed) {
            random = new Random(seed);
        }

        void entry() {
            shard.nowMillis += random.nextInt(-2000, 2000);
            List<List<ShardWrite>> groups = new ArrayList<>();
            int count = random.nextInt(1, 6);
            for (int i = 0; i < count; i++) {
                groups.add(!sent.isEmpty() && random.nextInt(4) == 0 ? again() : fresh());
            }
            List<WriteOutcome> outcomes = shard.writeEntry(groups);
            int from = 0;
            for (List<ShardWrite> group : groups) {
                model.check(group, outcomes.subList(from, from + group.size()));
                from += group.size();
            }
        }

        /** A group whose every write has an id, delivered once more. */
        private List<ShardWrite> again() {
            return sent.get(random.nextInt(sent.size()));
        }

        private List<ShardWrite> fresh() {
            boolean named = random.nextBoolean();
            int client = random.nextInt(CLIENTS);
            List<ShardWrite> group = new ArrayList<>();
            int size = random.nextInt(3) == 0 ? random.nextInt(2, 4) : 1;
            for (int i = 0; i < size; i++) {
                RequestId id = named ? new RequestId(1, client, ++sequences[client], 0) : null;
                group.add(write(id));
            }
            if (named) {
                sent.add(group);
            }
            return group;
        }

        private ShardWrite write(@Nullable RequestId id) {
            Key key = Key.of("k" + random.nextInt(KEYS));
            Action action = random.nextInt(3) == 0
                    ? new Action.Delete()
                    : new Action.Put(ByteString.copyFromUtf8("v" + random.nextInt(1000)));
            ShardModel.Value value = model.values.get(key);
            Condition condition = switch (random.nextInt(5)) {
                case 0 -> new Condition.Absent();
                case 1 -> new Condition.Present();
                case 2 -> new Condition.VersionIs(value == null ? 0 : value.version());
                case 3 -> new Condition.VersionIs(random.nextInt(3));
                default -> new Condition.Always();
            };
            return new ShardWrite(key, action, condition, id, new Epoch(1));
        }

        void assertStoreIsAsModelled() {
            for (int i = 0; i < KEYS; i++) {
                Key key = Key.of("k" + i);
                ShardModel.Value expected = model.values.get(key);
                var found = shard.store().getOrNull(key.token().bits(), key.toStored());
                if (expected == null) {
                    assertThat(found).isNull();
                } else {
                    StoredRecord record = Invariants.present(found, "a written key has a record");
                    assertThat(record.version()).isEqualTo(expected.version());
                    assertThat(ByteString.copyFrom(record.valueArray()).toStringUtf8())
                            .isEqualTo(expected.text());
                }
            }
        }
    }

    @Property(tries = 200, shrinking = ShrinkingMode.OFF)
    void doesWhatTheModelSays(@ForAll long seed) {
        Run run = new Run(seed);
        for (int i = 0; i < ENTRIES; i++) {
            run.entry();
            run.assertStoreIsAsModelled();
        }
    }

    /** The fixture checks that whatever is applied again gives the results that it gave first. */
    @Property(tries = 200, shrinking = ShrinkingMode.OFF)
    void aCrashAtAnyBatchChangesNothing(@ForAll long seed) {
        Run run = new Run(seed);
        for (int i = 0; i < ENTRIES; i++) {
            run.entry();
            if (run.random.nextInt(5) == 0) {
                String before = run.shard.store().contents();
                run.shard.crashKeeping(run.random.nextInt(run.shard.disk.batches.size() + 1));
                assertThat(run.shard.store().contents()).isEqualTo(before);
                run.assertStoreIsAsModelled();
            }
        }
    }

    /** Replicas that restarted and replicas that did not hold the same bytes and give the same results. */
    @Property(tries = 100, shrinking = ShrinkingMode.OFF)
    void replicasAgree(@ForAll long seed) {
        Run run = new Run(seed);
        ShardFixture other = new ShardFixture();
        for (int i = 0; i < ENTRIES; i++) {
            run.entry();
        }
        for (ShardFixture.Logged logged : run.shard.log) {
            assertThat(other.give(logged.entry())).isEqualTo(logged.result());
            if (run.random.nextInt(6) == 0) {
                other.crashKeeping(run.random.nextInt(other.disk.batches.size() + 1));
            }
        }
        assertThat(other.store().contents()).isEqualTo(run.shard.store().contents());
    }
}
