package io.titankv.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** A keydir that was filled in order is one like any other. */
class KeydirBuilderTest {
    private static final int STORIES = 300;

    /** Tokens of few values make runs that fill pages, end within them, and become chains. */
    private static long[] sortedTokens(Random random) {
        long[] tokens = new long[random.nextInt(400)];
        int spread = 1 + random.nextInt(1 + random.nextInt(300));
        for (int i = 0; i < tokens.length; i++) {
            tokens[i] = spread == 1 ? 42 : (long) random.nextInt(spread) * (Long.MAX_VALUE / spread) * 2;
        }
        return Arrays.stream(tokens)
                .boxed()
                .sorted(Long::compareUnsigned)
                .mapToLong(Long::longValue)
                .toArray();
    }

    private static void fill(Keydir keydir, long[] tokens) {
        keydir.fill(builder -> {
            for (int i = 0; i < tokens.length; i++) {
                builder.add(tokens[i], 1, i, 10);
            }
        });
    }

    @Test
    void holdsWhatWasAddedAndGoesOn() {
        for (int story = 0; story < STORIES; story++) {
            Random random = new Random(story);
            long[] tokens = sortedTokens(random);
            int pageEntries = 2 + random.nextInt(12);
            int fanout = 4 + random.nextInt(8);
            try (Keydir filled = new Keydir(pageEntries, fanout);
                    Keydir inserted = new Keydir(pageEntries, fanout)) {
                fill(filled, tokens);
                for (int i = 0; i < tokens.length; i++) {
                    inserted.insert(tokens[i], 1, i, 10);
                }
                filled.checkInvariants();
                assertAlike(filled, inserted, tokens);
                for (int i = 0; i < 100; i++) {
                    change(random, tokens, i, filled, inserted);
                }
                filled.checkInvariants();
                assertAlike(filled, inserted, tokens);
            }
        }
    }

    private static void change(Random random, long[] tokens, int number, Keydir... keydirs) {
        boolean removes = tokens.length > 0 && random.nextBoolean();
        int at = tokens.length == 0 ? 0 : random.nextInt(tokens.length);
        long token = random.nextLong();
        for (Keydir keydir : keydirs) {
            if (removes) {
                keydir.remove(tokens[at], 1, at);
            } else {
                keydir.insert(token, 2, number, 10);
            }
        }
    }

    private static void assertAlike(Keydir left, Keydir right, long[] tokens) {
        assertThat(left.size()).isEqualTo(right.size());
        assertThat(left.count(0, 0)).isEqualTo(right.count(0, 0));
        Places ofLeft = new Places();
        Places ofRight = new Places();
        for (long token : tokens) {
            assertThat(left.find(token, ofLeft)).isEqualTo(right.find(token, ofRight));
            assertThat(offsets(ofLeft)).isEqualTo(offsets(ofRight));
        }
        left.copyFrom(0, 0, Integer.MAX_VALUE, ofLeft);
        assertThat(ofLeft.size()).isEqualTo((int) left.size());
    }

    private static long[] offsets(Places places) {
        long[] offsets = new long[places.size()];
        for (int i = 0; i < offsets.length; i++) {
            offsets[i] = places.fileId(i) << Integer.SIZE | places.offset(i);
        }
        Arrays.sort(offsets);
        return offsets;
    }

    @Test
    void onlyAnEmptyKeydirIsFilled() {
        try (Keydir keydir = new Keydir()) {
            keydir.insert(1, 1, 1, 1);
            assertThatThrownBy(() -> fill(keydir, new long[] {2})).isInstanceOf(IllegalStateException.class);
        }
    }

    @Test
    void entriesOutOfOrderAreRefused() {
        try (Keydir keydir = new Keydir(1, 4)) {
            assertThatThrownBy(() -> fill(keydir, new long[] {2, 1})).isInstanceOf(IllegalStateException.class);
        }
    }
}
