package io.titankv.multiraft.host;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.google.protobuf.ByteString;
import io.titankv.model.LogPosition;
import io.titankv.model.NodeId;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A state machine that writes every entry it applies, with its position, to a file: what was applied, in which order and how often
 * can be read off it. Fetches snapshots straight from the other state machines of its JVM.
 */
public final class RecordingStateMachine implements ReplicatedStateMachine {
    /** An entry as it was applied. */
    public record Applied(LogPosition position, String text) {}

    /** Called before an entry is applied; what it throws is what apply throws. */
    @FunctionalInterface
    public interface Interruption {
        void before(LogPosition position, String text);
    }

    private final Path file;
    private final Function<NodeId, @Nullable RecordingStateMachine> others;
    private final List<Applied> entries = new ArrayList<>();
    private final List<String> leaderships = new ArrayList<>();
    private volatile Interruption interruption = (position, text) -> {};
    private volatile CompletableFuture<Void> staging = CompletableFuture.completedFuture(null);
    private final AtomicInteger snapshotsStaged = new AtomicInteger();
    private volatile boolean destroyed;
    private volatile boolean closed;
    private volatile LogPosition durable = LogPosition.NONE;
    private @Nullable FileChannel channel;

    public RecordingStateMachine(Path file, Function<NodeId, @Nullable RecordingStateMachine> others) {
        this.file = file;
        this.others = others;
    }

    @Override
    public synchronized LogPosition open() {
        try {
            closeChannel();
            entries.clear();
            if (Files.exists(file)) {
                entries.addAll(read(file));
            }
            channel = FileChannel.open(
                    file, StandardOpenOption.CREATE, StandardOpenOption.WRITE, StandardOpenOption.APPEND);
            closed = false;
            return last();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public ByteString apply(LogPosition position, ByteString entry) {
        String text = entry.toStringUtf8();
        interruption.before(position, text);
        return record(position, text);
    }

    private synchronized ByteString record(LogPosition position, String text) {
        if (channel == null) {
            throw new IllegalStateException("applied while not open");
        }
        if (position.compareTo(last()) <= 0) {
            throw new IllegalStateException("applied again or out of order: " + position + " after " + last());
        }
        Applied applied = new Applied(position, text);
        try {
            channel.write(java.nio.ByteBuffer.wrap(frame(applied)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        entries.add(applied);
        return ByteString.copyFromUtf8("did " + text);
    }

    @Override
    public void skipped(LogPosition position) {
        // nothing to remember
    }

    @Override
    public synchronized LogPosition makeDurable() {
        if (channel == null) {
            throw new IllegalStateException("made durable while not open");
        }
        try {
            channel.force(true);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        durable = last();
        return last();
    }

    @Override
    public CompletableFuture<@Nullable LogPosition> stageSnapshot(NodeId leader, LogPosition firstInLog) {
        CompletableFuture<@Nullable LogPosition> staged = CompletableFuture.supplyAsync(() -> {
            RecordingStateMachine source = others.apply(leader);
            if (source == null) {
                throw new IllegalStateException(leader + " is away");
            }
            List<Applied> theirs = source.entries();
            LogPosition reached =
                    theirs.isEmpty() ? LogPosition.NONE : theirs.getLast().position();
            synchronized (this) {
                if (reached.compareTo(last()) <= 0) {
                    return null;
                }
            }
            stage(theirs);
            snapshotsStaged.incrementAndGet();
            return reached;
        });
        return staged.thenCombine(staging, (reached, ignored) -> reached);
    }

    private void stage(List<Applied> theirs) {
        Path fresh = file.resolveSibling(file.getFileName() + ".new");
        try (FileChannel to = FileChannel.open(
                fresh, StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING, StandardOpenOption.WRITE)) {
            for (Applied applied : theirs) {
                to.write(java.nio.ByteBuffer.wrap(frame(applied)));
            }
            to.force(true);
            Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void onLeadership(@Nullable NodeId leader, long term, boolean self) {
        synchronized (leaderships) {
            leaderships.add((leader == null ? "nobody" : leader.value()) + "@" + term + (self ? " self" : ""));
        }
    }

    @Override
    public synchronized void destroy() {
        destroyed = true;
        try {
            closeChannel();
            Files.deleteIfExists(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public synchronized void close() {
        closed = true;
        try {
            closeChannel();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void closeChannel() throws IOException {
        if (channel != null) {
            channel.close();
            channel = null;
        }
    }

    private LogPosition last() {
        return entries.isEmpty() ? LogPosition.NONE : entries.getLast().position();
    }

    /** What the state holds now. */
    public synchronized List<Applied> entries() {
        return List.copyOf(entries);
    }

    public List<String> texts() {
        return entries().stream().map(Applied::text).toList();
    }

    public List<String> leaderships() {
        synchronized (leaderships) {
            return List.copyOf(leaderships);
        }
    }

    /** Snapshots staged from now on are not told of before this is done. */
    public void holdStaging(CompletableFuture<Void> until) {
        staging = until;
    }

    public int snapshotsStaged() {
        return snapshotsStaged.get();
    }

    public boolean isDestroyed() {
        return destroyed;
    }

    public boolean isClosed() {
        return closed;
    }

    public LogPosition durable() {
        return durable;
    }

    public void interrupt(Interruption with) {
        interruption = with;
    }

    public Path file() {
        return file;
    }

    private static byte[] frame(Applied applied) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        DataOutputStream out = new DataOutputStream(bytes);
        byte[] text = applied.text().getBytes(UTF_8);
        out.writeLong(applied.position().term());
        out.writeLong(applied.position().index());
        out.writeInt(text.length);
        out.write(text);
        return bytes.toByteArray();
    }

    private static List<Applied> read(Path file) throws IOException {
        List<Applied> read = new ArrayList<>();
        try (DataInputStream in = new DataInputStream(new java.io.BufferedInputStream(Files.newInputStream(file)))) {
            while (true) {
                LogPosition position = new LogPosition(in.readLong(), in.readLong());
                byte[] text = in.readNBytes(in.readInt());
                read.add(new Applied(position, new String(text, UTF_8)));
            }
        } catch (EOFException end) {
            return read;
        }
    }
}
