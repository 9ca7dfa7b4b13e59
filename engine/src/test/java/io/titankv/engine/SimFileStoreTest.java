package io.titankv.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.titankv.engine.SimFileStore.Fault;
import io.titankv.engine.SimFileStore.Operation;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

class SimFileStoreTest extends FileStoreContract {
    private static final int SEEDS = 400;

    private SimFileStore disk = new SimFileStore();

    @Override
    FileStore newStore() {
        disk = new SimFileStore();
        return disk;
    }

    @Override
    Path newDirectory() {
        return Path.of("/sim");
    }

    @FunctionalInterface
    private interface Scenario {
        void run(SimFileStore disk) throws IOException;
    }

    @FunctionalInterface
    private interface Look {
        String at(SimFileStore disk) throws IOException;
    }

    /** Everything that may be found after a power loss at the scenario's end. */
    private Set<String> outcomes(Scenario scenario, Look look) throws IOException {
        Set<String> found = new TreeSet<>();
        for (int seed = 0; seed < SEEDS; seed++) {
            SimFileStore fresh = new SimFileStore();
            fresh.createDirectories(directory);
            scenario.run(fresh);
            found.add(look.at(fresh.crash(new Random(seed))));
        }
        return found;
    }

    private String names(SimFileStore at) throws IOException {
        return String.join(" ", at.list(directory));
    }

    /** A durable file of some sectors, each full of one letter. */
    private void durableFile(SimFileStore at, String name, String sectors) throws IOException {
        try (FileStore.File file = at.create(directory.resolve(name))) {
            file.write(0, sectors(sectors));
            file.force();
        }
        at.syncDirectory(directory);
    }

    private static ByteBuffer sectors(String letters) {
        byte[] bytes = new byte[letters.length() * SimInode.SECTOR_BYTES];
        for (int i = 0; i < letters.length(); i++) {
            Arrays.fill(bytes, i * SimInode.SECTOR_BYTES, (i + 1) * SimInode.SECTOR_BYTES, (byte) letters.charAt(i));
        }
        return ByteBuffer.wrap(bytes);
    }

    /** The first letter of each sector, 0 for zeros; a "/" and the length of a torn last sector. */
    private String letters(SimFileStore at, String name) {
        byte[] bytes = at.bytes(directory.resolve(name));
        StringBuilder letters = new StringBuilder();
        for (int i = 0; i < bytes.length; i += SimInode.SECTOR_BYTES) {
            letters.append(bytes[i] == 0 ? '0' : (char) bytes[i]);
        }
        return bytes.length % SimInode.SECTOR_BYTES == 0 ? letters.toString() : "torn";
    }

    @Nested
    class Bytes {
        @Test
        void forcedOnesStay() throws IOException {
            assertThat(outcomes(at -> durableFile(at, "x", "abc"), at -> letters(at, "x")))
                    .containsExactly("abc");
        }

        @Test
        void othersAreKeptInAnyPart() throws IOException {
            Set<String> found = outcomes(
                    at -> {
                        durableFile(at, "x", "a");
                        try (FileStore.File file = at.openForWrite(directory.resolve("x"))) {
                            file.write(SimInode.SECTOR_BYTES, sectors("bc"));
                        }
                    },
                    at -> letters(at, "x"));
            assertThat(found).contains("a", "ab", "abc", "a0", "a00", "a0c", "ab0", "torn");
            assertThat(found).allMatch(it -> it.startsWith("a") || it.equals("torn"));
        }

        @Test
        void overwrittenOnesAreOldOrNew() throws IOException {
            Set<String> found = outcomes(
                    at -> {
                        durableFile(at, "x", "ab");
                        try (FileStore.File file = at.openForWrite(directory.resolve("x"))) {
                            file.write(0, sectors("AB"));
                        }
                    },
                    at -> letters(at, "x"));
            assertThat(found).containsExactlyInAnyOrder("ab", "Ab", "aB", "AB");
        }

        @Test
        void aTruncationMayBeUndone() throws IOException {
            Scenario cut = at -> {
                durableFile(at, "x", "ab");
                try (FileStore.File file = at.openForWrite(directory.resolve("x"))) {
                    file.truncate(SimInode.SECTOR_BYTES);
                }
            };
            assertThat(outcomes(cut, at -> letters(at, "x"))).containsExactlyInAnyOrder("a", "ab");
            assertThat(outcomes(
                            at -> {
                                cut.run(at);
                                try (FileStore.File file = at.openForWrite(directory.resolve("x"))) {
                                    file.force();
                                }
                            },
                            at -> letters(at, "x")))
                    .containsExactly("a");
        }

        @Test
        void aKillKeepsAll() throws IOException {
            try (FileStore.File file = disk.create(directory.resolve("x"))) {
                file.write(0, sectors("ab"));
            }
            SimFileStore afterwards = disk.crashKeepingAll();
            assertThat(letters(afterwards, "x")).isEqualTo("ab");
            assertThatThrownBy(() -> disk.list(directory)).hasMessageContaining("killed");
            assertThat(afterwards.durableBytes(directory.resolve("x"))).isEmpty();
            afterwards.syncDirectory(directory);
            try (FileStore.File file = afterwards.openForWrite(directory.resolve("x"))) {
                file.force();
            }
            assertThat(letters(afterwards.crash(new Random(1)), "x")).isEqualTo("ab");
        }

        @Test
        void aFailedForceHasLostThemForGood() throws IOException {
            Set<String> found = outcomes(
                    at -> {
                        durableFile(at, "x", "a");
                        try (FileStore.File file = at.openForWrite(directory.resolve("x"))) {
                            file.write(0, sectors("b"));
                            at.failNext(Operation.FORCE, Fault.ERROR);
                            assertThatThrownBy(file::force).hasMessageContaining("/x");
                            assertThat(letters(at, "x")).isEqualTo("b");
                            file.force();
                        }
                    },
                    at -> letters(at, "x"));
            assertThat(found).containsExactlyInAnyOrder("a", "b");
        }

        @Test
        void linksLoseTheSame() throws IOException {
            Set<String> found = outcomes(
                    at -> {
                        durableFile(at, "x", "a");
                        at.link(directory.resolve("x"), directory.resolve("y"));
                        at.syncDirectory(directory);
                        try (FileStore.File file = at.openForWrite(directory.resolve("x"))) {
                            file.write(0, sectors("b"));
                        }
                    },
                    at -> letters(at, "x") + letters(at, "y"));
            assertThat(found).containsExactlyInAnyOrder("aa", "bb");
        }
    }

    @Nested
    class Names {
        @Test
        void syncedOnesStay() throws IOException {
            assertThat(outcomes(at -> durableFile(at, "x", "a"), SimFileStoreTest.this::names))
                    .containsExactly("x");
        }

        @Test
        void othersComeAndGoEachForItself() throws IOException {
            Set<String> found = outcomes(
                    at -> {
                        durableFile(at, "a", "a");
                        at.create(directory.resolve("b")).close();
                        at.link(directory.resolve("a"), directory.resolve("c"));
                        at.delete(directory.resolve("a"));
                    },
                    SimFileStoreTest.this::names);
            assertThat(found).containsExactlyInAnyOrder("", "a", "b", "c", "a b", "a c", "b c", "a b c");
        }

        @Test
        void aRenameIsAllOrNothing() throws IOException {
            Set<String> found = outcomes(
                    at -> {
                        durableFile(at, "new", "n");
                        durableFile(at, "current", "o");
                        at.rename(directory.resolve("new"), directory.resolve("current"));
                    },
                    at -> names(at) + " " + letters(at, "current"));
            assertThat(found).containsExactlyInAnyOrder("current new o", "current n");
        }

        @Test
        void aRenameToAnotherDirectoryNeverLosesBothNames() throws IOException {
            Path other = Path.of("/sim/other");
            Set<String> found = outcomes(
                    at -> {
                        at.createDirectories(other);
                        durableFile(at, "x", "a");
                        at.rename(directory.resolve("x"), other.resolve("x"));
                    },
                    at -> names(at) + "|" + String.join(" ", at.list(other)));
            assertThat(found).containsExactlyInAnyOrder("x|", "x|x", "|x");
        }

        @Test
        void aFilesForceDoesNotSyncItsName() throws IOException {
            Set<String> found = outcomes(
                    at -> {
                        try (FileStore.File file = at.create(directory.resolve("x"))) {
                            file.write(0, sectors("a"));
                            file.force();
                        }
                    },
                    SimFileStoreTest.this::names);
            assertThat(found).containsExactlyInAnyOrder("", "x");
        }
    }

    @Nested
    class Faults {
        private FileStore.File file;

        @BeforeEach
        void createFile() throws IOException {
            file = disk.create(directory.resolve("x"));
            file.write(0, bytes("12345678"));
            file.force();
        }

        @Test
        void afterACrashEverythingIsDead() {
            disk.crash(new Random(1));
            assertThatThrownBy(() -> file.read(0, ByteBuffer.allocate(1))).hasMessageContaining("power is off");
            assertThatThrownBy(() -> file.write(0, bytes("a"))).isInstanceOf(IOException.class);
            assertThatThrownBy(() -> disk.list(directory)).isInstanceOf(IOException.class);
            assertThatThrownBy(() -> disk.exists(directory)).hasMessageContaining("power is off");
        }

        @Test
        void theNumberedChangeFails() throws IOException {
            disk.failChange(disk.changes() + 2, Fault.ERROR);
            file.write(8, bytes("ab"));
            assertThat(file.read(0, ByteBuffer.allocate(1))).isEqualTo(1);
            assertThatThrownBy(() -> file.write(10, bytes("cdef"))).hasMessageContaining("/x");
            assertThat(SimFileStoreTest.this.read(directory.resolve("x"))).isEqualTo("12345678abcd");
            file.write(10, bytes("CD"));
        }

        @Test
        void theNumberedOperationFailsThoughItIsDone() throws IOException {
            disk.failOperation(disk.operations() + 1, Fault.ERROR_THOUGH_DONE);
            assertThatThrownBy(() -> disk.delete(directory.resolve("x"))).hasMessageContaining("/x");
            assertThat(disk.exists(directory.resolve("x"))).isFalse();
        }

        @Test
        void aFullDiskStaysFullUntilThereIsSpace() throws IOException {
            disk.failChange(disk.changes() + 1, Fault.DISK_FULL);
            assertThatThrownBy(() -> file.write(8, bytes("abcd"))).hasMessageContaining("No space left on device");
            assertThatThrownBy(() -> disk.create(directory.resolve("y"))).hasMessageContaining("No space left");
            file.force();
            assertThat(file.size()).isEqualTo(10);
            disk.freeSpace();
            file.write(8, bytes("abcd"));
            assertThat(file.size()).isEqualTo(12);
        }

        @Test
        void aLimitedDiskTakesWhatFits() throws IOException {
            disk.limitTo(10);
            assertThatThrownBy(() -> file.write(6, bytes("78901"))).hasMessageContaining("No space left on device");
            assertThat(file.size()).isEqualTo(10);
            file.write(0, bytes("overwrites"));
            assertThat(SimFileStoreTest.this.read(directory.resolve("x"))).isEqualTo("overwrites");
        }

        @Test
        void afterAPowerLossNothingWorksAndTheLastChangeIsInDoubt() throws IOException {
            Set<String> found = outcomes(
                    at -> {
                        durableFile(at, "x", "a");
                        at.failChange(at.changes() + 1, Fault.POWER_LOSS);
                        assertThatThrownBy(() -> at.delete(directory.resolve("x")))
                                .isInstanceOf(IOException.class);
                        assertThatThrownBy(() -> at.list(directory)).hasMessageContaining("power is off");
                    },
                    SimFileStoreTest.this::names);
            assertThat(found).containsExactlyInAnyOrder("", "x");
        }

        @Test
        void rotFlipsBits() throws IOException {
            disk.corrupt(directory.resolve("x"), 1, 0x01);
            assertThat(SimFileStoreTest.this.read(directory.resolve("x"))).isEqualTo("13345678");
            assertThat(disk.durableBytes(directory.resolve("x"))[1]).isEqualTo((byte) '3');
        }

        @Test
        void openFilesAreCounted() throws IOException {
            assertThat(disk.openFiles()).isEqualTo(1);
            file.close();
            assertThat(disk.openFiles()).isZero();
            assertThat(disk.history()).anyMatch(it -> it.contains("FORCE /sim/a/b/x"));
        }
    }
}
