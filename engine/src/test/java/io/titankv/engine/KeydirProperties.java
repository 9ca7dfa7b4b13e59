package io.titankv.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.function.LongSupplier;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

/** The keydir against a model, with pages and branches so small that everything happens. */
class KeydirProperties {
    private static final int STEPS = 600;

    enum Tokens {
        RANDOM,
        ONE,
        FEW,
        NARROW,
        RISING,
        FALLING
    }

    private record Entry(long token, long fileId, long offset, int bytes) {}

    private static final Comparator<Entry> ORDER = Comparator.comparing(Entry::token, Long::compareUnsigned)
            .thenComparingLong(Entry::fileId)
            .thenComparingLong(Entry::offset);

    /** What a keydir should hold. */
    private static final class Model {
        final TreeMap<Long, List<Entry>> byToken = new TreeMap<>(Long::compareUnsigned);

        void add(Entry entry) {
            byToken.computeIfAbsent(entry.token, it -> new ArrayList<>()).add(entry);
        }

        boolean remove(Entry entry) {
            List<Entry> ofToken = byToken.getOrDefault(entry.token, List.of());
            boolean removed = ofToken.remove(entry);
            if (removed && ofToken.isEmpty()) {
                byToken.remove(entry.token);
            }
            return removed;
        }

        List<Entry> range(long start, long end, int atLeast) {
            List<Entry> found = new ArrayList<>();
            for (var each : byToken.tailMap(start, true).entrySet()) {
                if (found.size() >= atLeast || (end != 0 && Long.compareUnsigned(each.getKey(), end) >= 0)) {
                    break;
                }
                found.addAll(each.getValue());
            }
            return found;
        }

        List<Entry> all() {
            return range(0, 0, Integer.MAX_VALUE);
        }
    }

    private static LongSupplier supplier(Tokens tokens, SplittableRandom random) {
        long[] next = {random.nextLong()};
        return switch (tokens) {
            case RANDOM -> random::nextLong;
            case ONE -> () -> next[0];
            case FEW -> () -> next[0] + random.nextInt(5) * 1_000L;
            case NARROW -> () -> random.nextInt(200) - 100;
            case RISING -> () -> next[0] += random.nextInt(3);
            case FALLING -> () -> next[0] -= random.nextInt(3);
        };
    }

    private static List<Entry> entries(Places places) {
        List<Entry> entries = new ArrayList<>();
        for (int i = 0; i < places.size(); i++) {
            entries.add(new Entry(places.token(i), places.fileId(i), places.offset(i), places.recordBytes(i)));
        }
        return entries;
    }

    @Property(tries = 250)
    void agreesWithTheModel(
            @ForAll Tokens tokens,
            @ForAll long seed,
            @ForAll @IntRange(min = 1, max = 9) int pageEntries,
            @ForAll @IntRange(min = 4, max = 9) int fanout,
            @ForAll @IntRange(min = 10, max = 90) int growth) {
        SplittableRandom random = new SplittableRandom(seed);
        LongSupplier token = supplier(tokens, random);
        Model model = new Model();
        Places out = new Places();
        long nextOffset = 0;
        try (Keydir keydir = new Keydir(pageEntries, fanout)) {
            for (int step = 0; step < STEPS; step++) {
                int dice = random.nextInt(100);
                List<Entry> all = dice < growth && step % 10 != 0 ? List.of() : model.all();
                if (all.isEmpty()) {
                    Entry entry =
                            new Entry(token.getAsLong(), 1 + random.nextInt(3), nextOffset++, 1 + random.nextInt(9));
                    keydir.insert(entry.token, entry.fileId, entry.offset, entry.bytes);
                    model.add(entry);
                } else {
                    change(keydir, model, all.get(random.nextInt(all.size())), nextOffset++, random);
                }
                if (step % 25 == 0) {
                    compare(keydir, model, token, random, out);
                }
            }
            compare(keydir, model, token, random, out);
            drain(keydir, model, random);
            compare(keydir, model, token, random, out);
        }
    }

    private static void change(Keydir keydir, Model model, Entry entry, long newOffset, SplittableRandom random) {
        switch (random.nextInt(20)) {
            case 0 -> {
                assertThat(keydir.remove(entry.token, 99, entry.offset)).isFalse();
                assertThat(keydir.replace(entry.token + 1, entry.fileId, entry.offset, 1, 1, 1))
                        .isFalse();
            }
            case 1 -> {
                long end = entry.token + random.nextLong(1L << random.nextInt(1, 63));
                removeRange(keydir, model, entry.token, random.nextInt(8) == 0 ? 0 : end);
            }
            case 2, 3, 4, 5, 6 -> {
                Entry moved = new Entry(entry.token, 7, newOffset, 3);
                assertThat(keydir.replace(entry.token, entry.fileId, entry.offset, 7, newOffset, 3))
                        .isTrue();
                model.remove(entry);
                model.add(moved);
            }
            default -> {
                assertThat(keydir.remove(entry.token, entry.fileId, entry.offset))
                        .isTrue();
                model.remove(entry);
            }
        }
    }

    private static void removeRange(Keydir keydir, Model model, long start, long end) {
        List<Entry> expected = model.range(start, end, Integer.MAX_VALUE);
        List<Entry> dropped = new ArrayList<>();
        long count = keydir.removeRange(
                start, end, (token, file, offset, bytes) -> dropped.add(new Entry(token, file, offset, bytes)));
        assertThat(count).isEqualTo(expected.size());
        assertThat(dropped).containsExactlyInAnyOrderElementsOf(expected);
        expected.forEach(model::remove);
    }

    /** Down to nothing, by hand or by range. */
    private static void drain(Keydir keydir, Model model, SplittableRandom random) {
        if (random.nextBoolean()) {
            removeRange(keydir, model, 0, 0);
        }
        for (Entry entry : model.all()) {
            assertThat(keydir.remove(entry.token, entry.fileId, entry.offset)).isTrue();
            model.remove(entry);
        }
        assertThat(keydir.size()).isZero();
    }

    private static void compare(Keydir keydir, Model model, LongSupplier tokens, SplittableRandom random, Places out) {
        keydir.checkInvariants();
        List<Entry> all = model.all();
        assertThat(keydir.size()).isEqualTo(all.size());
        keydir.copyFrom(0, 0, Integer.MAX_VALUE, out);
        assertThat(entries(out).stream().sorted(ORDER).toList())
                .isEqualTo(all.stream().sorted(ORDER).toList());
        assertThat(entries(out)).isSortedAccordingTo(Comparator.comparing(Entry::token, Long::compareUnsigned));
        for (int i = 0; i < 5; i++) {
            long start = all.isEmpty() || i < 2 ? tokens.getAsLong() : all.get(random.nextInt(all.size())).token;
            long end = random.nextInt(4) == 0 ? 0 : start + random.nextLong(1L << random.nextInt(1, 63));
            int atLeast = 1 + random.nextInt(40);
            keydir.find(start, out);
            assertThat(entries(out)).containsExactlyInAnyOrderElementsOf(model.byToken.getOrDefault(start, List.of()));
            List<Entry> expected = model.range(start, end, atLeast);
            keydir.copyFrom(start, end, atLeast, out);
            assertThat(entries(out)).containsExactlyInAnyOrderElementsOf(expected);
            assertThat(keydir.count(start, end))
                    .isEqualTo(model.range(start, end, Integer.MAX_VALUE).size());
        }
    }
}
