package io.titankv.cli.admin;

import static org.assertj.core.api.Assertions.assertThat;

import io.titankv.cli.common.ExitCode;
import io.titankv.cli.testing.CommandLineFixture;
import io.titankv.cli.testing.CommandLineFixture.Said;
import io.titankv.cli.testing.FakeCluster;
import io.titankv.proto.admin.v1.ChangeOptions;
import io.titankv.proto.admin.v1.TransferLeaderRequest;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class ShardTransferLeaderCommandTest {
    private final FakeCluster cluster = new FakeCluster();
    private final CommandLineFixture titan = new CommandLineFixture(cluster);

    @AfterEach
    void close() {
        cluster.close();
    }

    @Test
    void aTransferOfALeaderIsStayedForAndSaysWhoLeadsThen() {
        String leader = leader("s1");
        String other = leader.equals("n1") ? "n2" : "n1";
        Said looked = titan.run("shard", "transfer-leader", "s1", other, "--dry-run");
        assertThat(looked.outLines()).contains("1\ts1\tmove leader\t" + leader + "\t" + other + "\t0 B\t-\t-");
        assertThat(cluster.requests())
                .containsExactly(TransferLeaderRequest.newBuilder()
                        .setShardId("s1")
                        .setToNodeId(other)
                        .setOptions(ChangeOptions.newBuilder()
                                .setAskedBy(System.getProperty("user.name", ""))
                                .setValidateOnly(true))
                        .build());

        Said done = titan.run("shard", "transfer-leader", "s1", other, "--yes");
        assertThat(done.exitCode()).isZero();
        assertThat(done.outLines())
                .containsExactly(
                        "shard\ts1", "leader\t" + leader, "term\t3", "operation\top-1", "result\tit leads now");

        for (String flag : new String[] {"--yes", "--why=again"}) {
            Said already = titan.run("shard", "transfer-leader", "s1", leader, flag);
            assertThat(already.exitCode()).isZero();
            assertThat(already.out())
                    .contains(flag.equals("--yes") ? "it led already" : "s1 is led by " + leader + " already");
        }
        assertThat(cluster.changes().operations()).hasSize(1);
    }

    @Test
    void aTransferOfALeaderThatFailsSaysWhyAndEndsWithRefused() {
        cluster.changes().failing("not done within 30 s");
        String other = leader("s1").equals("n1") ? "n2" : "n1";
        Said failed = titan.run("shard", "transfer-leader", "s1", other, "--yes");
        assertThat(failed.exitCode()).isEqualTo(ExitCode.REFUSED);
        assertThat(failed.outLines()).contains("result\tfailed: not done within 30 s");
    }

    private String leader(String shard) {
        return titan.run("shard", "get", shard).outLines().stream()
                .filter(line -> line.startsWith("leader\t"))
                .map(line -> line.split("\t", -1)[1])
                .findFirst()
                .orElseThrow();
    }
}
