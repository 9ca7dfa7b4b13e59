package io.titankv.placement.state;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.titankv.model.GroupId;
import io.titankv.model.ShardMap.RangeEntry;
import io.titankv.model.TokenRange;
import java.util.List;
import org.junit.jupiter.api.Test;

final class RingEditTest {
    private static final GroupId S1 = new GroupId(1);
    private static final GroupId S2 = new GroupId(2);
    private static final GroupId S3 = new GroupId(3);
    /** The last range reaches over the middle of the unsigned numbers. */
    private static final List<RangeEntry> RING = List.of(entry(0, 100, S1), entry(100, 200, S2), entry(200, 0, S1));

    private static RangeEntry entry(long start, long end, GroupId owner) {
        return new RangeEntry(new TokenRange(start, end), owner);
    }

    private static List<RangeEntry> moved(GroupId from, GroupId to, TokenRange... ranges) {
        return RingEdit.moved(RING, List.of(ranges), from, to);
    }

    @Test
    void aRangeIsCutOutOfTheMiddle() {
        assertThat(moved(S1, S3, new TokenRange(10, 20)))
                .containsExactly(
                        entry(0, 10, S1),
                        entry(10, 20, S3),
                        entry(20, 100, S1),
                        entry(100, 200, S2),
                        entry(200, 0, S1));
    }

    @Test
    void neighboursOfOneOwnerAreJoined() {
        assertThat(moved(S1, S2, new TokenRange(50, 100), new TokenRange(200, 300)))
                .containsExactly(entry(0, 50, S1), entry(50, 300, S2), entry(300, 0, S1));
        assertThat(moved(S2, S1, new TokenRange(100, 200))).containsExactly(entry(0, 0, S1));
    }

    @Test
    void theEndsOfTheRingAreTokensLikeOthers() {
        assertThat(moved(S1, S3, new TokenRange(0, 5), new TokenRange(1L << 63, 0)))
                .containsExactly(
                        entry(0, 5, S3),
                        entry(5, 100, S1),
                        entry(100, 200, S2),
                        entry(200, 1L << 63, S1),
                        entry(1L << 63, 0, S3));
    }

    @Test
    void nobodyGivesWhatIsNotItsOwn() {
        for (TokenRange range : List.of(
                new TokenRange(100, 150), new TokenRange(50, 150), new TokenRange(150, 250), new TokenRange(0, 0))) {
            assertThatThrownBy(() -> moved(S1, S3, range))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("not to s1");
        }
        assertThatThrownBy(() -> moved(S1, S3, new TokenRange(0, 10), new TokenRange(5, 20)))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
