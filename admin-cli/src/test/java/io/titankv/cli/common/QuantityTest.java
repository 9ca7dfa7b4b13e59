package io.titankv.cli.common;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class QuantityTest {
    @Test
    void timesAreReadWithTheirUnit() {
        assertThat(Quantity.parseDuration("500ms")).isEqualTo(Duration.ofMillis(500));
        assertThat(Quantity.parseDuration("2m")).isEqualTo(Duration.ofMinutes(2));
        assertThat(Quantity.parseDuration("1h")).isEqualTo(Duration.ofHours(1));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "5", "-1s", "1.5s", "0s", "s", "99999999999s", "5 s"})
    void otherTimesAreRefused(String text) {
        assertThatThrownBy(() -> Quantity.parseDuration(text)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void sizesAndTimesAreShort() {
        assertThat(Quantity.bytes(1023)).isEqualTo("1023 B");
        assertThat(Quantity.bytes(1 << 20)).isEqualTo("1.0 MiB");
        assertThat(Quantity.bytes(Long.MAX_VALUE)).isEqualTo("8.0 EiB");
        assertThat(Quantity.duration(Duration.ofSeconds(3725))).isEqualTo("1 h 2 min");
        assertThat(Quantity.of(1, "key")).isEqualTo("1 key");
        assertThat(Quantity.of(30000, "key")).isEqualTo("30,000 keys");
    }

    @Test
    void sizesAreReadAsTheyAreWritten() {
        assertThat(Quantity.parseBytes("1B")).isEqualTo(1);
        assertThat(Quantity.parseBytes("512KiB")).isEqualTo(512 << 10);
        assertThat(Quantity.parseBytes("64.0 MiB")).isEqualTo(64 << 20);
        assertThat(Quantity.parseBytes("1.5GiB")).isEqualTo(3L << 29);
        assertThat(Quantity.parseBytes("8388607TiB")).isEqualTo(8_388_607L << 40);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "64", "64MB", "64mib", "-1MiB", "1e3MiB", "MiB", "1.MiB", "1  MiB", "8388608TiB"})
    void otherSizesAreRefused(String text) {
        assertThatThrownBy(() -> Quantity.parseBytes(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(text);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "host", ":1", "h:", "h:99999", "h:x", "::1:5", "http://h:1/"})
    void whatIsNoEndpointIsRefused(String text) {
        assertThatThrownBy(() -> Endpoint.parse(text)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void endpointsMayBeIpv6() {
        assertThat(Endpoint.parse("[::1]:7400"))
                .isEqualTo(new Endpoint("::1", 7400))
                .hasToString("[::1]:7400");
    }
}
