package io.titankv.multiraft.shard;

import static io.titankv.multiraft.shard.TestWrites.put;
import static org.assertj.core.api.Assertions.assertThat;

import io.titankv.engine.CorruptDataException;
import io.titankv.engine.StorageException;
import io.titankv.multiraft.host.DiskGuard;
import io.titankv.multiraft.shard.Maintenance.Tended;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

class MaintenanceTest {
    private static final long MIB = 1L << 20;
    private static final long ROUND = 10 * MIB;

    private final ShardFixture first = ShardFixture.owningAll();
    private final ShardFixture second = ShardFixture.owningAll();
    private final Tended firstTended = new Tended(first.machine, new ShardCounters());
    private final Tended secondTended = new Tended(second.machine, new ShardCounters());

    /** What was asked of the stores: shard and bytes. */
    private final List<String> merges = new ArrayList<>();

    private long free = 100;
    private boolean diskAnswers = true;
    private final DiskGuard disk = new DiskGuard(this::free, 100);
    private final Maintenance maintenance = new Maintenance(() -> List.of(firstTended, secondTended), disk, ROUND);

    private long free() throws IOException {
        if (!diskAnswers) {
            throw new IOException("the disk does not answer");
        }
        return free;
    }

    /** Each merge takes so many bytes of work, whatever it was given; below 0: just what it was given. */
    private void everyMergeTakes(ShardFixture shard, String name, long bytes) {
        shard.store().merging = budget -> {
            merges.add(name + " " + budget / MIB);
            return bytes < 0 ? budget : bytes;
        };
    }

    private List<String> mergesOfARound() {
        merges.clear();
        maintenance.round();
        return List.copyOf(merges);
    }

    @Nested
    class Syncing {
        @Test
        void isDoneWhereSomethingWasWritten() {
            first.write(put("a", "1"));
            maintenance.round();
            assertThat(first.store().synced()).isEqualTo(first.store().applied());
            assertThat(firstTended.counters().values().backgroundSyncs()).isEqualTo(1);
            second.write(put("b", "1"));
            maintenance.round();
            assertThat(second.store().synced()).isEqualTo(second.store().applied());
            assertThat(firstTended.counters().values().backgroundSyncs()).isEqualTo(1);
            assertThat(secondTended.counters().values().backgroundSyncs()).isEqualTo(2);
        }

        @Test
        void goesOnWhenFreeSpaceCannotBeRead() {
            diskAnswers = false;
            first.write(put("a", "1"));
            maintenance.round();
            assertThat(first.store().synced()).isEqualTo(first.store().applied());
        }
    }

    @Nested
    class Merging {
        @Test
        void takesTurnsInSlicesUntilTheBudgetIsSpent() {
            everyMergeTakes(first, "first", -1);
            everyMergeTakes(second, "second", -1);
            assertThat(mergesOfARound()).containsExactly("first 4", "second 4", "first 2");
            assertThat(mergesOfARound()).containsExactly("first 4", "second 4", "first 2");
            assertThat(firstTended.counters().values().mergedBytes()).isEqualTo(12 * MIB);
            assertThat(secondTended.counters().values().mergedBytes()).isEqualTo(8 * MIB);
        }

        @Test
        void endsWhenNothingIsLeftToMerge() {
            everyMergeTakes(first, "first", 0);
            everyMergeTakes(second, "second", 0);
            assertThat(mergesOfARound()).containsExactly("first 4", "second 4");
        }

        @Test
        void paysBackWhatASliceTookTooMuch() {
            everyMergeTakes(first, "first", 25 * MIB);
            everyMergeTakes(second, "second", 0);
            assertThat(mergesOfARound()).containsExactly("first 4");
            assertThat(mergesOfARound()).isEmpty();
            everyMergeTakes(first, "first", -1);
            // Budget of -15, then -5, then 5.
            assertThat(mergesOfARound()).containsExactly("first 4", "second 1", "first 1");
        }

        @Test
        void savesNothingUpForLater() {
            everyMergeTakes(first, "first", 0);
            everyMergeTakes(second, "second", 0);
            for (int i = 0; i < 5; i++) {
                maintenance.round();
            }
            everyMergeTakes(first, "first", -1);
            assertThat(mergesOfARound()).containsExactly("first 4", "second 4", "first 4", "second 2", "first 2");
        }
    }

    @Nested
    class OnADiskThatIsNearlyFull {
        private int slices;

        @Test
        void oneShardIsMergedAfterTheOther() {
            free = 99;
            first.store().merging = budget -> {
                merges.add("first");
                return slices++ < 3 ? MIB : 0;
            };
            everyMergeTakes(second, "second", 0);
            assertThat(mergesOfARound())
                    .containsExactly("first", "first", "first", "first", "second 4", "first", "second 4");
        }

        @Test
        void aMergeThatFindsNoRoomIsNoFaultAndRests() {
            free = 99;
            first.store().merging = _ -> {
                merges.add("first");
                throw new StorageException("cannot merge", null, new IOException("No space left on device"));
            };
            everyMergeTakes(second, "second", 0);
            assertThat(mergesOfARound()).containsExactly("first");
            for (int round = 0; round < 60; round++) {
                assertThat(mergesOfARound()).isEmpty();
            }
            assertThat(mergesOfARound()).containsExactly("first");
            assertThat(first.machine.faultOrNull()).isNull();
        }

        @Test
        void anotherFailureOfAMergeIsAFault() {
            first.store().merging = _ -> {
                throw new StorageException("cannot merge", null, new IOException("Input/output error"));
            };
            everyMergeTakes(second, "second", 0);
            assertThat(mergesOfARound()).containsExactly("second 4");
            assertThat(first.machine.faultOrNull()).isEqualTo("cannot merge");
        }
    }

    @Nested
    class AFaultOfOneShard {
        @Test
        void ofItsDiskStopsItAndNoOther() {
            everyMergeTakes(first, "first", 0);
            everyMergeTakes(second, "second", 0);
            first.disk.storageFault = "fsync failed";
            second.write(put("b", "1"));
            assertThat(mergesOfARound()).containsExactly("second 4");
            assertThat(first.machine.faultOrNull()).isEqualTo("fsync failed");
            assertThat(first.corruptions).isEmpty();
            assertThat(second.machine.faultOrNull()).isNull();
            assertThat(second.store().synced()).isEqualTo(second.store().applied());
            // A disk that works again does not bring back what was not synced.
            first.disk.storageFault = null;
            assertThat(mergesOfARound()).containsExactly("second 4");
        }

        @Test
        void ofItsDataIsReported() {
            first.store().merging = _ -> {
                throw new CorruptDataException("bad checksum", Path.of("000001.data"), 42);
            };
            everyMergeTakes(second, "second", 0);
            assertThat(mergesOfARound()).containsExactly("second 4");
            assertThat(first.corruptions).singleElement().asString().contains("bad checksum", "000001.data");
            assertThat(second.corruptions).isEmpty();
            maintenance.round();
            assertThat(first.corruptions).hasSize(1);
        }
    }

    @Test
    void aShardThatIsNotOpenIsLeftAlone() {
        everyMergeTakes(first, "first", 0);
        everyMergeTakes(second, "second", 0);
        first.machine.close();
        assertThat(mergesOfARound()).containsExactly("second 4");
        assertThat(first.machine.faultOrNull()).isNull();
    }

    @Test
    void everyRoundLooksAtTheDisk() {
        free = 99;
        maintenance.round();
        assertThat(disk.full()).isTrue();
        free = 110;
        maintenance.round();
        assertThat(disk.full()).isFalse();
    }
}
