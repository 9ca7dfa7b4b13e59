package io.titankv.multiraft.host;

import io.micrometer.core.instrument.Timer;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.apache.ratis.metrics.LongCounter;
import org.apache.ratis.metrics.MetricRegistryInfo;
import org.apache.ratis.metrics.RatisMetricRegistry;
import org.apache.ratis.metrics.Timekeeper;
import org.apache.ratis.server.metrics.SegmentedRaftLogMetrics;
import org.jspecify.annotations.Nullable;

/** The registry of one part of Ratis: times the fsyncs of its log, once {@link #timeSyncs} says where to, and drops all else. Thread-safe. */
final class LightMetricRegistry implements RatisMetricRegistry {
    private static final Timekeeper NO_TIMEKEEPER = () -> () -> 0;

    private static final LongCounter NO_COUNTER = new LongCounter() {
        @Override
        public void inc(long by) {
            // not counted
        }

        @Override
        public void dec(long by) {
            // not counted
        }

        @Override
        public long getCount() {
            return 0;
        }
    };

    private final MetricRegistryInfo info;
    private volatile @Nullable Timer syncs;

    LightMetricRegistry(MetricRegistryInfo info) {
        this.info = info;
    }

    /** From now on each fsync of this log is recorded there. */
    void timeSyncs(Timer timer) {
        syncs = timer;
    }

    @Override
    public Timekeeper timer(String name) {
        return name.equals(SegmentedRaftLogMetrics.RAFT_LOG_SYNC_TIME) ? this::timeSync : NO_TIMEKEEPER;
    }

    private Timekeeper.Context timeSync() {
        long began = System.nanoTime();
        return () -> {
            long took = System.nanoTime() - began;
            Timer timer = syncs;
            if (timer != null) {
                timer.record(took, TimeUnit.NANOSECONDS);
            }
            return took;
        };
    }

    @Override
    public LongCounter counter(String name) {
        return NO_COUNTER;
    }

    @Override
    public <T> void gauge(String name, Supplier<Supplier<T>> gauge) {
        // not shown
    }

    @Override
    public boolean remove(String name) {
        return true;
    }

    @Override
    public MetricRegistryInfo getMetricRegistryInfo() {
        return info;
    }
}
