package io.titankv.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class KeydirTest {
    private final Keydir keydir = new Keydir();
    private final Places out = new Places();

    @AfterEach
    void close() {
        keydir.checkInvariants();
        keydir.close();
        keydir.close();
    }

    private List<String> find(long token) {
        int found = keydir.find(token, out);
        assertThat(found).isEqualTo(out.size());
        return all();
    }

    private List<String> all() {
        List<String> all = new ArrayList<>();
        for (int i = 0; i < out.size(); i++) {
            all.add(Long.toUnsignedString(out.token(i)) + "@" + out.fileId(i) + ":" + out.offset(i) + "+"
                    + out.recordBytes(i));
        }
        return all;
    }

    @Test
    void entriesOfATokenKeepTheirOrderWhileLeavesShareSplitAndShrink() {
        try (Keydir small = new Keydir(8, 4)) {
            SplittableRandom random = new SplittableRandom(1);
            long[] tokens = random.longs(2_000).toArray();
            for (int i = 0; i < tokens.length; i++) {
                small.insert(tokens[i], 1, i, 10);
                small.insert(tokens[(int) ((i + 1) * 0.7)], 2, i, 10);
            }
            for (int i = 0; i < tokens.length; i += 3) {
                small.remove(tokens[i], 1, i);
            }
            for (long token : tokens) {
                int found = small.find(token, out);
                for (int i = 1; i < found; i++) {
                    assertThat(out.start(i)).as("later entries stand behind").isGreaterThan(out.start(i - 1));
                }
            }
            small.checkInvariants();
        }
    }

    @Test
    void findsWhatWasInserted() {
        keydir.insert(5, 1, 100, 10);
        keydir.insert(-1, 0xFFFF_FFFFL, 0xFFFF_FFFFL, Integer.MAX_VALUE);
        keydir.insert(0, 2, 0, 1);
        assertThat(find(5)).containsExactly("5@1:100+10");
        assertThat(find(-1)).containsExactly("18446744073709551615@4294967295:4294967295+2147483647");
        assertThat(find(0)).containsExactly("0@2:0+1");
        assertThat(find(6)).isEmpty();
        assertThat(keydir.size()).isEqualTo(3);
    }

    @Test
    void refusesPlacesThatDoNotFit() {
        assertThatThrownBy(() -> keydir.insert(1, 0, 0, 1)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> keydir.insert(1, 1L << 32, 0, 1)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> keydir.insert(1, 1, 1L << 32, 1)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> keydir.insert(1, 1, -1, 1)).isInstanceOf(IllegalArgumentException.class);
        assertThat(keydir.size()).isZero();
    }

    @Test
    void entriesMayShareAToken() {
        keydir.insert(5, 1, 100, 10);
        keydir.insert(5, 1, 200, 20);
        assertThat(find(5)).containsExactly("5@1:100+10", "5@1:200+20");
        assertThat(keydir.replace(5, 1, 100, 2, 0, 11)).isTrue();
        assertThat(keydir.replace(5, 1, 100, 2, 0, 11)).isFalse();
        assertThat(keydir.replace(4, 2, 0, 3, 0, 11)).isFalse();
        assertThat(find(5)).containsExactlyInAnyOrder("5@2:0+11", "5@1:200+20");
        assertThat(keydir.remove(5, 1, 200)).isTrue();
        assertThat(keydir.remove(5, 1, 200)).isFalse();
        assertThat(find(5)).containsExactly("5@2:0+11");
    }

    @Test
    void copiesAndCountsInTokenOrder() {
        for (long token : new long[] {7, 3, -2, 3, 0, 5, 3, -1}) {
            keydir.insert(token, 1, keydir.size(), 1);
        }
        assertThat(keydir.copyFrom(0, 0, 100, out)).isEqualTo(8);
        assertThat(all())
                .extracting(it -> it.substring(0, it.indexOf('@')))
                .containsExactly("0", "3", "3", "3", "5", "7", "18446744073709551614", "18446744073709551615");
        assertThat(keydir.copyFrom(1, 0, 1, out)).as("all of token 3").isEqualTo(3);
        assertThat(keydir.copyFrom(1, 0, 4, out)).isEqualTo(4);
        assertThat(keydir.copyFrom(4, 7, 100, out)).isEqualTo(1);
        assertThat(keydir.copyFrom(8, -2, 100, out)).isZero();
        assertThat(keydir.count(0, 0)).isEqualTo(8);
        assertThat(keydir.count(3, 4)).isEqualTo(3);
        assertThat(keydir.count(4, -1)).isEqualTo(3);
        assertThat(keydir.count(-1, 0)).isEqualTo(1);
        assertThat(keydir.count(5, 5)).isZero();
        assertThat(keydir.count(9, 5)).isZero();
    }

    @Test
    void manyOfOneTokenAmongOthers() {
        int copies = 5_000;
        for (int i = 0; i < copies; i++) {
            keydir.insert(1_000, 1, i, 1);
            keydir.insert(i % 2_000 == 1_000 ? 1 : i % 2_000, 2, i, 1);
        }
        keydir.checkInvariants();
        assertThat(keydir.find(1_000, out)).isEqualTo(copies);
        assertThat(keydir.count(1_000, 1_001)).isEqualTo(copies);
        assertThat(keydir.copyFrom(999, 0, 4, out)).isEqualTo(copies + keydir.count(999, 1_000));
        for (int i = 0; i < copies; i += 2) {
            assertThat(keydir.remove(1_000, 1, i)).isTrue();
            assertThat(keydir.replace(1_000, 1, i + 1, 3, i, 2)).isTrue();
        }
        assertThat(keydir.find(1_000, out)).isEqualTo(copies / 2);
        for (int i = 0; i < out.size(); i++) {
            assertThat(out.fileId(i)).isEqualTo(3);
        }
        keydir.checkInvariants();
        assertThat(keydir.removeRange(
                        1_000,
                        1_001,
                        (token, file, offset, bytes) -> assertThat(token).isEqualTo(1_000)))
                .isEqualTo(copies / 2);
        assertThat(keydir.find(1_000, out)).isZero();
        assertThat(keydir.size()).isEqualTo(copies);
    }

    @Test
    void removedPagesAreUsedAgain() {
        SplittableRandom random = new SplittableRandom(3);
        for (int i = 0; i < 50_000; i++) {
            keydir.insert(random.nextLong(), 1, i, 1);
        }
        long bytes = keydir.bytes();
        for (int round = 0; round < 3; round++) {
            assertThat(keydir.removeRange(0, 0, (token, file, offset, length) -> {}))
                    .isEqualTo(50_000);
            assertThat(keydir.size()).isZero();
            keydir.checkInvariants();
            for (int i = 0; i < 50_000; i++) {
                keydir.insert(random.nextLong(), 1, i, 1);
            }
        }
        assertThat(keydir.bytes()).isBetween(bytes * 9 / 10, bytes * 11 / 10);
    }

    @Test
    void removalsOneByOneGivePagesBack() {
        SplittableRandom random = new SplittableRandom(4);
        long[] tokens = random.longs(50_000).toArray();
        for (int i = 0; i < tokens.length; i++) {
            keydir.insert(tokens[i], 1, i, 1);
        }
        for (int i = 0; i < tokens.length; i++) {
            if (i % 50 != 0) {
                assertThat(keydir.remove(tokens[i], 1, i)).isTrue();
            }
        }
        keydir.checkInvariants();
        assertThat(keydir.size()).isEqualTo(1_000);
        long bytes = keydir.bytes();
        for (int i = 0; i < 49_000; i++) {
            keydir.insert(random.nextLong(), 1, i, 1);
        }
        assertThat(keydir.bytes()).as("no new slab").isLessThan(bytes + bytes / 5);
    }

    @Test
    void costsAtMost28BytesAnEntryWhateverTheOrder() {
        int entries = 300_000;
        SplittableRandom random = new SplittableRandom(5);
        for (int i = 0; i < entries; i++) {
            keydir.insert(random.nextLong(), 1, i, 1);
        }
        assertThat((double) keydir.bytes() / entries).isLessThan(28);
        try (Keydir rising = new Keydir();
                Keydir falling = new Keydir();
                Keydir narrow = new Keydir()) {
            for (int i = 0; i < entries; i++) {
                rising.insert(i * 0x3333_3333_3333L, 1, i, 1);
                falling.insert(-1 - i * 0x3333_3333_3333L, 1, i, 1);
                narrow.insert(random.nextInt(1 << 20), 1, i, 1);
            }
            assertThat((double) rising.bytes() / entries).isLessThan(28);
            assertThat((double) falling.bytes() / entries).isLessThan(28);
            assertThat((double) narrow.bytes() / entries).isLessThan(28);
        }
    }

    @Test
    void aConsumerThatThrowsLeavesARestThatWorks() {
        for (int i = 0; i < 1_000; i++) {
            keydir.insert(i, 1, i, 1);
        }
        assertThatThrownBy(() -> keydir.removeRange(0, 0, (token, file, offset, bytes) -> {
                    if (token == 500) {
                        throw new IllegalStateException("stop");
                    }
                }))
                .hasMessage("stop");
        keydir.checkInvariants();
        assertThat(keydir.find(500, out)).isEqualTo(1);
        assertThat(keydir.count(0, 0)).isEqualTo(keydir.size());
    }

    @Test
    void afterCloseReadersFail() {
        Keydir closed = new Keydir();
        closed.insert(1, 1, 1, 1);
        closed.close();
        assertThatThrownBy(() -> closed.find(1, out)).isInstanceOf(IllegalStateException.class);
    }
}
