package io.titankv.multiraft.shard;

import static io.titankv.multiraft.shard.TestWrites.ABSENT;
import static io.titankv.multiraft.shard.TestWrites.ALWAYS;
import static io.titankv.multiraft.shard.TestWrites.PRESENT;
import static io.titankv.multiraft.shard.TestWrites.delete;
import static io.titankv.multiraft.shard.TestWrites.id;
import static io.titankv.multiraft.shard.TestWrites.put;
import static io.titankv.multiraft.shard.TestWrites.versionIs;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnknownFieldSet;
import io.titankv.model.Epoch;
import io.titankv.model.Key;
import io.titankv.model.LogPosition;
import io.titankv.model.TokenRange;
import io.titankv.model.Version;
import io.titankv.multiraft.shard.WriteOutcome.Aborted;
import io.titankv.multiraft.shard.WriteOutcome.Busy;
import io.titankv.multiraft.shard.WriteOutcome.RequestIdExpired;
import io.titankv.multiraft.shard.WriteOutcome.StaleRoute;
import io.titankv.multiraft.shard.WriteOutcome.VersionMismatch;
import io.titankv.multiraft.shard.WriteOutcome.Written;
import io.titankv.proto.durable.v1.ShardCommand;
import io.titankv.proto.durable.v1.WriteEntry;
import io.titankv.proto.durable.v1.WriteOperation;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

class ShardStateMachineTest {
    private final ShardFixture shard = ShardFixture.owningAll();

    private @Nullable String value(String key) {
        Key name = Key.of(key);
        var record = shard.store().getOrNull(name.token().bits(), name.toStored());
        return record == null ? null : ByteString.copyFrom(record.valueArray()).toStringUtf8();
    }

    private static Written written(WriteOutcome outcome) {
        assertThat(outcome).isInstanceOf(Written.class);
        return (Written) outcome;
    }

    @Nested
    class Conditions {
        @Test
        void areJudgedByVersion() {
            Written first = written(shard.write(put("a", "1", ABSENT)));
            assertThat(first.existed()).isFalse();
            assertThat(shard.write(put("a", "2", ABSENT))).isEqualTo(new VersionMismatch(first.version()));
            assertThat(shard.write(put("a", "2", versionIs(first.version() + 1))))
                    .isEqualTo(new VersionMismatch(first.version()));
            Written second = written(shard.write(put("a", "2", versionIs(first.version()))));
            assertThat(second.existed()).isTrue();
            assertThat(second.version()).isGreaterThan(first.version());
            assertThat(value("a")).isEqualTo("2");
        }

        @Test
        void versionZeroMeansAbsent() {
            written(shard.write(put("a", "1", versionIs(0))));
            assertThat(shard.write(put("a", "2", versionIs(0)))).isInstanceOf(VersionMismatch.class);
        }

        @Test
        void presentNeedsAValue() {
            assertThat(shard.write(put("a", "1", PRESENT))).isEqualTo(new VersionMismatch(0));
            written(shard.write(put("a", "1")));
            written(shard.write(put("a", "2", PRESENT)));
        }

        @Test
        void seeWhatEarlierWritesOfTheSameEntryDid() {
            List<WriteOutcome> outcomes = shard.writeEntry(List.of(
                    List.of(put("a", "1", ABSENT)),
                    List.of(put("a", "2", ABSENT)),
                    List.of(delete("a")),
                    List.of(put("a", "3", ABSENT))));
            long first = written(outcomes.get(0)).version();
            assertThat(outcomes.get(1)).isEqualTo(new VersionMismatch(first));
            assertThat(written(outcomes.get(2)).existed()).isTrue();
            assertThat(written(outcomes.get(3)).existed()).isFalse();
            assertThat(value("a")).isEqualTo("3");
        }

        @Test
        void deletingWhatIsNotThereIsDoneAndWritesNoRecord() {
            assertThat(written(shard.write(delete("a"))).existed()).isFalse();
            assertThat(shard.disk.batches.getLast().changes())
                    .noneMatch(change -> change instanceof ShardBatch.Change.Delete);
        }
    }

    @Nested
    class Versions {
        @Test
        void twoWritesOfOneKeyInOneEntryHaveDifferentOnes() {
            List<WriteOutcome> outcomes = shard.writeEntry(List.of(List.of(put("a", "1")), List.of(put("a", "2"))));
            assertThat(written(outcomes.get(1)).version())
                    .isEqualTo(written(outcomes.get(0)).version() + 1);
            assertThat(value("a")).isEqualTo("2");
        }

        @Test
        void followTheClockAndNeverGoBackWithIt() {
            Written first = written(shard.write(put("a", "1")));
            assertThat(new Version(first.version()).epochMillis()).isEqualTo(shard.nowMillis);
            shard.nowMillis -= 500_000;
            Written second = written(shard.write(put("a", "2")));
            assertThat(second.version()).isEqualTo(first.version() + 1);
        }

        @Test
        void doNotGoBackOverARestartWithAnEarlierClockEvenWhenTheNewestWriteLeftNoRecord() {
            shard.write(put("a", "1"));
            shard.nowMillis += 1000;
            Written last = written(shard.write(delete("absent")));
            shard.crashKeeping(shard.disk.batches.size());
            shard.nowMillis = 1;
            assertThat(written(shard.write(put("b", "1"))).version()).isEqualTo(last.version() + 1);
        }
    }

    @Nested
    class AtomicGroups {
        @Test
        void areDoneAllOrNone() {
            shard.write(put("b", "old"));
            List<WriteOutcome> refused = shard.atomically(put("a", "1"), put("b", "1", ABSENT), put("c", "1"));
            assertThat(refused.get(0)).isInstanceOf(Aborted.class);
            assertThat(refused.get(1)).isInstanceOf(VersionMismatch.class);
            assertThat(refused.get(2)).isInstanceOf(Aborted.class);
            assertThat(value("a")).isNull();
            assertThat(value("c")).isNull();
            assertThat(shard.atomically(put("a", "1"), put("b", "1", PRESENT)))
                    .allMatch(outcome -> outcome instanceof Written);
        }

        @Test
        void aRefusedGroupLeavesNoTraceForLaterWritesOfTheEntry() {
            List<WriteOutcome> outcomes = shard.writeEntry(
                    List.of(List.of(put("a", "1"), put("x", "1", PRESENT)), List.of(put("a", "2", ABSENT))));
            assertThat(outcomes.get(0)).isInstanceOf(Aborted.class);
            written(outcomes.get(2));
        }

        @Test
        void itsWritesSeeEachOther() {
            assertThat(shard.atomically(put("a", "1", ABSENT), put("a", "2", PRESENT)))
                    .allMatch(outcome -> outcome instanceof Written);
        }
    }

    @Nested
    class Fence {
        private final TokenRange low = new TokenRange(0, Long.MIN_VALUE);

        @Test
        void refusesWhatIsNotTheShards() {
            ShardFixture half = new ShardFixture();
            assertThat(half.write(put("a", "1"))).isEqualTo(new StaleRoute(Epoch.NONE));
            assertThat(half.assign(new Epoch(3), List.of(low))).isTrue();
            String in = keyWhere(true);
            String out = keyWhere(false);
            written(half.write(put(in, "1")));
            assertThat(half.write(put(out, "1"))).isEqualTo(new StaleRoute(new Epoch(3)));
            List<WriteOutcome> group = half.atomically(put(in, "2"), put(out, "1"));
            assertThat(group.get(0)).isInstanceOf(Aborted.class);
            assertThat(group.get(1)).isInstanceOf(StaleRoute.class);
        }

        @Test
        void whatWasRefusedThereMayBeDoneLaterUnderTheSameRequestId() {
            ShardFixture none = new ShardFixture();
            assertThat(none.write(put("a", "1", ALWAYS, id(1, 1, 0)))).isInstanceOf(StaleRoute.class);
            none.assign(new Epoch(1), List.of(TokenRange.WHOLE));
            written(none.write(put("a", "1", ALWAYS, id(1, 1, 0))));
        }

        @Test
        void rangesAreAssignedOnce() {
            ShardFixture none = new ShardFixture();
            assertThat(none.assign(new Epoch(2), List.of(low, new TokenRange(5, 6))))
                    .isFalse();
            assertThat(none.assign(new Epoch(2), List.of(low))).isTrue();
            assertThat(none.assign(new Epoch(2), List.of(low))).isTrue();
            assertThat(none.assign(new Epoch(3), List.of(TokenRange.WHOLE))).isFalse();
            none.crashKeeping(none.disk.batches.size());
            assertThat(none.machine.ownership()).isEqualTo(new Ownership(new Epoch(2), List.of(low)));
        }

        private String keyWhere(boolean inside) {
            for (int i = 0; ; i++) {
                if (low.contains(Key.of("k" + i).token()) == inside) {
                    return "k" + i;
                }
            }
        }
    }

    @Nested
    class RequestIds {
        @Test
        void aSecondDeliveryGetsTheFirstAnswer() {
            Written first = written(shard.write(put("a", "1", ABSENT, id(1, 5, 0))));
            Written again = written(shard.write(put("a", "1", ABSENT, id(1, 5, 0))));
            assertThat(again.version()).isEqualTo(first.version());
            assertThat(again.existed()).isFalse();
            WriteOutcome mismatch = shard.write(put("a", "2", ABSENT, id(1, 6, 0)));
            written(shard.write(delete("a")));
            assertThat(shard.write(put("a", "2", ABSENT, id(1, 6, 0)))).isEqualTo(mismatch);
            assertThat(value("a")).isNull();
        }

        @Test
        void alsoWithinOneEntryAndForGroups() {
            List<WriteOutcome> outcomes = shard.writeEntry(
                    List.of(List.of(put("a", "1", ABSENT, id(1, 1, 0))), List.of(put("a", "1", ABSENT, id(1, 1, 0)))));
            assertThat(outcomes.get(1)).isEqualTo(outcomes.get(0));
            ShardWrite[] group = {put("b", "1", ABSENT, id(1, 2, 0)), put("c", "1", ABSENT, id(1, 3, 0))};
            List<WriteOutcome> first = shard.atomically(group);
            List<WriteOutcome> second = shard.atomically(group);
            for (int i = 0; i < 2; i++) {
                assertThat(written(second.get(i)).version())
                        .isEqualTo(written(first.get(i)).version());
            }
        }

        @Test
        void areRememberedOverARestart() {
            Written first = written(shard.write(put("a", "1", ABSENT, id(1, 5, 0))));
            shard.crashKeeping(shard.disk.batches.size());
            assertThat(written(shard.write(put("a", "1", ABSENT, id(1, 5, 0)))).version())
                    .isEqualTo(first.version());
        }

        @Test
        void areForgottenWhenAnsweredAndThenRefused() {
            shard.write(put("a", "1", ALWAYS, id(1, 1, 0)));
            shard.write(put("a", "2", ALWAYS, id(1, 2, 2)));
            assertThat(shard.write(put("a", "1", ALWAYS, id(1, 1, 0)))).isInstanceOf(RequestIdExpired.class);
            assertThat(value("a")).isEqualTo("2");
            shard.crashKeeping(shard.disk.batches.size());
            assertThat(shard.write(put("a", "1", ALWAYS, id(1, 1, 0)))).isInstanceOf(RequestIdExpired.class);
        }

        @Test
        void atMostSoManyOfAClientAreRemembered() {
            for (int i = 1; i <= Sessions.OUTCOMES_MAX + 1; i++) {
                shard.write(put("a", "v" + i, ALWAYS, id(1, i, 0)));
            }
            assertThat(shard.write(put("a", "x", ALWAYS, id(1, 1, 0)))).isInstanceOf(RequestIdExpired.class);
            long before =
                    written(shard.write(put("a", "x", ALWAYS, id(1, 2, 0)))).version();
            assertThat(written(shard.write(put("b", "x"))).version()).isGreaterThan(before);
            assertThat(value("a")).isEqualTo("v" + (Sessions.OUTCOMES_MAX + 1));
            assertThat(shard.store().metaWithPrefix(Sessions.OUTCOMES_PREFIX))
                    .hasSize(1 + Sessions.OUTCOMES_MAX / (1 << Sessions.BLOCK_BITS));
        }

        @Test
        void idleClientsAreForgottenByTheTimeOfTheEntries() {
            shard.write(put("a", "1", ALWAYS, id(1, 1, 0)));
            shard.nowMillis += Sessions.IDLE_MILLIS - 1;
            shard.write(put("b", "1"));
            assertThat(shard.store().metaWithPrefix(Sessions.SESSION_PREFIX)).hasSize(1);
            shard.nowMillis += 1;
            shard.write(put("b", "2"));
            assertThat(shard.store().metaWithPrefix(Sessions.SESSION_PREFIX)).isEmpty();
            assertThat(shard.store().metaWithPrefix(Sessions.OUTCOMES_PREFIX)).isEmpty();
        }

        @Test
        void whenAllClientsAreActiveNewOnesWaitAndTheOldestIdleOneGoesFirst() {
            for (int i = 0; i < Sessions.CLIENTS_MAX; i++) {
                shard.write(put("a", "1", ALWAYS, id(i, 1, 0)));
            }
            WriteOutcome refused = shard.write(put("new", "1", ALWAYS, id(Sessions.CLIENTS_MAX, 1, 0)));
            assertThat(refused).isInstanceOf(Busy.class);
            assertThat(value("new")).isNull();
            shard.nowMillis += Sessions.PRESSED_IDLE_MILLIS;
            Written stays = written(shard.write(put("a", "2", ALWAYS, id(0, 2, 0))));
            written(shard.write(put("new", "1", ALWAYS, id(Sessions.CLIENTS_MAX, 1, 0))));
            assertThat(shard.store().metaWithPrefix(Sessions.SESSION_PREFIX)).hasSize(Sessions.CLIENTS_MAX);
            assertThat(written(shard.write(put("a", "2", ALWAYS, id(0, 2, 0)))).version())
                    .isEqualTo(stays.version());
        }
    }

    @Nested
    class TheLog {
        @Test
        void anEntryThatWasAppliedIsNeverJudgedAgain() {
            shard.write(put("a", "1"));
            int batches = shard.disk.batches.size();
            ShardFixture.Logged last = shard.log.getLast();
            assertThat(ShardFixture.parse(shard.machine.apply(last.position(), last.entry()))
                            .hasAlreadyApplied())
                    .isTrue();
            assertThat(shard.disk.batches).hasSize(batches);
        }

        @Test
        void everyEntryBecomesOneBatchAtItsPositionAlsoWhenAllWasRefused() {
            shard.write(put("a", "1", PRESENT));
            assertThat(shard.disk.batches).hasSameSizeAs(shard.log);
            assertThat(shard.disk.batches.getLast().position())
                    .isEqualTo(shard.log.getLast().position());
        }

        @Test
        void anUnknownKindStopsTheReplica() {
            ByteString later = ShardCommand.newBuilder()
                    .setUnknownFields(UnknownFieldSet.newBuilder()
                            .addField(
                                    9,
                                    UnknownFieldSet.Field.newBuilder()
                                            .addVarint(1)
                                            .build())
                            .build())
                    .build()
                    .toByteString();
            assertStops(later);
        }

        @Test
        void anUnknownFieldOfAWriteStopsTheReplica() {
            WriteOperation later = WriteOperation.newBuilder(ShardCommands.operation(put("a", "1"), 0))
                    .setUnknownFields(UnknownFieldSet.newBuilder()
                            .addField(
                                    15,
                                    UnknownFieldSet.Field.newBuilder()
                                            .addVarint(1)
                                            .build())
                            .build())
                    .build();
            assertStops(ShardCommands.write(1, List.of(later)));
        }

        @Test
        void aWriteWithoutAnActionStopsTheReplica() {
            assertStops(ShardCommand.newBuilder()
                    .setWrite(WriteEntry.newBuilder().addOperations(WriteOperation.getDefaultInstance()))
                    .build()
                    .toByteString());
        }

        @Test
        void whatRaftSkippedIsNotedWithTheNextSnapshot() {
            shard.write(put("a", "1"));
            LogPosition skipped = new LogPosition(9, 40);
            shard.machine.skipped(skipped);
            assertThat(shard.machine.makeDurable()).isEqualTo(skipped);
            assertThat(shard.store().synced()).isEqualTo(skipped);
            int batches = shard.disk.batches.size();
            assertThat(shard.machine.makeDurable()).isEqualTo(skipped);
            assertThat(shard.disk.batches).hasSize(batches);
        }

        @Test
        void aDiskThatFailedStopsTheReplicaForGood() {
            shard.disk.storageFault = "fsync failed";
            assertThatThrownBy(() -> shard.machine.makeDurable()).hasMessageContaining("fsync failed");
            shard.disk.storageFault = null;
            assertThatThrownBy(() -> shard.write(put("a", "1"))).isInstanceOf(ShardFaultException.class);
        }

        private void assertStops(ByteString entry) {
            assertThatThrownBy(() -> shard.give(entry)).isInstanceOf(ShardFaultException.class);
            assertThatThrownBy(() -> shard.write(put("b", "1"))).isInstanceOf(ShardFaultException.class);
            assertThat(shard.machine.faultOrNull()).isNotNull();
        }
    }
}
