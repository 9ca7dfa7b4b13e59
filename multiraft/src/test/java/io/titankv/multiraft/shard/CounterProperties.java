package io.titankv.multiraft.shard;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.titankv.engine.StoredRecord;
import io.titankv.model.Epoch;
import io.titankv.model.Key;
import io.titankv.model.TokenRange;
import io.titankv.multiraft.shard.ShardWrite.Action;
import io.titankv.multiraft.shard.ShardWrite.Condition;
import io.titankv.multiraft.shard.ShardWrite.RequestId;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.ShrinkingMode;
import org.jspecify.annotations.Nullable;

/** Clients that raise one counter by compare-and-set, while leaders are lost: nothing is counted twice, nothing acknowledged is lost. */
class CounterProperties {
    private static final Key COUNTER = Key.of("counter");
    private static final Duration TIMEOUT = Duration.ofSeconds(5);

    private static final class Client {
        final SimGroup group;
        final int number;
        final boolean named;
        long sequence;
        long answeredBelow = 1;

        @Nullable
        ShardWrite write;

        @Nullable
        CompletableFuture<WriteOutcome> outcome;

        int acknowledged;
        int undetermined;

        Client(SimGroup group, int number, boolean named) {
            this.group = group;
            this.number = number;
            this.named = named;
        }

        void step() {
            if (outcome == null) {
                propose();
            } else if (outcome.isDone()) {
                take(outcome.join());
            }
        }

        private void propose() {
            ShardWrite next = write == null ? increment() : write;
            write = next;
            outcome = group.leader.proposer.submit(next, TIMEOUT);
            if (named && group.random.nextInt(8) == 0) {
                // The same request delivered twice.
                var _ = group.leader.proposer.submit(next, TIMEOUT);
            }
        }

        /** Reads some replica: what it says may be old, which the condition notices. */
        private ShardWrite increment() {
            SimGroup.Node node = group.nodes.get(group.random.nextInt(3));
            StoredRecord record = node.store.getOrNull(COUNTER.token().bits(), COUNTER.toStored());
            long value = record == null ? 0 : Long.parseLong(text(record));
            return new ShardWrite(
                    COUNTER,
                    new Action.Put(ByteString.copyFromUtf8(Long.toString(value + 1))),
                    new Condition.VersionIs(record == null ? 0 : record.version()),
                    named ? new RequestId(9, number, ++sequence, answeredBelow) : null,
                    new Epoch(1));
        }

        private void take(WriteOutcome taken) {
            outcome = null;
            switch (taken) {
                case WriteOutcome.Written _ -> {
                    acknowledged++;
                    next();
                }
                case WriteOutcome.VersionMismatch _ -> next();
                // The same write is sent again; under a request id also when nobody knows whether it was done.
                case WriteOutcome.NotLeader _, WriteOutcome.Busy _, WriteOutcome.OutOfService _ -> {}
                case WriteOutcome.Undetermined _ -> {
                    if (!named) {
                        undetermined++;
                        next();
                    }
                }
                case WriteOutcome.Aborted _,
                        WriteOutcome.StaleRoute _,
                        WriteOutcome.InTransition _,
                        WriteOutcome.TimedOut _,
                        WriteOutcome.DiskFull _,
                        WriteOutcome.RequestIdExpired _,
                        WriteOutcome.TooLarge _ -> throw new AssertionError(taken);
            }
        }

        private void next() {
            write = null;
            answeredBelow = sequence + 1;
        }
    }

    @Property(tries = 150, shrinking = ShrinkingMode.OFF)
    void withRequestIdsExactlyWhatWasAcknowledged(@ForAll long seed) {
        SimGroup group = new SimGroup(new Random(seed));
        List<Client> clients = run(group, true);
        long acknowledged =
                clients.stream().mapToInt(client -> client.acknowledged).sum();
        assertThat(value(group)).isEqualTo(acknowledged);
    }

    @Property(tries = 150, shrinking = ShrinkingMode.OFF)
    void withoutThemAtMostWhatIsUndeterminedMore(@ForAll long seed) {
        SimGroup group = new SimGroup(new Random(seed));
        List<Client> clients = run(group, false);
        long acknowledged =
                clients.stream().mapToInt(client -> client.acknowledged).sum();
        long undetermined =
                clients.stream().mapToInt(client -> client.undetermined).sum();
        assertThat(value(group)).isBetween(acknowledged, acknowledged + undetermined);
    }

    private static List<Client> run(SimGroup group, boolean named) {
        var _ = group.leader.replica.propose(ShardCommands.assignRanges(new Epoch(1), List.of(TokenRange.WHOLE)));
        group.settle();
        List<Client> clients = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            clients.add(new Client(group, i, named));
        }
        for (int i = 0; i < 400; i++) {
            clients.get(group.random.nextInt(4)).step();
            group.step(true);
        }
        // To an end: every client learns what became of its last write.
        for (int i = 0; i < 1000 && clients.stream().anyMatch(client -> client.write != null); i++) {
            group.settle();
            clients.stream().filter(client -> client.write != null).forEach(Client::step);
        }
        group.settle();
        assertThat(clients).allMatch(client -> client.write == null);
        String contents = group.nodes.getFirst().store.contents();
        assertThat(group.nodes).allMatch(node -> node.store.contents().equals(contents));
        return clients;
    }

    private static long value(SimGroup group) {
        StoredRecord record = group.leader.store.getOrNull(COUNTER.token().bits(), COUNTER.toStored());
        return record == null ? 0 : Long.parseLong(text(record));
    }

    private static String text(StoredRecord record) {
        return ByteString.copyFrom(record.valueArray()).toStringUtf8();
    }
}
