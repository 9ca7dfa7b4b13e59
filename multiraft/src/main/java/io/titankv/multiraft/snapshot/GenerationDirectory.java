package io.titankv.multiraft.snapshot;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A directory that holds generations of some state, one of which is current:
 *
 * <pre>
 *   CURRENT          text: the name of the current generation and a line feed
 *   NAME-000001/     a generation
 *   incoming/        state that is being fetched; becomes the next generation
 * </pre>
 *
 * <p>A switch is durable and happens whole or not at all, wherever a crash falls. Used by one thread at a time.
 */
public final class GenerationDirectory {
    /** What a switch does, in order: the places where a test stops it. */
    enum Step {
        INCOMING_RENAMED,
        NEXT_WRITTEN,
        CURRENT_REPLACED
    }

    /** Told after each step. */
    @FunctionalInterface
    interface StepListener {
        void onStep(Step step);
    }

    private static final String CURRENT = "CURRENT";
    private static final String NEXT = "CURRENT.tmp";
    private static final String INCOMING = "incoming";

    private final Path directory;
    private final String name;
    private final Pattern generationName;
    private final StepListener steps;

    /**
     * @param directory need not exist
     * @param name what a generation's name begins with: letters
     */
    public GenerationDirectory(Path directory, String name) {
        this(directory, name, step -> {});
    }

    GenerationDirectory(Path directory, String name, StepListener steps) {
        this.directory = directory;
        this.name = name;
        this.generationName = Pattern.compile(Pattern.quote(name) + "-([0-9]{6,18})");
        this.steps = steps;
    }

    /** The current generation's directory. Without one, the first is created empty. */
    public Path currentOrCreate() {
        try {
            createDirectoriesDurably(directory);
            String current = currentNameOrNull();
            if (current == null) {
                Path first = directory.resolve(generation(1));
                Files.createDirectories(first);
                syncDirectory(directory);
                replaceCurrent(generation(1));
                return first;
            }
            Path generation = directory.resolve(current);
            if (!Files.isDirectory(generation)) {
                throw new IOException(CURRENT + " names a directory that is not there: " + generation);
            }
            return generation;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Where the next generation is gathered. Survives a restart. */
    public Path incoming() {
        return directory.resolve(INCOMING);
    }

    /** Makes {@link #incoming}, whose files are durable, the current generation. */
    public void switchToIncoming() {
        try {
            long last = 0;
            for (Path generation : generations()) {
                last = Math.max(last, numberOf(generation).orElse(0));
            }
            String next = generation(last + 1);
            syncDirectory(incoming());
            Files.move(incoming(), directory.resolve(next), StandardCopyOption.ATOMIC_MOVE);
            syncDirectory(directory);
            steps.onStep(Step.INCOMING_RENAMED);
            replaceCurrent(next);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Deletes the generations that are not current. What is being fetched stays. */
    public void deleteOthers() {
        try {
            String current = currentNameOrNull();
            for (Path generation : generations()) {
                if (!generation.getFileName().toString().equals(current)) {
                    deleteTree(generation);
                }
            }
            Files.deleteIfExists(directory.resolve(NEXT));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Deletes everything, the directory included. */
    public void deleteAll() {
        try {
            deleteTree(directory);
            Path parent = directory.toAbsolutePath().getParent();
            if (parent != null && Files.isDirectory(parent)) {
                syncDirectory(parent);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void replaceCurrent(String generation) throws IOException {
        Path next = directory.resolve(NEXT);
        Files.writeString(
                next,
                generation + "\n",
                StandardCharsets.US_ASCII,
                StandardOpenOption.CREATE,
                StandardOpenOption.TRUNCATE_EXISTING,
                StandardOpenOption.WRITE);
        syncFile(next);
        steps.onStep(Step.NEXT_WRITTEN);
        Files.move(next, directory.resolve(CURRENT), StandardCopyOption.ATOMIC_MOVE);
        syncDirectory(directory);
        steps.onStep(Step.CURRENT_REPLACED);
    }

    private @Nullable String currentNameOrNull() throws IOException {
        String text;
        try {
            text = Files.readString(directory.resolve(CURRENT), StandardCharsets.US_ASCII);
        } catch (NoSuchFileException e) {
            return null;
        }
        String current = text.strip();
        if (!generationName.matcher(current).matches()) {
            throw new IOException(directory.resolve(CURRENT) + " does not name a generation: " + current);
        }
        return current;
    }

    private List<Path> generations() throws IOException {
        List<Path> found = new ArrayList<>();
        try (DirectoryStream<Path> children = Files.newDirectoryStream(directory)) {
            for (Path child : children) {
                if (numberOf(child).isPresent()) {
                    found.add(child);
                }
            }
        }
        return found;
    }

    private OptionalLong numberOf(Path child) {
        var matcher = generationName.matcher(child.getFileName().toString());
        return matcher.matches() ? OptionalLong.of(Long.parseLong(matcher.group(1))) : OptionalLong.empty();
    }

    private String generation(long number) {
        return name + "-" + String.format("%06d", number);
    }

    /** Returns when the file's bytes and length survive a power loss. */
    static void syncFile(Path file) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            channel.force(true);
        }
    }

    /** Returns when the directory's names survive a power loss. */
    static void syncDirectory(Path directory) throws IOException {
        try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }

    /** Creates a directory and its parents where they are missing; returns when they survive a power loss. */
    public static void createDurably(Path directory) {
        try {
            createDirectoriesDurably(directory);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void createDirectoriesDurably(Path directory) throws IOException {
        if (Files.isDirectory(directory)) {
            return;
        }
        Path parent = directory.toAbsolutePath().getParent();
        if (parent != null) {
            createDirectoriesDurably(parent);
        }
        Files.createDirectories(directory);
        if (parent != null) {
            syncDirectory(parent);
        }
    }

    /** Deletes a directory and all in it; nothing when it is not there. */
    public static void deleteTree(Path directory) throws IOException {
        if (!Files.exists(directory)) {
            return;
        }
        Files.walkFileTree(directory, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                Files.deleteIfExists(file);
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult postVisitDirectory(Path visited, @Nullable IOException failure) throws IOException {
                if (failure != null) {
                    throw failure;
                }
                Files.deleteIfExists(visited);
                return FileVisitResult.CONTINUE;
            }
        });
    }
}
