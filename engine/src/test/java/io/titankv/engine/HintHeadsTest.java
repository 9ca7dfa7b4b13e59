package io.titankv.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class HintHeadsTest {
    private static HintCursor cursor(Random random, int fileId) {
        HintTable table = new HintTable(fileId);
        int entries = random.nextInt(20);
        for (int i = 0; i < entries; i++) {
            // Tokens that share their upper bits, and some that share all: the key decides.
            long token = (long) random.nextInt(3) << 62 | random.nextInt(6);
            byte[] key = ("k" + random.nextInt(4)).getBytes(StandardCharsets.UTF_8);
            RecordKind kind = random.nextInt(8) == 0 ? RecordKind.META_PUT : RecordKind.PUT;
            boolean isMeta = kind == RecordKind.META_PUT;
            table.add(kind, isMeta ? 0 : token, 1, i, 0, i, 60, MemorySegment.ofArray(key));
        }
        return table.sorted();
    }

    private static String subject(HintCursor entry) {
        return HintCursor.section(entry.kind()) + " " + Long.toUnsignedString(entry.token()) + " " + entry.name();
    }

    @Test
    void entriesComeInOrderAndThoseOfOneSubjectTogether() {
        for (int story = 0; story < 500; story++) {
            List<HintCursor> cursors = new ArrayList<>();
            List<String> expected = new ArrayList<>();
            int files = new Random(story).nextInt(9);
            for (int file = 0; file < files; file++) {
                cursors.add(cursor(new Random(story * 10L + file), file));
                HintCursor again = cursor(new Random(story * 10L + file), file);
                while (again.next()) {
                    expected.add(subject(again));
                }
            }
            HintHeads heads = new HintHeads(cursors);
            List<String> seen = new ArrayList<>();
            Random random = new Random(story);
            while (!heads.isEmpty()) {
                HintCursor first = heads.first();
                boolean isAlone = heads.isFirstAlone();
                String subject = subject(first);
                seen.add(subject);
                if (random.nextBoolean()) {
                    heads.advanceFirst();
                } else {
                    heads.removeFirst();
                    if (isAlone && !heads.isEmpty()) {
                        assertThat(HintCursor.compareSubjects(first, heads.first()))
                                .isNotZero();
                    }
                    if (first.next()) {
                        heads.add(first);
                    }
                }
            }
            assertThat(seen).hasSameElementsAs(expected).hasSize(expected.size());
            assertThat(seen).isSortedAccordingTo(HintHeadsTest::compare);
        }
    }

    private static int compare(String left, String right) {
        String[] ofLeft = left.split(" ", 3);
        String[] ofRight = right.split(" ", 3);
        int bySection = ofLeft[0].compareTo(ofRight[0]);
        int byToken = Long.compareUnsigned(Long.parseUnsignedLong(ofLeft[1]), Long.parseUnsignedLong(ofRight[1]));
        return bySection != 0 ? bySection : byToken != 0 ? byToken : ofLeft[2].compareTo(ofRight[2]);
    }
}
