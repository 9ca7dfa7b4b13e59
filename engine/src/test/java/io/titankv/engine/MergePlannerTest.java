package io.titankv.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.titankv.engine.MergePlanner.Candidate;
import java.util.List;
import org.junit.jupiter.api.Test;

class MergePlannerTest {
    private static final long FULL = 1000;

    /** A file with so many bytes of records, of which some are live and some graves. */
    private static Candidate file(long id, long bytes, long live, long graveBytes) {
        long graves = graveBytes > 0 ? 1 : 0;
        return new Candidate(
                new SealedFile(
                        id,
                        bytes + DataFileHeader.BYTES,
                        0,
                        9,
                        id * 10,
                        graves > 0 ? id * 10 + 9 : -1,
                        graves,
                        graveBytes),
                live);
    }

    private static List<Long> plan(Candidate... files) {
        return MergePlanner.plan(List.of(files), FULL);
    }

    @Test
    void aStoreWithoutDeadRecordsIsLeftAlone() {
        assertThat(plan()).isEmpty();
        assertThat(plan(file(1, FULL, FULL, 0), file(2, FULL, 900, 0))).isEmpty();
    }

    @Test
    void aFileThatIsHalfDeadIsMergedByItself() {
        assertThat(plan(file(1, FULL, 1000, 0), file(2, FULL, 500, 0), file(3, FULL, 0, 0)))
                .containsExactly(3L, 2L);
    }

    @Test
    void whenTheStoreIsTooDeadItsDeadestFilesAreMerged() {
        assertThat(plan(file(1, FULL, 600, 0), file(2, FULL, 950, 0), file(3, FULL, 550, 0)))
                .containsExactly(3L, 1L);
    }

    @Test
    void gravesAloneAreNotDead() {
        assertThat(plan(file(1, FULL, FULL, 0), file(2, FULL, 930, 70))).isEmpty();
    }

    @Test
    void gravesGoWithEverythingThatMayHoldWhatTheyBury() {
        // File 3 is newer than the graves of file 2; nothing there can be buried by them.
        assertThat(plan(file(1, FULL, FULL, 0), file(2, FULL, 500, 500), file(3, FULL, FULL, 0)))
                .containsExactly(1L, 2L);
    }

    @Test
    void smallFilesAreJoinedWhenThereAreMany() {
        Candidate[] few = new Candidate[7];
        Candidate[] many = new Candidate[8];
        for (int i = 0; i < 8; i++) {
            many[i] = file(i + 1, 100, 100, 0);
            if (i < 7) {
                few[i] = many[i];
            }
        }
        assertThat(plan(few)).isEmpty();
        assertThat(plan(many)).hasSize(8);
    }

    @Test
    void aGraveIsNeededWhileAnOlderValueIsElsewhere() {
        assertThat(MergePlanner.isGraveNeeded(10, 9)).isTrue();
        assertThat(MergePlanner.isGraveNeeded(10, 10)).isTrue();
        assertThat(MergePlanner.isGraveNeeded(10, 11)).isFalse();
    }
}
