package io.titankv.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What every {@link FileStore} promises while the power stays. */
abstract class FileStoreContract {
    FileStore store;
    Path directory;

    abstract FileStore newStore();

    abstract Path newDirectory() throws IOException;

    @BeforeEach
    void createDirectory() throws IOException {
        store = newStore();
        directory = newDirectory().resolve("a").resolve("b");
        store.createDirectories(directory);
    }

    static ByteBuffer bytes(String text) {
        return ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
    }

    void write(Path file, String text) throws IOException {
        try (FileStore.File created = store.create(file)) {
            created.write(0, bytes(text));
            created.force();
        }
    }

    String read(Path file) throws IOException {
        try (FileStore.File opened = store.openForRead(file)) {
            return read(opened);
        }
    }

    static String read(FileStore.File file) throws IOException {
        ByteBuffer target = ByteBuffer.allocate((int) file.size() + 10);
        int length = file.read(0, target);
        assertThat(length).isEqualTo(target.position());
        return StandardCharsets.UTF_8.decode(target.flip()).toString();
    }

    @Test
    void writesGatherBuffersAndReadsStopAtTheEnd() throws IOException {
        Path path = directory.resolve("x");
        try (FileStore.File file = store.create(path)) {
            ByteBuffer head = bytes("head ");
            file.write(0, head, bytes(""), bytes("middle"), bytes(" tail"));
            assertThat(head.hasRemaining()).isFalse();
            assertThat(file.size()).isEqualTo(16);
            ByteBuffer part = ByteBuffer.allocate(8).position(2);
            assertThat(file.read(5, part)).isEqualTo(6);
            assertThat(file.read(16, part.clear())).isZero();
            assertThat(file.read(99, part.clear())).isZero();
            file.write(18, bytes("gap"));
            file.force();
        }
        assertThat(read(path)).isEqualTo("head middle tail\0\0gap");
    }

    @Test
    void largeGatheredWritesComeOutInOrder() throws IOException {
        byte[] large = new byte[3 << 20];
        new Random(1).nextBytes(large);
        Path path = directory.resolve("x");
        try (FileStore.File file = store.create(path)) {
            file.write(
                    3,
                    ByteBuffer.wrap(large, 0, 70_000),
                    ByteBuffer.wrap(large, 70_000, 10),
                    ByteBuffer.wrap(large, 70_010, large.length - 70_010 - 5),
                    ByteBuffer.wrap(large, large.length - 5, 5));
            ByteBuffer back = ByteBuffer.allocate(large.length);
            assertThat(file.read(3, back)).isEqualTo(large.length);
            assertThat(back.array()).isEqualTo(large);
        }
    }

    @Test
    void truncatesAndReopensForWriting() throws IOException {
        Path path = directory.resolve("x");
        write(path, "0123456789");
        try (FileStore.File file = store.openForWrite(path)) {
            file.truncate(4);
            file.force();
            file.write(6, bytes("z"));
        }
        assertThat(read(path)).isEqualTo("0123\0\0z");
    }

    @Test
    void aFileOpenedForReadingIsNotWritten() throws IOException {
        Path path = directory.resolve("x");
        write(path, "1");
        try (FileStore.File file = store.openForRead(path)) {
            assertThatThrownBy(() -> file.write(0, bytes("2")))
                    .isInstanceOfAny(IOException.class, IllegalStateException.class);
        }
        assertThat(read(path)).isEqualTo("1");
    }

    @Test
    void namesComeAndGo() throws IOException {
        write(directory.resolve("b"), "1");
        write(directory.resolve("a"), "2");
        store.link(directory.resolve("b"), directory.resolve("c"));
        assertThat(store.list(directory)).containsExactly("a", "b", "c");
        store.rename(directory.resolve("a"), directory.resolve("b"));
        assertThat(store.list(directory)).containsExactly("b", "c");
        assertThat(read(directory.resolve("b"))).isEqualTo("2");
        assertThat(read(directory.resolve("c"))).isEqualTo("1");
        store.delete(directory.resolve("b"));
        assertThat(store.exists(directory.resolve("b"))).isFalse();
        assertThat(store.exists(directory.resolve("c"))).isTrue();
        store.syncDirectory(directory);
    }

    @Test
    void linksShareTheirBytes() throws IOException {
        Path first = directory.resolve("1");
        Path second = directory.resolve("2");
        write(first, "one");
        store.link(first, second);
        try (FileStore.File file = store.openForWrite(second)) {
            file.write(0, bytes("two"));
        }
        assertThat(read(first)).isEqualTo("two");
        store.rename(first, second);
        assertThat(store.list(directory)).containsExactly("1", "2");
    }

    @Test
    void anOpenFileOutlivesItsName() throws IOException {
        Path path = directory.resolve("x");
        write(path, "still here");
        try (FileStore.File file = store.openForRead(path)) {
            store.delete(path);
            write(path, "another");
            assertThat(read(file)).isEqualTo("still here");
        }
    }

    @Test
    void directoriesAreRenamedWithTheirFiles() throws IOException {
        Path built = directory.resolve("built");
        store.createDirectories(built);
        write(built.resolve("x"), "1");
        store.rename(built, directory.resolve("done"));
        assertThat(read(directory.resolve("done").resolve("x"))).isEqualTo("1");
        assertThatThrownBy(() -> store.delete(directory.resolve("done")))
                .isInstanceOf(DirectoryNotEmptyException.class);
    }

    @Test
    void failuresNameTheFile() throws IOException {
        Path missing = directory.resolve("missing");
        Path there = directory.resolve("there");
        write(there, "1");
        assertThatThrownBy(() -> store.openForRead(missing))
                .isInstanceOf(NoSuchFileException.class)
                .hasMessageContaining(missing.toString());
        assertThatThrownBy(() -> store.openForWrite(missing)).isInstanceOf(NoSuchFileException.class);
        assertThatThrownBy(() -> store.delete(missing)).isInstanceOf(NoSuchFileException.class);
        assertThatThrownBy(() -> store.list(missing)).isInstanceOf(NoSuchFileException.class);
        assertThatThrownBy(() -> store.syncDirectory(missing)).isInstanceOf(NoSuchFileException.class);
        assertThatThrownBy(() -> store.rename(missing, there)).isInstanceOf(NoSuchFileException.class);
        assertThatThrownBy(() -> store.link(missing, directory.resolve("z"))).isInstanceOf(NoSuchFileException.class);
        assertThatThrownBy(() -> store.create(there))
                .isInstanceOf(FileAlreadyExistsException.class)
                .hasMessageContaining(there.toString());
        assertThatThrownBy(() -> store.link(there, there)).isInstanceOf(FileAlreadyExistsException.class);
        assertThatThrownBy(() -> store.createDirectories(there.resolve("below")))
                .isInstanceOf(FileSystemException.class);
        FileStore.File closed = store.openForRead(there);
        closed.close();
        closed.close();
        assertThatThrownBy(() -> closed.read(0, ByteBuffer.allocate(1)))
                .isInstanceOf(IOException.class)
                .hasMessageContaining(there.toString());
    }

    @Test
    void aDirectoryIsLockedOnce() throws Exception {
        Path lockFile = directory.resolve("LOCK");
        AutoCloseable lock = store.lock(lockFile);
        assertThatThrownBy(() -> store.lock(lockFile))
                .isInstanceOf(FileSystemException.class)
                .hasMessageContaining(directory.toString() + ": is in use by this process");
        lock.close();
        lock.close();
        AutoCloseable again = store.lock(lockFile);
        lock.close();
        assertThatThrownBy(() -> store.lock(lockFile)).isInstanceOf(IOException.class);
        again.close();
    }

    private static byte[] random(int length) {
        byte[] bytes = new byte[length];
        new Random(length).nextBytes(bytes);
        return bytes;
    }

    private static byte[] firstBytes(FileStore.File file, int length) throws IOException {
        ByteBuffer target = ByteBuffer.allocate(length);
        assertThat(file.read(0, target)).isEqualTo(length);
        return target.array();
    }

    /** What was appended is there in whatever way it is read, and a truncation leaves nothing behind it. */
    @Test
    void whatIsAppendedToAMappedFileIsInTheFile() throws IOException {
        Path path = directory.resolve("mapped");
        byte[] content = random(1_200_000);
        try (FileStore.File file = store.create(path)) {
            file.write(0, ByteBuffer.wrap(content, 0, 10));
            file.mapForAppends();
            int at = 10;
            for (int step = 1; at < content.length; step += 997) {
                // Small ones, and some that are larger than a mapped file stores by itself.
                int length = Math.min(step, content.length - at);
                ByteBuffer source = ByteBuffer.wrap(content, at, length);
                file.write(at, source);
                assertThat(source.hasRemaining()).isFalse();
                at += length;
            }
            assertThat(firstBytes(file, content.length)).isEqualTo(content);
            assertThat(file.size()).isGreaterThanOrEqualTo(content.length);
            MemorySegment view = file.viewOrNull();
            if (view != null) {
                assertThat(view.asSlice(0, content.length).toArray(ValueLayout.JAVA_BYTE))
                        .isEqualTo(content);
            }
            file.force();
            file.truncate(700_000);
            assertThat(file.size()).isEqualTo(700_000);
            file.write(700_000, ByteBuffer.wrap(content, 700_000, 500));
            file.truncate(700_500);
            file.force();
        }
        try (FileStore.File file = store.openForRead(path)) {
            assertThat(file.size()).isEqualTo(700_500);
            assertThat(firstBytes(file, 700_500)).isEqualTo(Arrays.copyOf(content, 700_500));
            file.mapForReads();
            MemorySegment view = file.viewOrNull();
            if (view != null) {
                assertThat(view.toArray(ValueLayout.JAVA_BYTE)).isEqualTo(Arrays.copyOf(content, 700_500));
            }
        }
    }

    @Test
    void aMappedFileMayBeInterruptedAndDeleted() throws IOException {
        Path path = directory.resolve("mapped");
        byte[] content = random(3000);
        try (FileStore.File file = store.create(path)) {
            Thread.currentThread().interrupt();
            file.mapForAppends();
            file.write(0, ByteBuffer.wrap(content));
            assertThat(Thread.interrupted()).isTrue();
            store.delete(path);
            file.write(3000, ByteBuffer.wrap(random(900_000)));
            assertThat(firstBytes(file, 3000)).isEqualTo(content);
        }
    }
}
