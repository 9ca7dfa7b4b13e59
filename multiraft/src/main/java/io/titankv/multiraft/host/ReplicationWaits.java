package io.titankv.multiraft.host;

import java.util.Comparator;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Those who wait until an index is reached. Each waiter brings its own time limit and takes itself out by completing. Thread-safe.
 */
final class ReplicationWaits {
    private final ConcurrentSkipListMap<Place, CompletableFuture<Void>> waiters = new ConcurrentSkipListMap<>();
    private final AtomicLong arrivals = new AtomicLong();

    private record Place(long index, long arrival) implements Comparable<Place> {
        private static final Comparator<Place> ORDER =
                Comparator.comparingLong(Place::index).thenComparingLong(Place::arrival);

        @Override
        public int compareTo(Place other) {
            return ORDER.compare(this, other);
        }
    }

    boolean isWaiting() {
        return !waiters.isEmpty();
    }

    CompletableFuture<Void> add(long index) {
        Place place = new Place(index, arrivals.incrementAndGet());
        CompletableFuture<Void> waiter = new CompletableFuture<>();
        waiters.put(place, waiter);
        var _ = waiter.whenComplete((done, failure) -> waiters.remove(place));
        return waiter;
    }

    /** Everything up to {@code index} is reached. */
    void onProgress(long index) {
        if (!waiters.isEmpty()) {
            waiters.headMap(new Place(index, Long.MAX_VALUE), true).values().forEach(waiter -> waiter.complete(null));
        }
    }

    void fail() {
        waiters.values()
                .forEach(waiter ->
                        waiter.completeExceptionally(new IllegalStateException("this replica does not lead any more")));
    }
}
