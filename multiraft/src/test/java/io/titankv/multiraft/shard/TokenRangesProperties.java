package io.titankv.multiraft.shard;

import static org.assertj.core.api.Assertions.assertThat;

import io.titankv.model.Epoch;
import io.titankv.model.TokenRange;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

/** Ranges on a ring of 64 places, beside sets of places; the last place ends at 2^64. */
class TokenRangesProperties {
    private static final int PLACES = 64;

    private static long token(int place) {
        return (long) place << 58;
    }

    private static List<TokenRange> ranges(BitSet places, Random random) {
        List<TokenRange> ranges = new ArrayList<>();
        for (int from = places.nextSetBit(0); from >= 0; from = places.nextSetBit(from)) {
            int end = from + 1;
            while (end < PLACES && places.get(end) && random.nextInt(4) != 0) {
                end++;
            }
            ranges.add(new TokenRange(token(from), token(end)));
            from = end;
            if (from >= PLACES) {
                break;
            }
        }
        return ranges;
    }

    private static BitSet places(List<TokenRange> ranges) {
        BitSet places = new BitSet();
        for (int place = 0; place < PLACES; place++) {
            places.set(place, TokenRanges.contain(ranges, token(place)));
        }
        return places;
    }

    private static BitSet drawn(Random random) {
        BitSet places = new BitSet();
        for (int place = 0; place < PLACES; place++) {
            places.set(place, random.nextBoolean());
        }
        return places;
    }

    @Property
    void are_sets_of_tokens(@ForAll long seed) {
        Random random = new Random(seed);
        BitSet some = drawn(random);
        BitSet others = drawn(random);
        List<TokenRange> ranges = ranges(some, random);
        List<TokenRange> taken = ranges(others, random);

        BitSet rest = (BitSet) some.clone();
        rest.andNot(others);
        List<TokenRange> left = TokenRanges.without(ranges, taken);
        assertThat(places(left)).isEqualTo(rest);
        assertThat(TokenRanges.areDisjoint(left)).isTrue();
        assertThat(TokenRanges.containAll(ranges, left)).isTrue();
        assertThat(TokenRanges.containAll(taken, ranges)).isEqualTo(rest.isEmpty());

        BitSet both = (BitSet) rest.clone();
        both.or(others);
        List<TokenRange> joined = TokenRanges.with(left, taken);
        assertThat(places(joined)).isEqualTo(both);
        for (int i = 1; i < joined.size(); i++) {
            assertThat(joined.get(i - 1).endExclusive())
                    .isNotEqualTo(joined.get(i).startInclusive());
        }
        assertThat(new Ownership(Epoch.NONE, joined).owns(token(0))).isEqualTo(both.get(0));
    }
}
