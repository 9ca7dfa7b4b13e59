package io.titankv.placement.plan;

/** What groups are evened out by. */
enum Measure {
    /** The part of all tokens. */
    SHARE {
        @Override
        double of(RangeModel range) {
            return range.range().share();
        }
    },
    BYTES {
        @Override
        double of(RangeModel range) {
            return range.bytes();
        }
    },
    OPS {
        @Override
        double of(RangeModel range) {
            return range.opsPerSecond();
        }
    };

    abstract double of(RangeModel range);
}
