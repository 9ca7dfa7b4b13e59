package io.titankv.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NioFileStoreTest extends FileStoreContract {
    @TempDir
    @Nullable
    Path temp;

    @Override
    FileStore newStore() {
        return NioFileStore.INSTANCE;
    }

    @Override
    Path newDirectory() throws IOException {
        return Objects.requireNonNull(temp).toRealPath();
    }

    @Test
    void anInterruptedThreadReadsWritesAndForces() throws IOException {
        Path path = directory.resolve("x");
        try (FileStore.File file = store.create(path)) {
            Thread.currentThread().interrupt();
            file.write(0, bytes("written"));
            file.force();
            store.syncDirectory(directory);
            String back = read(file);
            assertThat(Thread.interrupted()).isTrue();
            assertThat(back).isEqualTo("written");
            assertThat(read(file)).isEqualTo("written");
        }
    }

    @Test
    void whatIsNotInTheCacheMayWaitForTheDisk() throws IOException {
        assumeTrue(NioFileStoreTest.class.getModule().isNativeAccessEnabled());
        Path path = directory.resolve("x");
        int bytes = 1 << 20;
        writeAroundTheCache(path, bytes);
        try (FileStore.File file = store.openForWrite(path)) {
            assertThat(file.mayWait(700_000, 10)).as("not mapped").isFalse();
            file.mapForAppends();
            assertThat(file.mayWait(700_000, 10)).isTrue();
            file.read(0, ByteBuffer.allocate(bytes));
            for (int i = 0; i < 1000; i++) {
                file.mayWait(700_000, 10);
            }
            assertThat(file.mayWait(700_000, 10)).as("after it was read").isFalse();
        }
    }

    @Test
    void whatWasJustWrittenDoesNotWaitForTheDisk() throws IOException {
        try (FileStore.File file = store.create(directory.resolve("x"))) {
            file.mapForAppends();
            for (int at = 0; at < 1 << 20; at += 1000) {
                file.write(at, ByteBuffer.allocate(1000));
                assertThat(file.mayWait(at / 2, 10)).isFalse();
                assertThat(file.mayWait(at, 10)).isFalse();
            }
        }
    }

    private static void writeAroundTheCache(Path path, int bytes) throws IOException {
        int page = 1 << 16;
        ByteBuffer zeros =
                ByteBuffer.allocateDirect(bytes + page).alignedSlice(page).limit(bytes);
        try (FileChannel channel =
                FileChannel.open(path, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE, direct())) {
            channel.write(zeros);
        } catch (UnsupportedOperationException | FileSystemException e) {
            assumeTrue(false, "the file system writes through its cache only");
        }
    }

    /** O_DIRECT, by a name that the compiler warns of. */
    private static OpenOption direct() {
        try {
            return (OpenOption) Class.forName("com.sun.nio.file.ExtendedOpenOption")
                    .getField("DIRECT")
                    .get(null);
        } catch (ReflectiveOperationException e) {
            throw new LinkageError(e.getMessage(), e);
        }
    }

    @Test
    void interruptsDuringReadsCloseTheFileForNobody() throws Exception {
        Path path = directory.resolve("x");
        byte[] content = new byte[256 << 10];
        new Random(7).nextBytes(content);
        AtomicBoolean stop = new AtomicBoolean();
        AtomicLong reads = new AtomicLong();
        AtomicInteger interrupts = new AtomicInteger();
        List<Throwable> failures = Collections.synchronizedList(new ArrayList<>());
        try (FileStore.File file = store.create(path)) {
            file.write(0, ByteBuffer.wrap(content));
            store.delete(path);
            List<Thread> readers = new ArrayList<>();
            for (int i = 0; i < 3; i++) {
                readers.add(Thread.ofPlatform().start(() -> {
                    ByteBuffer target = ByteBuffer.allocate(content.length);
                    try {
                        while (!stop.get()) {
                            assertThat(file.read(0, target.clear())).isEqualTo(content.length);
                            reads.incrementAndGet();
                            if (Thread.interrupted()) {
                                interrupts.incrementAndGet();
                            }
                        }
                    } catch (Throwable e) {
                        failures.add(e);
                    }
                }));
            }
            await().atMost(Duration.ofSeconds(60))
                    .pollInterval(Duration.ofMillis(1))
                    .until(() -> {
                        readers.forEach(Thread::interrupt);
                        return !failures.isEmpty() || (reads.get() > 500 && interrupts.get() > 100);
                    });
            stop.set(true);
            for (Thread reader : readers) {
                reader.join();
            }
            assertThat(failures).isEmpty();
            ByteBuffer back = ByteBuffer.allocate(content.length);
            file.read(0, back);
            assertThat(back.array()).isEqualTo(content);
        }
    }

    @Test
    void writeAndReadFailuresNameTheFile() throws IOException {
        Path path = directory.resolve("x");
        FileStore.File file = store.create(path);
        file.close();
        assertThatThrownBy(() -> file.write(5, bytes("abc")))
                .isInstanceOf(FileSystemException.class)
                .hasMessageStartingWith(path + ": cannot write 3 bytes at offset 5");
        assertThatThrownBy(file::size).hasMessageContaining(path.toString());
        assertThatThrownBy(() -> file.truncate(0)).hasMessageContaining(path.toString());
        assertThatThrownBy(file::force).hasMessageContaining(path.toString());
    }

    @Test
    void afterAFailedForceTheFileTakesNoMoreWrites() throws IOException {
        Path path = directory.resolve("x");
        FileStore.File file = store.create(path);
        file.close();
        assertThatThrownBy(file::force).hasMessageContaining("cannot force to disk");
        assertThatThrownBy(() -> file.write(0, bytes("a"))).hasMessageContaining("an earlier force failed");
        assertThatThrownBy(() -> file.truncate(0)).hasMessageContaining("an earlier force failed");
        assertThatThrownBy(file::force).hasMessageContaining("an earlier force failed");
    }

    @Test
    void aFullDeviceIsAFailureThatNamesTheFile() throws IOException {
        Path full = Path.of("/dev/full");
        assumeTrue(Files.exists(full));
        try (FileStore.File file = store.openForWrite(full)) {
            assertThatThrownBy(() -> file.write(0, bytes("a")))
                    .hasMessageContaining("/dev/full")
                    .hasMessageContaining("No space left on device");
        }
    }

    @Test
    void anotherProcessIsRefusedAndToldWhoHoldsTheDirectory() throws Exception {
        Path lockFile = directory.resolve("LOCK");
        Process holder = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                        LockHolder.class.getName(),
                        lockFile.toString())
                .redirectErrorStream(true)
                .start();
        try {
            assertThat((char) holder.getInputStream().read()).isEqualTo('L');
            assertThatThrownBy(() -> store.lock(lockFile))
                    .hasMessage(directory + ": is in use by process " + holder.pid());
            assertThatThrownBy(() -> store.lock(lockFile)).hasMessageContaining("in use");
        } finally {
            holder.destroyForcibly().waitFor();
        }
        try (AutoCloseable lock = store.lock(lockFile)) {
            assertThat(Files.readString(lockFile))
                    .isEqualTo(ProcessHandle.current().pid() + "\n");
            assertThat(lock).isNotNull();
        }
    }

    /** Takes a lock, says L, and waits to be killed. */
    static final class LockHolder {
        private LockHolder() {}

        public static void main(String[] args) throws Exception {
            try (AutoCloseable lock = NioFileStore.INSTANCE.lock(new File(args[0]).toPath())) {
                System.out.print(lock == null ? "" : "L");
                System.out.flush();
                Thread.sleep(Duration.ofMinutes(2));
            }
        }
    }
}
