package io.titankv.gateway;

import io.titankv.model.GroupId;
import io.titankv.model.NodeId;
import io.titankv.model.ShardMap;
import java.time.Duration;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.Executor;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The pauses of requests that no replica can answer yet. A pause ends with news of the shard, that somebody leads it or that it owns
 * something else, and at the latest after its time, for news may come to other nodes alone. Thread-safe; nothing here blocks.
 *
 * <p>Keeps a few words for each shard that it ever heard of.
 */
final class RoundPauses {
    /** How much news of a shard there was at a moment. */
    record Seen(GroupId group, long news) {}

    private final ScheduledExecutorService timer;
    private final Executor executor;
    private final ConcurrentMap<GroupId, Paused> shards = new ConcurrentHashMap<>();
    private ShardMap map = ShardMap.EMPTY;

    RoundPauses(ScheduledExecutorService timer, Executor executor) {
        this.timer = timer;
        this.executor = executor;
    }

    /** One shard's. */
    private static final class Paused {
        private final Set<Pause> pauses = new HashSet<>();
        private long news;

        synchronized long news() {
            return news;
        }

        /** False when there was news since. */
        synchronized boolean add(Pause pause, @Nullable Seen seen) {
            return (seen == null || seen.news() == news) && pauses.add(pause);
        }

        synchronized boolean remove(Pause pause) {
            return pauses.remove(pause);
        }

        synchronized List<Pause> takeAll() {
            news++;
            List<Pause> all = List.copyOf(pauses);
            pauses.clear();
            return all;
        }
    }

    private static final class Pause {
        private final Runnable next;
        private volatile @Nullable Future<?> alarm;

        Pause(Runnable next) {
            this.next = next;
        }

        void silence() {
            Future<?> set = alarm;
            if (set != null) {
                set.cancel(false);
            }
        }
    }

    /** How much news of the shard there was: to be asked before one looks whether it can answer. */
    Seen seen(GroupId group) {
        return new Seen(group, of(group).news());
    }

    /**
     * Runs {@code next} on the executor: with the next news of the shard, at once when there was some since {@code seen}, or when the
     * time is over.
     *
     * @param seen what {@link #seen} said before the caller looked; null or of another shard: news since then is not known of
     * @throws RejectedExecutionException once the gateway is closed; it is not run then
     */
    void pause(GroupId group, @Nullable Seen seen, Duration atMost, Runnable next) {
        Paused shard = of(group);
        Pause pause = new Pause(next);
        if (!shard.add(pause, seen == null || !seen.group().equals(group) ? null : seen)) {
            executor.execute(next);
            return;
        }
        try {
            pause.alarm = timer.schedule(
                    () -> {
                        if (shard.remove(pause)) {
                            executor.execute(next);
                        }
                    },
                    atMost.toNanos(),
                    TimeUnit.NANOSECONDS);
        } catch (RejectedExecutionException e) {
            if (shard.remove(pause)) {
                throw e;
            }
        }
    }

    /** Somebody leads the shard, or it owns something else: whoever waits for it goes on. */
    void onNews(GroupId group) {
        Iterator<Pause> ended = of(group).takeAll().iterator();
        try {
            while (ended.hasNext()) {
                Pause pause = ended.next();
                pause.silence();
                executor.execute(pause.next);
            }
        } catch (RejectedExecutionException e) {
            // Closing: nobody is answered any more.
            ended.forEachRemaining(Pause::silence);
        }
    }

    /** New routes: all go on when ranges changed hands, else those whose shard has another leader. */
    void onMap(ShardMap newest) {
        ShardMap before;
        synchronized (this) {
            before = map;
            map = newest;
        }
        boolean moved = newest.epoch().compareTo(before.epoch()) > 0;
        for (GroupId group : shards.keySet()) {
            if (moved || !leader(newest, group).equals(leader(before, group))) {
                onNews(group);
            }
        }
    }

    private static Optional<NodeId> leader(ShardMap map, GroupId group) {
        return map.shard(group).flatMap(ShardMap.ShardEntry::leader);
    }

    private Paused of(GroupId group) {
        return shards.computeIfAbsent(group, _ -> new Paused());
    }
}
