package io.titankv.multiraft.shard;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import com.google.protobuf.ByteString;
import io.titankv.model.TokenRange;
import io.titankv.multiraft.transfer.ExportLostException;
import java.time.Duration;
import java.util.Collection;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What an export has to send again: the keys of its ranges that changed, and the clients that were answered, since it began or since they
 * were sent last; and whether anything more can change. At most {@link #KEYS_MAX} keys: with more it is lost. Thread-safe.
 */
final class ChangesSince {
    static final int KEYS_MAX = 1_000_000;

    /** A key that changed, last with this version. */
    record Change(long token, ByteString key, long version) {}

    private record Place(long token, ByteString key) {}

    private final long transfer;
    private final List<TokenRange> ranges;

    /** In the order in which they changed first. */
    @GuardedBy("this")
    private final Map<Place, Long> keys = new LinkedHashMap<>();

    @GuardedBy("this")
    private final Set<String> clients = new LinkedHashSet<>();

    /** The last version given before the ranges were frozen; null: they are not. */
    @GuardedBy("this")
    private @Nullable Long frozenAt;

    @GuardedBy("this")
    private @Nullable String lost;

    ChangesSince(long transfer, List<TokenRange> ranges) {
        this.transfer = transfer;
        this.ranges = List.copyOf(ranges);
    }

    /** Clients that were answered before, all to be sent. */
    synchronized void addClients(Collection<String> known) {
        clients.addAll(known);
    }

    /** Notes what an entry changed. */
    synchronized void applied(List<ShardBatch.Change> changes, TransferPart part, long lastVersion) {
        if (part.isSettled(transfer)) {
            lose("transfer " + transfer + " is settled");
        }
        if (lost != null || frozenAt != null) {
            return;
        }
        for (ShardBatch.Change change : changes) {
            switch (change) {
                case ShardBatch.Change.Put put -> note(put.token(), put.key(), put.version());
                case ShardBatch.Change.Delete delete -> note(delete.token(), delete.key(), delete.version());
                case ShardBatch.Change.PutMeta put -> {
                    if (put.name().startsWith(Sessions.SESSION_PREFIX)) {
                        clients.add(put.name().substring(Sessions.SESSION_PREFIX.length()));
                    }
                }
                case ShardBatch.Change.DeleteMeta _, ShardBatch.Change.DropRange _ -> {}
            }
        }
        if (part.underWay() instanceof TransferPart.Export export && export.transfer() == transfer) {
            freeze(lastVersion);
        }
        if (keys.size() > KEYS_MAX) {
            lose("more than " + KEYS_MAX + " keys changed faster than they could be copied");
        }
        notifyAll();
    }

    @GuardedBy("this")
    private void note(long token, ByteString key, long version) {
        if (TokenRanges.contain(ranges, token)) {
            keys.merge(new Place(token, key), version, Math::max);
        }
    }

    /** Nothing changes any more. */
    synchronized void freeze(long lastVersion) {
        frozenAt = lastVersion;
        notifyAll();
    }

    /** The export cannot go on. */
    synchronized void lose(String why) {
        if (lost == null) {
            lost = why;
            keys.clear();
            notifyAll();
        }
    }

    /** Returns when there is something to do, or {@code patience} is over. */
    synchronized void await(Duration patience) throws InterruptedException {
        long deadline = System.nanoTime() + patience.toNanos();
        while (lost == null && frozenAt == null && keys.isEmpty() && clients.isEmpty()) {
            long left = deadline - System.nanoTime();
            if (left <= 0) {
                return;
            }
            wait(left / 1_000_000, (int) (left % 1_000_000));
        }
    }

    /** Takes the key that has waited longest; null: none waits. */
    synchronized @Nullable Change nextOrNull() throws ExportLostException {
        requireGoingOn();
        Iterator<Map.Entry<Place, Long>> oldest = keys.entrySet().iterator();
        if (!oldest.hasNext()) {
            return null;
        }
        Map.Entry<Place, Long> next = oldest.next();
        Change change = new Change(next.getKey().token(), next.getKey().key(), next.getValue());
        oldest.remove();
        return change;
    }

    /** Takes the client that has waited longest; null: none waits. */
    synchronized @Nullable String nextClientOrNull() throws ExportLostException {
        requireGoingOn();
        Iterator<String> oldest = clients.iterator();
        if (!oldest.hasNext()) {
            return null;
        }
        String next = oldest.next();
        oldest.remove();
        return next;
    }

    synchronized int keys() throws ExportLostException {
        requireGoingOn();
        return keys.size();
    }

    /** The last version given, once the ranges are frozen and everything was taken; empty before. */
    synchronized OptionalLong end() {
        return frozenAt != null && keys.isEmpty() && clients.isEmpty()
                ? OptionalLong.of(frozenAt)
                : OptionalLong.empty();
    }

    @GuardedBy("this")
    private void requireGoingOn() throws ExportLostException {
        if (lost != null) {
            throw new ExportLostException(lost);
        }
    }
}
