package io.titankv.client.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class BackoffTest {
    private final Backoff backoff = new Backoff(Duration.ofMillis(20), Duration.ofSeconds(1));

    @Property
    void waitsBetweenHalfAndTheWholeOfADoublingPause(@ForAll @IntRange(min = 1) int failures, @ForAll long seed) {
        Duration whole = Duration.ofMillis(20L << Math.min(failures - 1, 10));
        whole = whole.compareTo(Duration.ofSeconds(1)) > 0 ? Duration.ofSeconds(1) : whole;
        assertThat(backoff.after(failures, new Random(seed))).isBetween(whole.dividedBy(2), whole);
    }

    @Test
    void refusesPausesOfNothing() {
        assertThatThrownBy(() -> new Backoff(Duration.ZERO, Duration.ofSeconds(1)))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new Backoff(Duration.ofSeconds(2), Duration.ofSeconds(1)))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
