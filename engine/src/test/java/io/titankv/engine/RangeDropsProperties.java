package io.titankv.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

class RangeDropsProperties {
    /** Tokens that meet and overlap often, on both sides of the sign bit. */
    private static final long[] TOKENS = {0, 1, 2, 99, Long.MAX_VALUE, Long.MIN_VALUE, Long.MIN_VALUE + 1, -2, -1};

    @Property(tries = 500)
    void aRecordIsBuriedWhenAnyDropBuriesIt(@ForAll long seed) {
        Random random = new Random(seed);
        List<RangeDrops.Drop> drops = new ArrayList<>();
        for (int i = random.nextInt(8); i > 0; i--) {
            long start = TOKENS[random.nextInt(TOKENS.length)];
            long end = TOKENS[random.nextInt(TOKENS.length)];
            if (end == 0 || Long.compareUnsigned(start, end) <= 0) {
                drops.add(new RangeDrops.Drop(start, end, random.nextInt(5), random.nextInt(3)));
            }
        }
        RangeDrops all = RangeDrops.of(drops);
        for (long token : TOKENS) {
            for (int index = 0; index < 6; index++) {
                for (int ordinal = 0; ordinal < 4; ordinal++) {
                    int recordIndex = index;
                    int recordOrdinal = ordinal;
                    assertThat(all.bury(token, index, ordinal))
                            .isEqualTo(drops.stream().anyMatch(drop -> drop.buries(token, recordIndex, recordOrdinal)));
                }
            }
        }
    }
}
