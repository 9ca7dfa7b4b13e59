package io.titankv.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Launchers that build at the same time, and what is left of one that was killed while it built. */
final class LauncherLockTest {
    @TempDir
    private Path place;

    private LauncherFixture checkout;

    @BeforeEach
    void layOut() throws IOException {
        checkout = new LauncherFixture(place);
    }

    @Test
    void twoFirstRunsBuildOnce() throws Exception {
        LauncherFixture.script(
                checkout.bin.resolve("mvn"),
                "echo run >> '" + place + "/builds'\n"
                        // Until the other has been seen to wait; were there no lock it would build instead.
                        + "while [ ! -e '" + place + "/go' ]; do sleep 0.1; done\n"
                        + "mkdir -p admin-cli/target/app/lib; touch admin-cli/target/app/lib/a.jar\n");
        Map<String, String> environment =
                Map.of("TITAN_JAVA_HOME", checkout.jdk("jdk", "25").toString());
        Process one = checkout.start(checkout.home.resolve("titan"), environment, "data");
        Process other = checkout.start(checkout.home.resolve("titan"), environment, "data");
        Awaitility.await().atMost(Duration.ofSeconds(60)).until(() -> checkout.builds() >= 1);
        // Each first says that it builds, the one that does; the other that it waits.
        BufferedReader oneSays =
                new BufferedReader(new InputStreamReader(one.getErrorStream(), StandardCharsets.UTF_8));
        BufferedReader otherSays =
                new BufferedReader(new InputStreamReader(other.getErrorStream(), StandardCharsets.UTF_8));
        assertThat(List.of(oneSays.readLine(), otherSays.readLine()))
                .anyMatch(line -> line.contains("another titan is building; waiting for it"))
                .anyMatch(line -> line.contains("building for the first time"));
        Files.createFile(place.resolve("go"));
        assertThat(one.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(other.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(one.exitValue() + other.exitValue()).isZero();
        assertThat(checkout.builds()).isEqualTo(1);
    }

    /** Kills the process of the script alone, and none of its children. */
    private static void kill(Process launcher) throws InterruptedException {
        launcher.destroyForcibly();
        assertThat(launcher.waitFor(60, TimeUnit.SECONDS)).isTrue();
    }

    /** What a script of a test says when it can write to the lock of the build. */
    private String holdsLock(String who) {
        return "{ : >&9; } 2> /dev/null && echo '" + who + " holds the lock' >> '" + place + "/ran'\n";
    }

    @Test
    void trainingHoldsNoLockAndEndsWithALauncherThatIsKilled() throws Exception {
        checkout.maven(true);
        Path jdk = checkout.jdk("jdk", "25");
        LauncherFixture.script(
                jdk.resolve("bin/java"),
                holdsLock("java")
                        // A cluster that is never up; it notes its process.
                        + "case \"$*\" in *' up --ephemeral '*) echo $$ > '" + place + "/cluster.part'\n"
                        + "    mv '" + place + "/cluster.part' '" + place + "/cluster'; exec sleep 60 ;;\n"
                        + "esac\n");
        Process launcher =
                checkout.start(checkout.home.resolve("titan"), Map.of("TITAN_JAVA_HOME", jdk.toString()), "up");
        Path noted = place.resolve("cluster");
        Awaitility.await().atMost(Duration.ofSeconds(60)).until(() -> Files.exists(noted));
        ProcessHandle cluster = ProcessHandle.of(
                        Long.parseLong(Files.readString(noted).strip()))
                .orElseThrow();

        kill(launcher);

        assertThat(LauncherFixture.finish(new ProcessBuilder(
                                        "flock", "-n", checkout.home + "/admin-cli/target/build.lock", "true")
                                .start())
                        .exitCode())
                .isZero();
        assertThat(checkout.noted("ran", "java holds the lock")).isFalse();
        Awaitility.await().atMost(Duration.ofSeconds(20)).until(() -> !cluster.isAlive());
        String trained = checkout.trainable().toString();
        assertThat(checkout.run(Map.of("TITAN_JAVA_HOME", trained), "data").err())
                .contains("building")
                .doesNotContain("waiting");
        assertThat(checkout.builds()).isEqualTo(2);
    }

    @Test
    void aMavenWhoseLauncherIsKilledIsWaitedFor() throws Exception {
        LauncherFixture.script(
                checkout.bin.resolve("mvn"),
                "echo run >> '" + place + "/builds'\n"
                        + holdsLock("mvn")
                        + "while [ ! -e '" + place + "/go' ]; do sleep 0.05; done\n"
                        + "mkdir -p admin-cli/target/app/lib; touch admin-cli/target/app/lib/a.jar\n");
        Map<String, String> environment =
                Map.of("TITAN_JAVA_HOME", checkout.jdk("jdk", "25").toString());
        Process killed = checkout.start(checkout.home.resolve("titan"), environment, "data");
        Awaitility.await().atMost(Duration.ofSeconds(60)).until(() -> checkout.noted("ran", "mvn holds the lock"));
        kill(killed);
        Process next = checkout.start(checkout.home.resolve("titan"), environment, "data");
        BufferedReader nextSays =
                new BufferedReader(new InputStreamReader(next.getErrorStream(), StandardCharsets.UTF_8));
        assertThat(nextSays.readLine()).contains("another titan is building; waiting for it");
        assertThat(checkout.builds()).isEqualTo(1);
        Files.createFile(place.resolve("go"));
        assertThat(next.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(next.exitValue()).isZero();
        assertThat(checkout.builds()).isEqualTo(2);
    }
}
