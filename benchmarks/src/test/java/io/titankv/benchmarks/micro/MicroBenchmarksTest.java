package io.titankv.benchmarks.micro;

import static org.assertj.core.api.Assertions.assertThat;

import io.titankv.model.GroupId;
import io.titankv.multiraft.host.BarrierOutcome;
import io.titankv.multiraft.host.BarrierRounds;
import io.titankv.multiraft.shard.AppliedEntries;
import io.titankv.multiraft.shard.ProposedWrites;
import io.titankv.multiraft.shard.WriteOutcome;
import io.titankv.proto.durable.v1.ShardResult;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

/** That each benchmark does what its name says, on a small store. */
class MicroBenchmarksTest {
    @Test
    void readsFindWhatIsThere() {
        EngineReads reads = new EngineReads();
        reads.keys = 100;
        reads.valueBytes = 100;
        reads.fill();
        try {
            assertThat(reads.keydirMiss()).isZero();
            assertThat(reads.version()).isPositive();
            assertThat(reads.get())
                    .isNotNull()
                    .satisfies(record -> assertThat(record.valueArray()).hasSize(100));
        } finally {
            reads.close();
        }
    }

    @Test
    void writesWrite() {
        EngineWrites writes = new EngineWrites();
        writes.valueBytes = 100;
        writes.fill();
        try {
            writes.append();
            writes.overwrite();
        } finally {
            writes.close();
        }
    }

    @Test
    void upkeepFindsSomethingToMergeAndOpensAgain() {
        EngineUpkeep upkeep = new EngineUpkeep();
        upkeep.keys = 100_000;
        upkeep.fill();
        try {
            assertThat(upkeep.merge()).isPositive();
            upkeep.reopen();
            assertThat(upkeep.merge()).isZero();
        } finally {
            upkeep.close();
        }
    }

    @Test
    void everyShardOwnsSomeKeys() {
        RoutingLookup lookup = new RoutingLookup();
        lookup.shards = 12;
        lookup.lay();
        Set<GroupId> owners = new HashSet<>();
        for (int i = 0; i < 2_000; i++) {
            owners.add(lookup.owner());
        }
        assertThat(owners).hasSize(12);
    }

    @Test
    void messagesAreReadAsTheyWereMade() throws IOException {
        SessionMessages messages = new SessionMessages();
        messages.operations = 64;
        messages.valueBytes = 100;
        messages.make();
        assertThat(messages.decode().toByteArray()).isEqualTo(messages.encode());
        assertThat(messages.decode().getOperations(63).getPut().getValue().size())
                .isEqualTo(100);
    }

    @Test
    void everyWriteThatIsProposedIsAnswered() {
        for (int writes : new int[] {1, 64}) {
            ProposedWrites proposed = new ProposedWrites();
            proposed.writes = writes;
            proposed.valueBytes = 100;
            proposed.make();
            for (int i = 0; i < 1_000; i++) {
                assertThat(proposed.proposeAll()).isInstanceOf(WriteOutcome.Written.class);
            }
        }
    }

    @Test
    void entriesAreApplied() throws IOException {
        AppliedEntries applied = new AppliedEntries();
        applied.writes = 64;
        applied.valueBytes = 100;
        applied.make();
        applied.open();
        try {
            assertThat(ShardResult.parseFrom(applied.apply()).getWrite().getResultsList())
                    .hasSize(64)
                    .allMatch(result ->
                            result.hasWritten() && !result.getWritten().getExisted());
        } finally {
            applied.close();
        }
    }

    @Test
    void readersPassTheBarrier() {
        BarrierRounds rounds = new BarrierRounds();
        rounds.readers = 64;
        assertThat(rounds.passAll()).isEqualTo(new BarrierOutcome.Passed());
        rounds.readers = 1;
        assertThat(rounds.passAll()).isEqualTo(new BarrierOutcome.Passed());
    }

    @Test
    void theWholePathAnswers() throws IOException {
        WholePath path = new WholePath();
        path.shards = 2;
        path.found();
        try {
            path.put();
            path.get();
        } finally {
            path.close();
        }
    }

    @Test
    void aPatternThatNothingMatchesIsSaidSo() {
        StringWriter err = new StringWriter();
        CommandLine commandLine = MicroBenchmarks.commandLine();
        commandLine.setErr(new PrintWriter(err));
        assertThat(commandLine.execute("--quick", "NoSuchBenchmark")).isEqualTo(1);
        assertThat(err.toString()).contains("NoSuchBenchmark");
    }
}
