package io.titankv.multiraft.shard;

import static io.titankv.multiraft.shard.TestWrites.put;
import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.titankv.engine.EngineListener.Merged;
import io.titankv.model.GroupId;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class ShardMetersTest {
    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    private final ShardMeters meters = new ShardMeters(registry);
    private final ShardCounters counters = new ShardCounters(meters);
    private final ShardFixture shard = ShardFixture.owningAll();

    private double gauge(String name) {
        return registry.get(name).tag("shard", "s1").gauge().value();
    }

    private double counter(String name) {
        return registry.get(name).tag("shard", "s1").functionCounter().count();
    }

    @Test
    void anEntryIsMeasuredWhenItIsProposed() {
        ManualTime time = new ManualTime();
        SimReplica replica = new SimReplica();
        Proposer proposer = new Proposer(
                replica,
                new HybridClock(() -> Instant.ofEpochMilli(1_000_000)),
                time,
                time,
                new ProposerOptions(100, 50_000, 2, 20_000, 2, 50_000, 10),
                counters);
        meters.add(ShardFixture.GROUP, shard.machine, counters);
        var _ = proposer.submit(put("a", "v"), Duration.ofSeconds(5));
        var _ = proposer.submit(put("b", "v"), Duration.ofSeconds(5));
        time.advance(Duration.ofMillis(3));
        var _ = proposer.submit(put("c", "v"), Duration.ofSeconds(5));

        assertThat(replica.proposals).hasSize(2);
        var operations = registry.get("titan_shard_entry_operations").summary();
        assertThat(operations.count()).as("entries").isEqualTo(2);
        assertThat(operations.totalAmount()).as("writes").isEqualTo(3);
        // Never less than what goes to Raft: lengths are reckoned, not measured.
        double proposedBytes = replica.proposals.stream()
                .mapToLong(proposal -> proposal.entry().size())
                .sum();
        assertThat(registry.get("titan_shard_entry_bytes").summary().totalAmount())
                .isBetween(proposedBytes, proposedBytes + 64);
        assertThat(registry.get("titan_shard_queue_seconds").timer().totalTime(TimeUnit.MILLISECONDS))
                .as("only the second entry's oldest write waited")
                .isEqualTo(3);
        assertThat(counter("titan_shard_proposed_entries_total")).isEqualTo(2);
        assertThat(counter("titan_shard_proposed_writes_total")).isEqualTo(3);
    }

    @Test
    void theEnginesSizesAreShown() {
        shard.write(put("a", "1"));
        shard.write(put("b", "1"));
        meters.add(ShardFixture.GROUP, shard.machine, counters);

        assertThat(gauge("titan_engine_live_keys")).isEqualTo(2);
        assertThat(gauge("titan_engine_data_files")).isEqualTo(1);
    }

    @Test
    void aShardThatIsNotOpenHasNoSizes() {
        shard.machine.close();
        meters.add(ShardFixture.GROUP, shard.machine, counters);

        assertThat(gauge("titan_engine_live_keys")).isNaN();
    }

    @Test
    void whatTheEngineReportsIsCounted() {
        meters.add(ShardFixture.GROUP, shard.machine, counters);
        counters.engineListener().onMerged(new Merged(2, 1, 1000, 300));
        counters.merging = true;

        assertThat(counter("titan_engine_merges_total")).isEqualTo(1);
        assertThat(counter("titan_engine_reclaimed_bytes_total")).isEqualTo(700);
        assertThat(gauge("titan_engine_running_merges")).isEqualTo(1);
    }

    @Test
    void aShardThatIsMadeAnewIsShownInsteadAndOneThatIsGoneNoMore() {
        int before = registry.getMeters().size();
        counters.readsServed.add(7);
        meters.add(ShardFixture.GROUP, shard.machine, counters);
        meters.add(ShardFixture.GROUP, shard.machine, new ShardCounters(meters));
        assertThat(counter("titan_shard_served_reads_total")).isZero();

        meters.remove(ShardFixture.GROUP);
        meters.remove(new GroupId(9));
        assertThat(registry.getMeters()).hasSize(before);
    }

    @Test
    void everyMeterSaysWhatItIs() {
        meters.add(ShardFixture.GROUP, shard.machine, counters);
        assertThat(registry.getMeters())
                .extracting(Meter::getId)
                // The simple registry shows each bucket as a gauge of its own, which nobody describes.
                .filteredOn(id -> !id.getName().endsWith(".histogram"))
                .allMatch(id ->
                        id.getDescription() != null && !id.getDescription().isBlank());
    }
}
