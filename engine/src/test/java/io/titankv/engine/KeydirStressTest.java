package io.titankv.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Readers beside the writer. Kept tokens always have the same number of entries, whose places the writer replaces again and again, one
 * generation after the other; around them other tokens come and go, so that pages split, join, empty and are used again.
 *
 * <p>With one writer a read is linearizable when the generation that it found is not older than the last that was complete before it
 * began, nor than one that any read had returned by then, nor newer than the last that was begun before it ended.
 */
class KeydirStressTest {
    private static final int KEPT = 64;
    private static final int READERS = 3;

    /** From one kept token to the next. They lie on both sides of the sign bit. */
    private static final long GAP = 1_024;

    private final AtomicLongArray begun = new AtomicLongArray(KEPT);
    private final AtomicLongArray complete = new AtomicLongArray(KEPT);
    private final AtomicLongArray returned = new AtomicLongArray(KEPT);
    private final AtomicBoolean stop = new AtomicBoolean();
    private final AtomicLong reads = new AtomicLong();
    private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();

    /** What an entry's length must be: an entry put together from two fails. */
    private static int recordBytes(long token, long fileId, long offset) {
        long mixed = (token * 31 + fileId) * 0x9E37_79B9_7F4A_7C15L + offset * 0xC2B2_AE3D_27D4_EB4FL;
        return (int) (mixed >>> 33) | 1;
    }

    private static long token(int kept) {
        return Long.MIN_VALUE + (kept - KEPT / 2) * GAP;
    }

    /** Most have one entry, some a few, one a chain of pages. */
    private static int entriesOf(int kept) {
        return kept == 7 ? 300 : 1 + kept % 3;
    }

    @ParameterizedTest
    @CsvSource({"2, 4, 80000", "8, 5, 80000", "128, 64, 150000"})
    void readersSeeOneMomentOfEachToken(int pageEntries, int fanout, int steps) throws Exception {
        try (Keydir keydir = new Keydir(pageEntries, fanout)) {
            for (int kept = 0; kept < KEPT; kept++) {
                for (int i = 0; i < entriesOf(kept); i++) {
                    insert(keydir, token(kept), 1, i);
                }
            }
            List<Thread> readers = new ArrayList<>();
            for (int i = 0; i < READERS; i++) {
                int seed = i;
                readers.add(Thread.ofPlatform().start(() -> guarded(() -> read(keydir, new SplittableRandom(seed)))));
            }
            guarded(() -> write(keydir, new SplittableRandom(42), steps));
            stop.set(true);
            for (Thread reader : readers) {
                reader.join();
            }
            @Nullable Throwable failed = failure.get();
            if (failed != null) {
                throw new AssertionError(failed);
            }
            assertThat(reads.get()).isPositive();
            keydir.checkInvariants();
        }
    }

    private void guarded(Runnable body) {
        try {
            body.run();
        } catch (Throwable e) {
            failure.compareAndSet(null, e);
            stop.set(true);
        }
    }

    private static void insert(Keydir keydir, long token, long fileId, long offset) {
        keydir.insert(token, fileId, offset, recordBytes(token, fileId, offset));
    }

    // The writer.

    private void write(Keydir keydir, SplittableRandom random, int steps) {
        List<long[]> others = new ArrayList<>();
        for (int step = 0; step < steps && !stop.get(); step++) {
            int kept = random.nextInt(KEPT);
            switch (random.nextInt(8)) {
                case 0, 1, 2 -> replaceOne(keydir, kept);
                case 3, 4, 5 -> {
                    if (others.size() < 3_000) {
                        long token = token(kept) + 1 + random.nextLong(GAP - 1);
                        insert(keydir, token, 5, step);
                        others.add(new long[] {token, step});
                    } else {
                        dropAround(keydir, kept, others);
                    }
                }
                default -> {
                    if (!others.isEmpty()) {
                        int at = random.nextInt(others.size());
                        long[] other = others.set(at, others.getLast());
                        others.removeLast();
                        assertThat(keydir.remove(other[0], 5, other[1])).isTrue();
                    }
                }
            }
        }
    }

    /** The kept token's next entry to its next generation. Generation g of a token with n entries: g / n complete rounds. */
    private void replaceOne(Keydir keydir, int kept) {
        long token = token(kept);
        int entries = entriesOf(kept);
        long generation = begun.incrementAndGet(kept);
        long slot = (generation - 1) % entries;
        long fileId = 1 + (generation - 1) / entries;
        boolean replaced = keydir.replace(token, fileId, slot, fileId + 1, slot, recordBytes(token, fileId + 1, slot));
        assertThat(replaced).isTrue();
        complete.set(kept, generation);
    }

    /** Everything between a kept token and the one ten further, without the kept ones. */
    private static void dropAround(Keydir keydir, int kept, List<long[]> others) {
        int last = Math.min(KEPT - 1, kept + 10);
        for (int i = kept; i < last; i++) {
            keydir.removeRange(token(i) + 1, token(i + 1), (token, file, offset, bytes) -> {});
        }
        others.removeIf(other ->
                Long.compareUnsigned(other[0], token(kept)) > 0 && Long.compareUnsigned(other[0], token(last)) < 0);
    }

    // A reader.

    private void read(Keydir keydir, SplittableRandom random) {
        Places out = new Places();
        while (!stop.get()) {
            int kept = random.nextInt(KEPT);
            switch (random.nextInt(4)) {
                case 0 -> readRange(keydir, kept, random, out);
                case 1 -> count(keydir, kept);
                default -> readOne(keydir, kept, out);
            }
            reads.incrementAndGet();
        }
    }

    private void readOne(Keydir keydir, int kept, Places out) {
        long least = Math.max(complete.get(kept), returned.get(kept));
        keydir.find(token(kept), out);
        check(kept, out, 0, out.size(), least, begun.get(kept));
    }

    private void readRange(Keydir keydir, int first, SplittableRandom random, Places out) {
        int end = Math.min(KEPT, first + 1 + random.nextInt(4));
        long[] least = new long[KEPT];
        for (int i = first; i < end; i++) {
            least[i] = Math.max(complete.get(i), returned.get(i));
        }
        keydir.copyFrom(token(first), token(end - 1) + 1, Integer.MAX_VALUE, out);
        int next = first;
        for (int from = 0; from < out.size(); ) {
            int to = from + 1;
            while (to < out.size() && out.token(to) == out.token(from)) {
                to++;
            }
            require(from == 0 || Long.compareUnsigned(out.token(from - 1), out.token(from)) < 0, "tokens rise", out);
            if (Math.floorMod(out.token(from), GAP) == 0) {
                require(out.token(from) == token(next), "a kept token is there", out);
                check(next, out, from, to, least[next], begun.get(next));
                next++;
            } else {
                checkEntries(out, from, to);
            }
            from = to;
        }
        require(next == end, "all kept tokens are there", out);
    }

    private static void count(Keydir keydir, int kept) {
        long count = keydir.count(token(kept), token(kept) + 1);
        if (count != entriesOf(kept)) {
            throw new AssertionError("counted " + count + " of " + entriesOf(kept));
        }
    }

    private void check(int kept, Places out, int from, int to, long least, long most) {
        require(to - from == entriesOf(kept), "a kept token has all its entries", out);
        checkEntries(out, from, to);
        long generation = -entriesOf(kept);
        for (int i = from; i < to; i++) {
            require(out.token(i) == token(kept), "the token asked for", out);
            generation += out.fileId(i);
        }
        require(generation >= least, "nothing older than what was there before", out);
        require(generation <= most, "nothing newer than what was begun", out);
        long seen = generation;
        returned.updateAndGet(kept, before -> Math.max(before, seen));
    }

    private static void checkEntries(Places out, int from, int to) {
        for (int i = from; i < to; i++) {
            require(
                    out.recordBytes(i) == recordBytes(out.token(i), out.fileId(i), out.offset(i)),
                    "an entry is whole",
                    out);
        }
    }

    private static void require(boolean holds, String promise, Places out) {
        if (!holds) {
            throw new AssertionError(promise + ": " + (out.size() < 50 ? out : out.size() + " entries"));
        }
    }
}
