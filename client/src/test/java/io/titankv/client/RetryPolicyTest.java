package io.titankv.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.junit.jupiter.api.Test;

final class RetryPolicyTest {
    @Test
    void aTryThatSendsMuchHasTimeToArrive() {
        RetryPolicy policy = RetryPolicy.DEFAULT.withTryTimeout(Duration.ofSeconds(3));
        assertThat(policy.tryTimeout(0)).isEqualTo(Duration.ofSeconds(3));
        assertThat(policy.tryTimeout(200)).isEqualTo(Duration.ofSeconds(3));
        assertThat(policy.tryTimeout(512 << 10)).isEqualTo(Duration.ofMillis(3500));
        assertThat(policy.tryTimeout(16 << 20)).isEqualTo(Duration.ofSeconds(19));
    }

    @Test
    void thereIsAtLeastOneTryAndSomeTimeForIt() {
        assertThatThrownBy(() -> RetryPolicy.DEFAULT.withTriesMax(0)).hasMessageContaining("at least one try: 0");
        assertThatThrownBy(() -> RetryPolicy.DEFAULT.withTryTimeout(Duration.ZERO))
                .isInstanceOf(IllegalArgumentException.class);
        assertThat(RetryPolicy.none().triesMax()).isEqualTo(1);
    }
}
