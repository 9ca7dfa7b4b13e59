package io.titankv.cli.admin;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.google.protobuf.Message;
import io.titankv.cli.common.ExitCode;
import io.titankv.cli.testing.CommandLineFixture;
import io.titankv.cli.testing.CommandLineFixture.Said;
import io.titankv.cli.testing.FakeCluster;
import io.titankv.proto.admin.v1.ChangeOptions;
import io.titankv.proto.admin.v1.CreateShardRequest;
import io.titankv.proto.admin.v1.ExplainShardRequest;
import io.titankv.proto.admin.v1.MergeShardRequest;
import io.titankv.proto.admin.v1.MoveRangeRequest;
import io.titankv.proto.admin.v1.MovingArc;
import io.titankv.proto.admin.v1.RebalanceShardsRequest;
import io.titankv.proto.admin.v1.SplitShardRequest;
import java.io.IOException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class ShardChangeCommandsTest {
    private static final String ARC = "[1000000000000000, 2000000000000000)";

    private final FakeCluster cluster = new FakeCluster();
    private final CommandLineFixture titan = new CommandLineFixture(cluster);

    @AfterEach
    void close() {
        cluster.close();
    }

    private void assertAsked(Message request) {
        assertThat(cluster.requests()).containsExactly(request);
    }

    private static ChangeOptions.Builder options() {
        return ChangeOptions.newBuilder().setAskedBy(System.getProperty("user.name", ""));
    }

    @Test
    void eachVerbAsksForItsChange() {
        ChangeOptions looking =
                options().setValidateOnly(true).setWhy("too hot").build();
        String[] flags = {"--dry-run", "--why", "too hot"};
        assertThat(titan.run("shard", "create", flags[0], flags[1], flags[2]).outLines())
                .contains("kind\tcreate");
        assertThat(titan.run("shard", "split", "s1", flags[0], flags[1], flags[2])
                        .outLines())
                .contains("kind\tsplit");
        assertThat(titan.run("shard", "move", ARC, "s2", flags[0], flags[1], flags[2])
                        .outLines())
                .contains("kind\tmove");
        assertThat(titan.run("shard", "merge", "s1", flags[0], flags[1], flags[2])
                        .outLines())
                .contains("kind\tmerge");
        assertThat(titan.run("shard", "rebalance", flags[0], flags[1], flags[2]).outLines())
                .contains("kind\trebalance");
        assertThat(cluster.requests())
                .containsExactly(
                        CreateShardRequest.newBuilder().setOptions(looking).build(),
                        SplitShardRequest.newBuilder()
                                .setShardId("s1")
                                .setOptions(looking)
                                .build(),
                        MoveRangeRequest.newBuilder()
                                .setStart(1L << 60)
                                .setEnd(2L << 60)
                                .setToShardId("s2")
                                .setOptions(looking)
                                .build(),
                        MergeShardRequest.newBuilder()
                                .setShardId("s1")
                                .setOptions(looking)
                                .build(),
                        RebalanceShardsRequest.newBuilder().setOptions(looking).build());
        assertThat(cluster.changes().operations()).isEmpty();
    }

    @Test
    void thePlanShowsTheRingBeforeAndAfterAndWhatMovesWhere() throws IOException {
        assertThat(titan.run("shard", "split", "s1", "--dry-run").outLines())
                .contains(
                        "s1\t25.0%\t12.5%\t4\t4\t4.0 MiB\t2.0 MiB",
                        "s5\t0.0%\t12.5%\t0\t4\t0 B\t2.0 MiB",
                        "1\ts5\tcreate shard\t-\t-\t0 B\t-\t-\t-",
                        "2\ts1\tmove range\ts1\ts5\t1.0 MiB\t-\t[0000000000000000, 1000000000000000)\t-");
        JsonNode plan = new ObjectMapper()
                .readTree(titan.run("shard", "split", "s1", "--dry-run", "-o", "json")
                        .out());
        assertThat(plan.path("shards").get(1).path("share_after").asDouble()).isEqualTo(0.125);
        assertThat(plan.path("shards").get(0).path("bytes_before").asLong()).isEqualTo(4 << 20);
        assertThat(plan.path("steps").get(1).path("to").asText()).isEqualTo("s5");
        assertThat(plan.path("steps").get(1).path("range").asText()).isEqualTo("[0000000000000000, 1000000000000000)");
    }

    @Test
    void onATerminalThePlanIsATableWithHeadings() {
        Said said = titan.onTerminal(200).variable("NO_COLOR", "1").run("shard", "merge", "s1", "--dry-run");
        assertThat(said.out())
                .contains("SHARD  SHARE BEFORE  SHARE AFTER  ARCS BEFORE  ARCS AFTER  BYTES BEFORE  BYTES AFTER")
                .containsPattern("s1 +25.0% +0.0% +4 +0 +4.0 MiB +0 B")
                .containsPattern("2 +s1 +retire shard");
    }

    @Test
    void aMergeIsAskedForUnlessItIsConfirmed() {
        Said inPipe = titan.run("shard", "merge", "s1");
        assertThat(inPipe.exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(inPipe.err()).contains("add --yes to do it, or --dry-run only to look");
        Said said = titan.typed("n\n").run("shard", "merge", "s1");
        assertThat(said.exitCode()).isEqualTo(1);
        assertThat(said.err()).contains("Do it? [y/N]").contains("nothing was changed");
        assertThat(cluster.changes().operations()).isEmpty();
        assertThat(titan.typed("y\n").run("shard", "merge", "s1").exitCode()).isZero();
        assertThat(cluster.changes().operations()).hasSize(1);
    }

    @Test
    void aPlanIsStoredAndApplied() {
        assertThat(titan.run("shard", "rebalance", "--plan").outLines()).contains("plan\top-1");
        assertAsked(RebalanceShardsRequest.newBuilder()
                .setOptions(options().setPlanOnly(true))
                .build());
        assertThat(titan.run("plan", "show", "op-1").outLines()).anyMatch(line -> line.startsWith("s2\t25.0%\t30.0%"));
        assertThat(titan.run("plan", "apply", "op-1").outLines()).contains("state\trunning");
    }

    @Test
    void waitingTellsBytesRateAndTimeLeft() {
        Said said = titan.run("shard", "create", "--yes", "--wait");
        assertThat(said.exitCode()).isZero();
        assertThat(said.err())
                .contains("op-1: 0 of 5 steps, 2.0 MiB of 4.0 MiB, 1.0 MiB/s, 2 s left; waits for node n1 already");
        assertThat(said.outLines()).contains("state\tdone", "steps\t5 of 5");
    }

    @Test
    void anOperationIsShownWithWhatItMovesNow() throws IOException {
        titan.run("shard", "split", "s1", "--yes");
        cluster.move(arc("op-1", 1, 0).build());
        cluster.move(arc("op-1", 1, 2).build());
        cluster.move(arc("op-1", 1, 4).build());
        cluster.move(arc("op-9", 2, 6).build());
        assertThat(titan.run("op", "get", "op-1").outLines())
                .contains("bytes_per_second\t1.0 MiB/s", "eta\t2 s")
                .contains("op-1\ts1\ts5\tcopying\t25.0%\t100\t300\t1.0 MiB\t512.0 KiB/s\t6 s\t"
                        + "[0000000000000000, 1000000000000000), [2000000000000000, 3000000000000000) and 1 more")
                .noneMatch(line -> line.startsWith("op-9"));
        JsonNode transfer = new ObjectMapper()
                .readTree(titan.run("op", "cancel", "op-1", "-o", "json").out())
                .path("transfers")
                .get(0);
        assertThat(transfer.path("ranges")).hasSize(3);
        assertThat(transfer.path("rate").asLong()).isEqualTo(512 << 10);
    }

    private static MovingArc.Builder arc(String operation, long transfer, long sixteenth) {
        return MovingArc.newBuilder()
                .setOperationId(operation)
                .setTransfer(transfer)
                .setStart(sixteenth << 60)
                .setEnd((sixteenth + 1) << 60)
                .setFromShardId("s1")
                .setToShardId("s5")
                .setPhase("copying")
                .setKeysCopied(100)
                .setKeysLeft(300)
                .setBytesCopied(1 << 20)
                .setBytesPerSecond(512 << 10);
    }

    @Test
    void whatWouldBreakIsRefusedAndUnknownShardsAreNotFound() {
        Said refused = titan.run("shard", "merge", "s4", "--yes");
        assertThat(refused.exitCode()).isEqualTo(ExitCode.REFUSED);
        assertThat(refused.err())
                .isEqualTo(
                        "titan: shard s4 cannot be merged: s4 has 1 of 3 voters, a transfer needs 2 (PLAN_REFUSED)\n");
        for (String verb : new String[] {"split", "merge", "why"}) {
            Said unknown = titan.run("shard", verb, "s77", "why".equals(verb) ? "-v" : "--yes");
            assertThat(unknown.exitCode()).isEqualTo(ExitCode.NOT_FOUND);
            assertThat(unknown.err()).startsWith("titan: there is no shard s77 (SHARD_UNKNOWN)\n");
        }
        assertThat(titan.run("shard", "move", ARC, "s77", "--yes").exitCode()).isEqualTo(ExitCode.NOT_FOUND);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "1000000000000000,2000000000000000 s2",
                "0x1000000000000000,0x2000000000000000 s2",
                "1152921504606846976,2305843009213693952 s2",
                "--start 1000000000000000 --end 2000000000000000 s2",
                "s2 --start=1152921504606846976 --end=0x2000000000000000",
            })
    void anArcIsWrittenInManyWays(String arguments) {
        assertThat(titan.run(("shard move --dry-run " + arguments).split(" ")).exitCode())
                .isZero();
        assertAsked(MoveRangeRequest.newBuilder()
                .setStart(1L << 60)
                .setEnd(2L << 60)
                .setToShardId("s2")
                .setOptions(options().setValidateOnly(true))
                .build());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "s2 | write the arc and the shard: ARC SHARD, or --start TOKEN --end TOKEN SHARD; there is 1 word: s2",
                "1,2 s2 s3 | there are 3 words: 1,2 s2 s3",
                "1,2 s2 --start 1 --end 2 | with --start and --end only the shard stands alone; there are 2 words",
                "s2 --start 1 | --start and --end go together: --end is missing",
                "s2 --end 1 | --start and --end go together: --start is missing",
                "12 s2 | write an arc as '[TOKEN, TOKEN)' or TOKEN,TOKEN, not '12'",
                "1,xyz s2 | 'xyz' is no token: write 16 hexadecimal digits, 0x and up to 16, or decimal",
                "2,1 s2 | the arc's start 2 is not before its end 1: an arc that passes token 0 is two",
                "1,18446744073709551617 s2 | token 18446744073709551617 is past the ring's end, 18446744073709551616",
                " | Missing required parameter",
            })
    void aBadArcIsNamedBeforeAnyoneIsAsked(String arguments, String why) {
        String line = "shard move --yes " + (arguments == null ? "" : arguments);
        Said said = titan.run(line.strip().split(" "));
        assertThat(said.err()).startsWith("titan: ").contains(why);
        assertThat(said.err().lines()).hasSize(1);
        assertThat(said.exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(cluster.requests()).isEmpty();
    }

    @Test
    void whyTellsFactsStepsUnderWayAndWhatIsNext() throws IOException {
        assertThat(titan.run("shard", "why", "s1").outLines())
                .contains("shard\ts1", "operation\top-7")
                .contains("fact\towns 25.0% of the ring; the mean is 25.0%", "next\tbalance of ranges: off")
                .contains("1\ts1\tmove range\ts1\ts5\t1.0 MiB\twaiting\t[0000000000000000, 1000000000000000)\t"
                        + "s5 has no leader yet");
        assertAsked(ExplainShardRequest.newBuilder().setShardId("s1").build());
        JsonNode why = new ObjectMapper()
                .readTree(titan.run("shard", "why", "s1", "-o", "json").out());
        assertThat(why.path("facts").get(0).asText()).startsWith("owns");
        assertThat(why.path("steps").get(0).path("waits_for").asText()).isEqualTo("s5 has no leader yet");
        assertThat(why.path("next")).hasSize(1);
        assertThat(why.path("replicas")).hasSize(3);
    }

    @ParameterizedTest
    @ValueSource(strings = {"create", "split", "move", "merge", "rebalance", "why"})
    void everyVerbHasHelp(String verb) {
        Said said = titan.run("shard", verb, "--help");
        assertThat(said.exitCode()).isZero();
        assertThat(said.out()).contains("Usage: titan shard " + verb);
    }
}
