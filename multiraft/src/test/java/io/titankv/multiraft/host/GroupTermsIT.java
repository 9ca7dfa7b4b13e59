package io.titankv.multiraft.host;

import static org.assertj.core.api.Assertions.assertThat;

import io.titankv.model.GroupId;
import io.titankv.model.NodeId;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Read barriers that ask voters for their terms: here past every gate, so that only the answers can hold a former leader back. */
final class GroupTermsIT {
    private static final GroupId S1 = new GroupId(1);

    private final AtomicInteger current = new AtomicInteger();
    private final AtomicInteger unknown = new AtomicInteger();

    @TempDir
    private Path directory;

    private void askPastTheGate(RaftCluster cluster) {
        cluster.nodes()
                .forEach(node -> cluster.host(node).terms().askBy((peer, group, term, asker) -> {
                    if (cluster.host(peer).terms().isCurrent(group, term)) {
                        current.incrementAndGet();
                        asker.onCurrent();
                    } else {
                        unknown.incrementAndGet();
                        asker.onUnknown();
                    }
                }));
    }

    @Test
    void votersThatAreStillInTheTermPassTheBarrier() {
        try (RaftCluster cluster = RaftCluster.start(directory, 3)) {
            NodeId leader = cluster.create(S1);
            cluster.apply(S1, "first");
            askPastTheGate(cluster);

            assertThat(cluster.barrier(leader, S1)).isEqualTo(new BarrierOutcome.Passed());
            assertThat(current).hasPositiveValue();

            long term = cluster.replica(leader, S1).status().term();
            for (NodeId node : cluster.nodes()) {
                GroupTerms terms = cluster.host(node).terms();
                assertThat(terms.isCurrent(S1, term)).isTrue();
                assertThat(terms.isCurrent(S1, term - 1)).isFalse();
                assertThat(terms.isCurrent(S1, term + 1)).isFalse();
                assertThat(terms.isCurrent(new GroupId(2), term))
                        .as("no replica")
                        .isFalse();
            }
            NodeId gone = cluster.others(leader).getFirst();
            GroupTerms ofGone = cluster.host(gone).terms();
            cluster.kill(gone);
            assertThat(ofGone.isCurrent(S1, term)).as("killed").isFalse();
        }
    }

    @Test
    void aFormerLeaderIsHeldBackByTheVotersTermsAlone() {
        // A leader believes for the longest timeout; the next is mostly elected long before.
        try (RaftCluster slow = RaftCluster.start(
                directory,
                3,
                options -> RaftClusterOptions.withTimeouts(options, Duration.ofMillis(600), Duration.ofSeconds(5)))) {
            slow.create(S1);
            askPastTheGate(slow);
            int readsWhileBothBelieve = 0;
            for (int round = 0; readsWhileBothBelieve == 0 && round < 10; round++) {
                NodeId old = slow.leader(S1);
                slow.isolate(old);
                assertThat(slow.barrier(old, S1))
                        .as("nobody else leads yet, and the voters say so")
                        .isEqualTo(new BarrierOutcome.Passed());
                slow.apply(S1, "newer " + round);
                // Only while the old one still believes that it leads does the round prove anything.
                while (slow.replica(old, S1).status().leads()) {
                    readsWhileBothBelieve++;
                    assertThat(slow.barrier(old, S1)).isNotInstanceOf(BarrierOutcome.Passed.class);
                }
                slow.heal();
            }
            assertThat(readsWhileBothBelieve).isPositive();
            assertThat(unknown).hasPositiveValue();
        }
    }
}
