package io.titankv.cli.admin;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.titankv.cli.common.NounCommand;
import io.titankv.cli.testing.CommandLineFixture;
import io.titankv.cli.testing.CommandLineFixture.Said;
import io.titankv.cli.testing.FakeCluster;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import picocli.CommandLine.Command;

final class ChangeCommandsTest {
    private final FakeCluster cluster = new FakeCluster();
    private final CommandLineFixture titan = new CommandLineFixture(cluster);

    @AfterEach
    void close() {
        cluster.close();
    }

    @Test
    void aDryRunShowsThePlanAndChangesNothing() {
        Said said = titan.run("node", "decommission", "n1", "--dry-run", "--why", "its disk is old");
        assertThat(said.exitCode()).isZero();
        assertThat(said.outLines())
                .contains("kind\tdecommission", "bytes\t3.0 MiB", "warning\ttwo replicas of s1 will share zone z1")
                .anySatisfy(line -> assertThat(line).startsWith("reason\t").endsWith(": its disk is old"))
                .contains("1\ts1\tmove replica\tn1\tn4\t3.0 MiB\t-\t-");
        assertThat(cluster.changes().operations()).isEmpty();
    }

    @Test
    void withoutATerminalAChangeWantsToBeConfirmedInTheCommand() {
        Said said = titan.run("node", "drain", "n1");
        assertThat(said.exitCode()).isEqualTo(2);
        assertThat(said.err()).contains("add --yes to do it, or --dry-run only to look");
        assertThat(cluster.changes().operations()).isEmpty();
    }

    @Test
    void onATerminalItIsAskedFor() {
        assertThat(titan.typed("n\n").run("node", "drain", "n1").err())
                .contains("Do it? [y/N]")
                .contains("nothing was changed");
        assertThat(cluster.changes().operations()).isEmpty();
        assertThat(titan.typed("").run("node", "drain", "n1").exitCode()).isEqualTo(1);
        assertThat(titan.typed("yes\n").run("node", "drain", "n1").exitCode()).isZero();
        assertThat(cluster.changes().operations()).hasSize(1);
    }

    @Test
    void whatWouldBreakIsRefusedWithAllThatBreaks() {
        Said said = titan.run("node", "decommission", "n3", "--yes");
        assertThat(said.exitCode()).isEqualTo(4);
        assertThat(said.err())
                .contains("s1 wants 3 replicas on different nodes")
                .doesNotContain("Exception");
    }

    @Test
    void anOperationIsBegunListedShownAndCancelled() throws IOException {
        assertThat(titan.run("node", "replace", "n1", "n2", "--yes").outLines())
                .contains("operation\top-1", "state\trunning", "steps\t0 of 1");
        assertThat(titan.run("op", "ls").outLines().getFirst())
                .startsWith("op-1\treplace\trunning\t0 of 1\t3.0 MiB")
                .contains("node n1 already sends 2 replicas; the limit is 2");
        JsonNode shown = new ObjectMapper()
                .readTree(titan.run("op", "get", "op-1", "-o", "json").out());
        assertThat(shown.path("bytes_left").asLong()).isEqualTo(3 << 20);
        assertThat(shown.path("steps_in_full").get(0).path("to").asText()).isEqualTo("n2");
        assertThat(titan.run("op", "cancel", "op-1", "--why", "not today").outLines())
                .contains("state\tcancelled", "error\tnot today");
        assertThat(titan.run("op", "wait", "op-1").exitCode())
                .as("cancelled is not done")
                .isEqualTo(4);
    }

    @Test
    void waitingSaysWhatHoldsItUpAndEndsWhenItIsDone() {
        Said said = titan.run("node", "recommission", "n1", "--yes", "--wait");
        assertThat(said.exitCode()).isZero();
        assertThat(said.err())
                .contains("op-1: 0 of 1 steps, 0 B of 3.0 MiB; waits for node n1 already sends 2 replicas");
        assertThat(said.outLines()).contains("state\tdone", "steps\t1 of 1");
    }

    @Test
    void waitingOutlastsAnElectionButNotForEver() {
        assertThat(titan.run("node", "drain", "n1", "--yes").exitCode()).isZero();
        cluster.changes().loseLeaderFor(1);
        assertThat(titan.run("op", "wait", "op-1").outLines()).contains("state\tdone");
        cluster.changes().loseLeaderFor(Integer.MAX_VALUE);
        Said said = titan.run("op", "wait", "op-1", "--timeout", "600ms");
        assertThat(said.exitCode()).isEqualTo(3);
        assertThat(said.err()).contains("no leader of placement (NO_LEADER). Tried for 600 ms");
    }

    @Test
    void aPlanIsStoredShownAppliedOrForgotten() {
        assertThat(titan.run("node", "decommission", "n1", "--plan").outLines()).contains("plan\top-1");
        assertThat(titan.run("plan", "ls").outLines().getFirst()).startsWith("op-1\tdecommission\t1\t3.0 MiB\t12");
        assertThat(titan.run("plan", "show", "op-1").outLines()).contains("kind\tdecommission");
        assertThat(titan.run("plan", "apply", "op-1", "--wait").exitCode()).isZero();
        assertThat(titan.run("plan", "cancel", "op-1").exitCode()).isZero();
        Said gone = titan.run("plan", "show", "op-1");
        assertThat(gone.exitCode()).isEqualTo(1);
        assertThat(gone.err()).contains("there is no plan op-1");
    }

    @Test
    void unknownOperationsAndBadLabelsAreNamed() {
        Said unknown = titan.run("op", "get", "op-77");
        assertThat(unknown.exitCode()).isEqualTo(1);
        assertThat(unknown.err()).contains("there is no operation op-77");
        Said bad = titan.run("node", "label", "n1", "zone");
        assertThat(bad.exitCode()).isEqualTo(2);
        assertThat(bad.err()).contains("NAME=VALUE, or NAME- to remove it: zone");
        assertThat(titan.run("cluster", "events", "--limit", "0").err()).contains("--limit is 0; it must be 1 to 1000");
    }

    @Test
    void labelsAreSetAndRemoved() {
        assertThat(titan.run("node", "label", "n1", "zone=z9", "rack-").outLines())
                .contains("labels\tzone=z9");
    }

    @Test
    void eventsAreListedWithTheirNumbers() {
        assertThat(titan.run("cluster", "events").outLines().getFirst())
                .startsWith("1\t")
                .endsWith("node n1 registered");
    }

    @Test
    void plansAndOperationsAreHandledByTheSameVerbs() {
        assertThat(verbs(PlanCommand.class)).containsExactly("ls", "show", "apply", "cancel");
        assertThat(verbs(OpCommand.class)).containsExactly("ls", "get", "wait", "cancel");
    }

    private static List<String> verbs(Class<? extends NounCommand> noun) {
        return Arrays.stream(noun.getAnnotation(Command.class).subcommands())
                .map(verb -> verb.getAnnotation(Command.class).name())
                .toList();
    }
}
