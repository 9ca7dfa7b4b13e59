package io.titankv.multiraft.host;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import org.apache.ratis.metrics.MetricRegistries;
import org.apache.ratis.metrics.MetricRegistryInfo;
import org.apache.ratis.metrics.Timekeeper;
import org.apache.ratis.server.metrics.SegmentedRaftLogMetrics;
import org.junit.jupiter.api.Test;

final class LightMetricRegistriesTest {
    private static final MetricRegistryInfo INFO = new MetricRegistryInfo("n1", "ratis", "log_worker", "a log");

    private final LightMetricRegistry registry =
            (LightMetricRegistry) MetricRegistries.global().create(INFO);
    private final Timer timer = Timer.builder("fsync").register(new SimpleMeterRegistry());

    @Test
    void ratisFindsThem() {
        assertThat(MetricRegistries.global()).isInstanceOf(LightMetricRegistries.class);
        assertThat(MetricRegistries.global().getMetricRegistries()).isEmpty();
    }

    @Test
    void anFsyncIsRecordedOnceItIsKnownWhere() {
        Timekeeper syncs = registry.timer(SegmentedRaftLogMetrics.RAFT_LOG_SYNC_TIME);
        syncs.time().stop();
        assertThat(timer.count()).isZero();

        registry.timeSyncs(timer);
        syncs.time().stop();
        assertThat(timer.count()).isEqualTo(1);
    }

    @Test
    void allElseIsDropped() {
        registry.timeSyncs(timer);
        registry.timer(SegmentedRaftLogMetrics.RAFT_LOG_FLUSH_TIME).time().stop();
        registry.counter("flushCount").inc();
        registry.gauge("queue", () -> () -> 1);

        assertThat(timer.count()).isZero();
        assertThat(registry.counter("flushCount").getCount()).isZero();
        assertThat(registry.remove("queue")).isTrue();
    }
}
