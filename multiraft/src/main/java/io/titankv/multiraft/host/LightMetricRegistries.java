package io.titankv.multiraft.host;

import java.util.Collection;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import org.apache.ratis.metrics.MetricRegistries;
import org.apache.ratis.metrics.MetricRegistryInfo;
import org.apache.ratis.metrics.RatisMetricRegistry;
import org.apache.ratis.util.TimeDuration;

/**
 * Where Ratis leaves what it measures: nowhere, but for the one thing that cannot be measured from outside, its log's fsyncs ({@link
 * LightMetricRegistry}). Its own registries time every entry some ten times, each with a lock and a reservoir of samples, and tell JMX.
 *
 * <p>Found by Ratis as a service. Keeps nothing: a registry lives as long as the part of Ratis that asked for it. Immutable.
 */
public final class LightMetricRegistries extends MetricRegistries {
    @Override
    public RatisMetricRegistry create(MetricRegistryInfo info) {
        return new LightMetricRegistry(info);
    }

    @Override
    public boolean remove(MetricRegistryInfo info) {
        return true;
    }

    @Override
    public Optional<RatisMetricRegistry> get(MetricRegistryInfo info) {
        return Optional.empty();
    }

    @Override
    public Set<MetricRegistryInfo> getMetricRegistryInfos() {
        return Set.of();
    }

    @Override
    public Collection<RatisMetricRegistry> getMetricRegistries() {
        return Set.of();
    }

    @Override
    public void clear() {
        // nothing is kept
    }

    @Override
    public void addReporterRegistration(
            Consumer<RatisMetricRegistry> reporter, Consumer<RatisMetricRegistry> stopReporter) {
        // there is nothing to report
    }

    @Override
    public void enableJmxReporter() {
        // there is nothing to report
    }

    @Override
    public void enableConsoleReporter(TimeDuration period) {
        // there is nothing to report
    }
}
