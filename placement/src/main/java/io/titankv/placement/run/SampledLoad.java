package io.titankv.placement.run;

import com.google.common.base.Supplier;
import com.google.common.base.Suppliers;
import io.titankv.model.TokenRange;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Where on the ring the latest operations of a group were: tokens that its replicas sampled, each standing for as many operations as were
 * done for each token sampled. Immutable.
 */
final class SampledLoad {
    static final SampledLoad NONE = new SampledLoad(List.of());

    /** One each second: about as far back as {@link OperationRates} look. */
    static final int SAMPLES_MAX = 32;

    /** With fewer tokens than these it is chance where they are. */
    static final int TOKENS_MIN = 128;

    /** With less of a group's load than this part, a token's is moved with those around it. */
    private static final double HOT_PART_MIN = 0.04;

    private final List<Sample> samples;
    /** Made when it is first asked for: heartbeats come oftener than plans are made. */
    private final Supplier<Spread> spread = Suppliers.memoize(this::spreadOut);

    /** What one heartbeat told. */
    private record Sample(List<Long> tokens, double operationsEach) {}

    /** Operations of one token. */
    record Hot(long token, double operations) {}

    private SampledLoad(List<Sample> samples) {
        this.samples = samples;
    }

    /** The same with what another heartbeat told; the oldest of many is left out. */
    SampledLoad with(List<Long> tokens, long operations) {
        if (tokens.isEmpty() || operations <= 0) {
            return this;
        }
        List<Sample> more = new ArrayList<>(
                samples.size() < SAMPLES_MAX
                        ? samples
                        : samples.subList(samples.size() - SAMPLES_MAX + 1, samples.size()));
        more.add(new Sample(List.copyOf(tokens), (double) operations / tokens.size()));
        return new SampledLoad(List.copyOf(more));
    }

    /** What was sampled on two nodes. */
    SampledLoad and(SampledLoad other) {
        // Mostly only the leader has any.
        if (samples.isEmpty() || other.samples.isEmpty()) {
            return samples.isEmpty() ? other : this;
        }
        List<Sample> both = new ArrayList<>(samples);
        both.addAll(other.samples);
        return new SampledLoad(List.copyOf(both));
    }

    /** What there is of it, by token. */
    Spread spread() {
        return spread.get();
    }

    private Spread spreadOut() {
        Map<Long, Double> byToken = new HashMap<>();
        int count = 0;
        for (Sample sample : samples) {
            for (long token : sample.tokens()) {
                byToken.merge(token, sample.operationsEach(), Double::sum);
            }
            count += sample.tokens().size();
        }
        long[] tokens = byToken.keySet().stream()
                .sorted(Long::compareUnsigned)
                .mapToLong(Long::longValue)
                .toArray();
        double[] below = new double[tokens.length + 1];
        List<Hot> hot = new ArrayList<>();
        for (int i = 0; i < tokens.length; i++) {
            below[i + 1] = below[i] + byToken.getOrDefault(tokens[i], 0.0);
        }
        for (int i = 0; i < tokens.length; i++) {
            double operations = below[i + 1] - below[i];
            if (operations >= HOT_PART_MIN * below[tokens.length]) {
                hot.add(new Hot(tokens[i], operations));
            }
        }
        return new Spread(count, tokens, below, List.copyOf(hot));
    }

    /** The operations in sum over tokens. Immutable. */
    static final class Spread {
        private final int count;
        private final long[] tokens;
        /** Operations of the tokens before each, and of all at the end. */
        private final double[] below;

        private final List<Hot> hot;

        private Spread(int count, long[] tokens, double[] below, List<Hot> hot) {
            this.count = count;
            this.tokens = tokens;
            this.below = below;
            this.hot = hot;
        }

        /** Whether so many were sampled that it says something. */
        boolean isTelling() {
            return count >= TOKENS_MIN;
        }

        /** Tokens that were sampled so often that it is no chance. In unsigned order. */
        List<Hot> hot() {
            return hot;
        }

        /** Operations of the tokens of a range. */
        double within(TokenRange range) {
            int end = range.endExclusive() == 0 ? tokens.length : indexOf(range.endExclusive());
            return below[end] - below[indexOf(range.startInclusive())];
        }

        /** How many tokens are below this one. */
        private int indexOf(long token) {
            int low = 0;
            int high = tokens.length;
            while (low < high) {
                int middle = (low + high) >>> 1;
                if (Long.compareUnsigned(tokens[middle], token) < 0) {
                    low = middle + 1;
                } else {
                    high = middle;
                }
            }
            return low;
        }
    }
}
