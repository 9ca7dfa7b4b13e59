package io.titankv.cli.store;

import io.titankv.cli.common.CliException;
import io.titankv.cli.common.ExitCode;
import io.titankv.cli.common.Failures;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** Finds the engines under a directory, and refuses those in use. Looks at names and locks only. */
final class StoreDirectories {
    private static final String LOCK = "LOCK";
    private static final String MANIFEST = "MANIFEST";
    private static final String SHARDS = "shards";
    private static final String ENGINE_PREFIX = "engine-";

    private StoreDirectories() {}

    /**
     * An engine's directory, and its name for people: relative to what was asked for.
     *
     * @param name e.g. {@code n1/shards/s3/engine-1}
     */
    record Found(String name, Path directory) {}

    /**
     * All engines under a directory: itself, those of a node, or those of the nodes of a local cluster.
     *
     * @throws CliException when there are none, or one is in use
     */
    static List<Found> find(Path directory) {
        try {
            if (!Files.isDirectory(directory)) {
                throw CliException.usage(
                        Files.exists(directory) ? directory + " is no directory" : "no such directory: " + directory);
            }
            List<Path> engines = new ArrayList<>();
            if (isEngine(directory)) {
                requireNotInUse(directory);
                engines.add(directory);
            } else {
                addNode(directory, engines);
                for (Path child : children(directory)) {
                    addNode(child, engines);
                }
            }
            if (engines.isEmpty()) {
                throw CliException.usage("there is no store in " + directory
                        + ": give a node's data directory, the directory of 'titan up', or one engine's (engine-N)");
            }
            return engines.stream()
                    .map(engine -> new Found(name(directory, engine), engine))
                    .toList();
        } catch (IOException e) {
            throw new CliException(ExitCode.REFUSED, "cannot read " + directory + ": " + Failures.explainFile(e), e);
        }
    }

    private static String name(Path directory, Path engine) {
        String relative = directory.relativize(engine).toString();
        return relative.isEmpty() ? String.valueOf(engine.getFileName()) : relative;
    }

    private static void addNode(Path node, List<Path> engines) throws IOException {
        Path shards = node.resolve(SHARDS);
        if (!Files.isDirectory(shards)) {
            return;
        }
        requireNotInUse(node);
        for (Path shard : children(shards)) {
            for (Path engine : children(shard)) {
                if (isEngine(engine)) {
                    requireNotInUse(engine);
                    engines.add(engine);
                }
            }
        }
    }

    private static boolean isEngine(Path directory) {
        Path name = directory.getFileName();
        return Files.exists(directory.resolve(MANIFEST))
                || (name != null && name.toString().startsWith(ENGINE_PREFIX));
    }

    private static List<Path> children(Path directory) throws IOException {
        try (Stream<Path> entries = Files.list(directory)) {
            return entries.filter(Files::isDirectory).sorted().toList();
        }
    }

    private static void requireNotInUse(Path directory) throws IOException {
        if (isLocked(directory.resolve(LOCK))) {
            String holder = holder(directory.resolve(LOCK))
                    .map(pid -> " (process " + pid + ")")
                    .orElse("");
            throw new CliException(
                    ExitCode.REFUSED,
                    "a node runs in " + directory + holder + ": stop it first, or ask it with 'titan shard ls'");
        }
    }

    /** Asks for a shared lock, which is given back at once: needs no right to write, and changes nothing. */
    private static boolean isLocked(Path lockFile) throws IOException {
        if (!Files.exists(lockFile)) {
            return false;
        }
        try (FileChannel channel = FileChannel.open(lockFile, StandardOpenOption.READ);
                FileLock lock = channel.tryLock(0, Long.MAX_VALUE, true)) {
            return lock == null;
        } catch (OverlappingFileLockException e) {
            return true;
        }
    }

    /**
     * Keeps others from opening an engine until it is closed. Changes nothing, and needs no right to write: it shares the lock file that
     * is there, and a directory without one was never opened.
     */
    static Hold hold(Path engine) {
        Path lockFile = engine.resolve(LOCK);
        if (!Files.exists(lockFile)) {
            return () -> {};
        }
        try {
            FileChannel channel = FileChannel.open(lockFile, StandardOpenOption.READ);
            FileLock lock = channel.tryLock(0, Long.MAX_VALUE, true);
            if (lock == null) {
                channel.close();
                requireNotInUse(engine);
            }
            return channel::close;
        } catch (IOException e) {
            throw new CliException(ExitCode.REFUSED, "cannot lock " + engine + ": " + Failures.explainFile(e), e);
        }
    }

    /** A lock that is let go by closing it. */
    interface Hold extends AutoCloseable {
        @Override
        void close() throws IOException;
    }

    private static Optional<String> holder(Path lockFile) {
        try {
            return Optional.of(Files.readString(lockFile).strip()).filter(text -> text.matches("[0-9]{1,10}"));
        } catch (IOException e) {
            // The process id is only a help.
            return Optional.empty();
        }
    }
}
