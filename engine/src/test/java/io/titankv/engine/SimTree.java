package io.titankv.engine;

import java.io.IOException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The names on a {@link SimFileStore}. A change of names is durable once its directory was synced; until then a power loss keeps it
 * or not, each change for itself: strict POSIX, where no file's fsync carries a name along. Guarded by its store.
 */
final class SimTree {
    private final Directory root;

    /** Changes that are not durable, oldest first. */
    private final List<NameChange> pending = new ArrayList<>();

    /** What a name stands for. */
    private sealed interface Node {}

    private record FileNode(SimInode inode) implements Node {}

    private static final class Directory implements Node {
        final TreeMap<String, Node> seen = new TreeMap<>();
        final Map<String, Node> durable = new HashMap<>();
    }

    /**
     * @param directory whose names change
     * @param removed the name that goes, or null
     * @param was what it stood for
     * @param added the name that comes, or null
     * @param is what it stands for
     * @param after a change of another directory without which this one is not kept: a rename never loses both names
     */
    private record NameChange(
            Directory directory,
            @Nullable String removed,
            @Nullable Node was,
            @Nullable String added,
            @Nullable Node is,
            @Nullable NameChange after) {
        void applyTo(Map<String, Node> names) {
            if (removed != null && Objects.equals(names.get(removed), was)) {
                names.remove(removed);
            }
            if (added != null && is != null) {
                names.put(added, is);
            }
        }
    }

    SimTree() {
        this(new Directory());
    }

    private SimTree(Directory root) {
        this.root = root;
    }

    SimInode create(Path file) throws IOException {
        Directory parent = parentOf(file);
        if (parent.seen.containsKey(name(file))) {
            throw new FileAlreadyExistsException(file.toString());
        }
        FileNode node = new FileNode(new SimInode());
        change(new NameChange(parent, null, null, name(file), node, null));
        return node.inode();
    }

    SimInode file(Path file) throws IOException {
        return switch (node(file)) {
            case FileNode node -> node.inode();
            case Directory _ -> throw new FileSystemException(file.toString(), null, "is a directory");
        };
    }

    boolean exists(Path path) {
        return nodeOrNull(path) != null;
    }

    List<String> list(Path directory) throws IOException {
        return List.copyOf(directory(directory).seen.keySet());
    }

    void createDirectories(Path path) throws IOException {
        Directory at = root;
        for (Path part : path.toAbsolutePath().normalize()) {
            Node next = at.seen.get(part.toString());
            if (next == null) {
                next = new Directory();
                at.seen.put(part.toString(), next);
                at.durable.put(part.toString(), next);
            }
            if (!(next instanceof Directory directory)) {
                throw new FileAlreadyExistsException(path.toString());
            }
            at = directory;
        }
    }

    void rename(Path source, Path target) throws IOException {
        Node moved = node(source);
        Directory from = parentOf(source);
        Directory to = parentOf(target);
        Node replaced = to.seen.get(name(target));
        if (moved.equals(replaced)) {
            // As rename(2): two names of one file both stay.
            return;
        }
        if (replaced instanceof Directory || (replaced != null && moved instanceof Directory)) {
            throw new FileAlreadyExistsException(target.toString());
        }
        if (from == to) {
            change(new NameChange(from, name(source), moved, name(target), moved, null));
        } else {
            NameChange arrival = new NameChange(to, null, null, name(target), moved, null);
            change(arrival);
            change(new NameChange(from, name(source), moved, null, null, arrival));
        }
    }

    void link(Path existing, Path link) throws IOException {
        FileNode node = new FileNode(file(existing));
        Directory parent = parentOf(link);
        if (parent.seen.containsKey(name(link))) {
            throw new FileAlreadyExistsException(link.toString());
        }
        change(new NameChange(parent, null, null, name(link), node, null));
    }

    void delete(Path path) throws IOException {
        Node node = node(path);
        if (node instanceof Directory directory && !directory.seen.isEmpty()) {
            throw new DirectoryNotEmptyException(path.toString());
        }
        change(new NameChange(parentOf(path), name(path), node, null, null, null));
    }

    private void change(NameChange change) {
        change.applyTo(change.directory.seen);
        pending.add(change);
    }

    void sync(Path path) throws IOException {
        Directory directory = directory(path);
        directory.durable.clear();
        directory.durable.putAll(directory.seen);
        pending.removeIf(change -> change.directory == directory);
    }

    /** Every file that has a name, once. */
    Set<SimInode> files() {
        Set<SimInode> files = new HashSet<>();
        collect(root, files);
        return files;
    }

    private static void collect(Directory directory, Set<SimInode> files) {
        for (Node node : directory.seen.values()) {
            switch (node) {
                case FileNode file -> files.add(file.inode());
                case Directory below -> collect(below, files);
            }
        }
    }

    SimTree afterPowerLoss(Random random) {
        Map<Directory, Map<String, Node>> left = new HashMap<>();
        List<NameChange> lost = new ArrayList<>();
        double share = List.of(0.0, 0.5, 1.0, random.nextDouble()).get(random.nextInt(4));
        boolean inOrder = random.nextBoolean();
        for (NameChange change : pending) {
            boolean kept = random.nextDouble() < share && !lost.contains(change.after);
            if (kept && !(inOrder && !lost.isEmpty())) {
                change.applyTo(left.computeIfAbsent(change.directory, it -> new HashMap<>(it.durable)));
            } else {
                lost.add(change);
            }
        }
        return copy(
                directory -> left.getOrDefault(directory, directory.durable), inode -> inode.afterPowerLoss(random));
    }

    private SimTree copy(Function<Directory, Map<String, Node>> names, Function<SimInode, SimInode> bytes) {
        return new SimTree(copy(root, names, bytes, new HashMap<>(), new HashMap<>()));
    }

    private static Directory copy(
            Directory source,
            Function<Directory, Map<String, Node>> names,
            Function<SimInode, SimInode> bytes,
            Map<SimInode, SimInode> files,
            Map<Directory, Directory> directories) {
        @Nullable Directory known = directories.get(source);
        if (known != null) {
            return known;
        }
        Directory copy = new Directory();
        directories.put(source, copy);
        new TreeMap<>(names.apply(source)).forEach((name, node) -> {
            Node copied = switch (node) {
                case FileNode file -> new FileNode(files.computeIfAbsent(file.inode(), bytes));
                case Directory below -> copy(below, names, bytes, files, directories);
            };
            copy.seen.put(name, copied);
            copy.durable.put(name, copied);
        });
        return copy;
    }

    private Node node(Path path) throws IOException {
        Node node = nodeOrNull(path);
        if (node == null) {
            throw new NoSuchFileException(path.toString());
        }
        return node;
    }

    private @Nullable Node nodeOrNull(Path path) {
        Node at = root;
        for (Path part : path.toAbsolutePath().normalize()) {
            Node next = at instanceof Directory directory ? directory.seen.get(part.toString()) : null;
            if (next == null) {
                return null;
            }
            at = next;
        }
        return at;
    }

    private Directory directory(Path path) throws IOException {
        return switch (node(path)) {
            case Directory directory -> directory;
            case FileNode _ -> throw new NotDirectoryException(path.toString());
        };
    }

    private Directory parentOf(Path path) throws IOException {
        Path parent = path.toAbsolutePath().normalize().getParent();
        if (parent == null) {
            throw new FileSystemException(path.toString(), null, "is the root");
        }
        return directory(parent);
    }

    private static String name(Path path) {
        return path.toAbsolutePath().normalize().getFileName().toString();
    }
}
