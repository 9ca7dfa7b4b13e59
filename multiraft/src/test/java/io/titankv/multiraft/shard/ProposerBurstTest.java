package io.titankv.multiraft.shard;

import static io.titankv.multiraft.shard.TestWrites.put;
import static org.assertj.core.api.Assertions.assertThat;

import io.titankv.multiraft.host.Burst;
import io.titankv.multiraft.host.ProposeOutcome;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Writes that come together, see {@link Burst}. */
class ProposerBurstTest {
    private final SimReplica replica = new SimReplica();
    private final ManualTime time = new ManualTime();
    private final Proposer proposer = new Proposer(
            replica,
            new HybridClock(() -> Instant.ofEpochMilli(1_000_000)),
            time,
            time,
            new ProposerOptions(100, 50_000, 4, 20_000, 50, 50_000, 10),
            new ShardCounters());
    private final List<String> heard = new ArrayList<>();
    private final Runnable sentOff = new SendingOff();

    private final class SendingOff implements Runnable {
        @Override
        public void run() {
            heard.add("sent off");
        }
    }

    @Test
    void areOneEntryThoughNothingIsInFlightAndAreAnsweredInOneBurst() {
        Burst.run(() -> {
            for (String key : List.of("a", "b", "c")) {
                var _ = proposer.submit(put(key, "v"), Duration.ofSeconds(5)).thenAccept(outcome -> {
                    heard.add(key);
                    Burst.atEnd(sentOff);
                });
            }
            assertThat(replica.proposals).isEmpty();
        });
        assertThat(replica.proposals).hasSize(1);
        assertThat(ShardCommands.parse(replica.proposals.getFirst().entry())
                        .getWrite()
                        .getOperationsList())
                .extracting(operation -> operation.getKey().substring(1).toStringUtf8())
                .containsExactly("a", "b", "c");

        replica.proposals.getFirst().outcome().complete(new ProposeOutcome.Undetermined("test"));
        assertThat(heard).containsExactly("a", "b", "c", "sent off");
    }

    @Test
    void thoseWhoWaitGoOnThoughAnAnswerCannotBeSentOff() {
        var _ = proposer.submit(put("a", "v"), Duration.ofSeconds(5))
                .thenAccept(outcome -> Burst.atEnd(() -> {
                    throw new IllegalStateException("the sender is gone");
                }));
        var _ = proposer.submit(put("b", "v"), Duration.ofSeconds(5));
        assertThat(replica.proposals).hasSize(1);

        replica.proposals.getFirst().outcome().complete(new ProposeOutcome.Undetermined("test"));
        assertThat(replica.proposals).hasSize(2);
    }
}
