package io.titankv.benchmarks.micro;

import io.titankv.engine.Engine;
import io.titankv.engine.EngineOptions;
import io.titankv.engine.EntryPosition;
import io.titankv.engine.WriteBatch;
import io.titankv.model.Tokens;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/** An engine in a temporary directory, with keys 0 to {@code keys} - 1 of 16 bytes. Confined to one thread. */
final class FilledEngine implements AutoCloseable {
    private static final int KEY_BYTES = 16;
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED;

    private final Path directory;
    private final EngineOptions options;
    private final byte[] keyBytes = new byte[KEY_BYTES];
    private final MemorySegment key = MemorySegment.ofArray(keyBytes);
    private final MemorySegment value;
    private Engine engine;

    FilledEngine(int keys, int valueBytes) {
        this(keys, valueBytes, EngineOptions.defaults());
    }

    FilledEngine(int keys, int valueBytes, EngineOptions options) {
        byte[] bytes = new byte[valueBytes];
        new SplittableRandom(1).nextBytes(bytes);
        value = MemorySegment.ofArray(bytes);
        this.options = options;
        try {
            directory = Files.createTempDirectory("titan-micro-");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        engine = Engine.open(directory, options);
        for (int index = 0; index < keys; index++) {
            put(index);
        }
    }

    Engine engine() {
        return engine;
    }

    /** The key of an index, until the next call. */
    MemorySegment key(long index) {
        key.set(LONG, 0, index * 0x9E37_79B9_7F4A_7C15L);
        key.set(LONG, Long.BYTES, index);
        return key;
    }

    /** The token of the key that was asked for last. */
    long token() {
        return Tokens.of(keyBytes, 0, KEY_BYTES).bits();
    }

    /** Writes the key of an index, as a batch of its own. */
    void put(long index) {
        MemorySegment at = key(index);
        long position = engine.applied().index() + 1;
        engine.apply(new WriteBatch(new EntryPosition(0, position)).put(token(), at, value, position));
    }

    void reopen() {
        engine.close();
        engine = Engine.open(directory, options);
    }

    @Override
    public void close() {
        engine.close();
        try {
            Files.walkFileTree(directory, new SimpleFileVisitor<>() {
                @Override
                public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                    Files.delete(file);
                    return FileVisitResult.CONTINUE;
                }

                @Override
                public FileVisitResult postVisitDirectory(Path visited, @Nullable IOException failure)
                        throws IOException {
                    Files.delete(visited);
                    return FileVisitResult.CONTINUE;
                }
            });
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
