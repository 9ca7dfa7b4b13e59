package io.titankv.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.titankv.cli.LauncherFixture.Said;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The bash launcher, with JDKs and a Maven that are scripts: what it chooses, when it builds, and what it says. */
final class LauncherTest {
    @TempDir
    private Path place;

    private LauncherFixture checkout;

    @BeforeEach
    void layOut() throws IOException {
        checkout = new LauncherFixture(place);
    }

    @Test
    void buildsOnceAndRunsWithTheArgumentsAsTheyAre() throws Exception {
        checkout.maven(true);
        Map<String, String> environment =
                Map.of("TITAN_JAVA_HOME", checkout.jdk("jdk", "25.0.1").toString());
        Said first = checkout.run(environment, "data", "put", "a b", "");
        assertThat(first.exitCode()).isZero();
        assertThat(first.out()).contains("java 25.0.1 ", "io.titankv.cli.Titan data put a b", "-XX:+UseSerialGC");
        assertThat(first.err()).contains("building for the first time");
        Said second = checkout.run(environment, "data");
        assertThat(second.err()).isEmpty();
        assertThat(checkout.builds()).isEqualTo(1);
    }

    @Test
    void buildsAgainWhenASourceIsNewerOrGone() throws Exception {
        checkout.maven(true);
        Map<String, String> environment =
                Map.of("TITAN_JAVA_HOME", checkout.jdk("jdk", "26").toString());
        checkout.run(environment, "data");
        Path source = checkout.home.resolve("admin-cli/src/main/java/A.java");
        Files.setLastModifiedTime(
                source, java.nio.file.attribute.FileTime.fromMillis(System.currentTimeMillis() + 2000));
        assertThat(checkout.run(environment, "data").err()).contains("building again");
        assertThat(checkout.builds()).isEqualTo(2);
        Files.setLastModifiedTime(
                checkout.home.resolve("admin-cli/target/app/built"),
                java.nio.file.attribute.FileTime.fromMillis(System.currentTimeMillis() - 2000));
        Files.delete(source);
        checkout.run(environment, "data");
        assertThat(checkout.builds()).isEqualTo(3);
        assertThat(checkout.run(
                                Map.of("TITAN_JAVA_HOME", environment.get("TITAN_JAVA_HOME"), "TITAN_BUILD", "never"),
                                "data")
                        .exitCode())
                .isZero();
    }

    @Test
    void servicesGetTheirHeap() throws Exception {
        checkout.maven(true);
        String jdk = checkout.jdk("jdk", "25").toString();
        Said said = checkout.run(Map.of("TITAN_JAVA_HOME", jdk, "TITAN_HEAP", "3g"), "-v", "up", "--nodes", "1");
        assertThat(said.out())
                .contains("-XX:+UseG1GC -XX:G1HeapRegionSize=4m -Xmx3g", "io.titankv.cli.Titan -v up --nodes 1");
        assertThat(checkout.run(Map.of("TITAN_JAVA_HOME", jdk), "up").out()).contains("-Xmx512m");
    }

    @Test
    void aServiceStartsWithWhatAClusterUnderLoadWasTrainedFor() throws Exception {
        checkout.maven(true);
        Map<String, String> environment =
                Map.of("TITAN_JAVA_HOME", checkout.trainable().toString());
        String cache = checkout.home + "/admin-cli/target/app/service.aot";

        Said untrained = checkout.run(environment, "up");

        List<String> ran = Files.readAllLines(place.resolve("ran"));
        assertThat(ran).anyMatch(line -> line.contains("-XX:AOTCacheOutput=" + cache) && line.contains(" up "));
        assertThat(ran).anyMatch(line -> line.contains("-e 127.0.0.1:4711 perf run --load"));
        assertThat(ran).contains("ended");
        // This one left no cache behind.
        assertThat(untrained.out()).contains("-Xmx512m").doesNotContain("AOTCache");
        Files.createFile(Path.of(cache));
        assertThat(checkout.run(environment, "up").out()).contains("-XX:AOTCache=" + cache);
        assertThat(checkout.run(environment, "perf", "run").out()).contains("-XX:AOTCache=" + cache);
        assertThat(checkout.run(environment, "data").out()).doesNotContain("service.aot");
    }

    @Test
    void trainsAgainWhenAJarOrJavaIsAnother() throws Exception {
        checkout.maven(true);
        Path jdk = checkout.trainable();
        Map<String, String> environment = Map.of("TITAN_JAVA_HOME", jdk.toString());
        checkout.run(environment, "data");
        Path jar = checkout.home.resolve("admin-cli/target/app/lib/titan.jar");
        Files.createDirectories(jar.getParent());
        Files.createFile(jar);
        Files.setLastModifiedTime(
                jar, java.nio.file.attribute.FileTime.fromMillis(System.currentTimeMillis() - 60_000));
        assertThat(checkout.run(environment, "data").err()).isEmpty();
        assertThat(trainings()).isEqualTo(1);

        Path trained = checkout.home.resolve("admin-cli/target/app/trained");
        Files.setLastModifiedTime(
                trained, java.nio.file.attribute.FileTime.fromMillis(System.currentTimeMillis() - 90_000));
        assertThat(checkout.run(Map.of("TITAN_JAVA_HOME", jdk.toString(), "TITAN_BUILD", "never"), "data")
                        .err())
                .isEmpty();
        assertThat(checkout.run(environment, "data").err()).contains("preparing quick start");
        assertThat(trainings()).isEqualTo(2);

        Files.writeString(jdk.resolve("release"), "JAVA_VERSION=\"25.0.9\"\n");
        assertThat(checkout.run(environment, "data").err()).contains("preparing quick start");
        assertThat(checkout.run(environment, "data").err()).isEmpty();
        assertThat(trainings()).isEqualTo(3);
        assertThat(checkout.builds()).isEqualTo(1);
    }

    private long trainings() throws Exception {
        return Files.readAllLines(place.resolve("ran")).stream()
                .filter(line -> line.contains(" up --ephemeral "))
                .count();
    }

    @Test
    void worksThroughASymbolicLinkFromElsewhere() throws Exception {
        checkout.maven(true);
        Path link = Files.createSymbolicLink(
                Files.createDirectories(place.resolve("usr")).resolve("titan"),
                Path.of("../checkout with space/titan"));
        Said said = LauncherFixture.finish(checkout.start(
                link, Map.of("TITAN_JAVA_HOME", checkout.jdk("jdk", "25").toString()), "data"));
        assertThat(said.exitCode()).isZero();
        assertThat(said.out()).contains(checkout.home + "/admin-cli/target/app/lib/*");
    }

    @Test
    void anOldJavaIsNamedWithWhatToDo() throws Exception {
        checkout.maven(true);
        Path old = checkout.jdk("old", "17.0.15");
        Said asked = checkout.run(Map.of("TITAN_JAVA_HOME", old.toString()), "data");
        assertThat(asked.exitCode()).isEqualTo(3);
        assertThat(asked.err())
                .isEqualTo("titan: TITAN_JAVA_HOME is Java 17 (" + old + "), and Titan-KV needs 25 or newer\n");
        Said wrong = checkout.run(Map.of("TITAN_JAVA_HOME", "/no/such"), "data");
        assertThat(wrong.err()).contains("there is no bin/java in it");
        assertThat(checkout.builds()).isZero();
    }

    @Test
    void aNewerJdkIsPreferredToAnOldJavaHome() throws Exception {
        checkout.maven(true);
        Path old = checkout.jdk("old", "1.8.0_301");
        Path fresh = checkout.jdk(".sdkman/candidates/java/26.0.1-tem", "26.0.1");
        Said said = checkout.run(Map.of("JAVA_HOME", old.toString()), "data");
        // A machine with a JDK 25 in one of the usual places takes that, which has no program to run here.
        assertThat(said.out()).doesNotContain("java 1.8");
        assertThat(said.err()).doesNotContain("needs a JDK");
        assertThat(checkout.builds()).isEqualTo(1);
        assertThat(checkout.run(Map.of("JAVA_HOME", fresh.toString()), "data").out())
                .startsWith("java 26.0.1 ");
    }

    @Test
    void aBuildThatFailsShowsWhyAndWhereTheLogIs() throws Exception {
        checkout.maven(false);
        Said said =
                checkout.run(Map.of("TITAN_JAVA_HOME", checkout.jdk("jdk", "25").toString()), "data");
        assertThat(said.exitCode()).isEqualTo(3);
        assertThat(said.err())
                .contains(
                        "the build failed",
                        checkout.home + "/admin-cli/target/build.log",
                        "A.java:[1,1] cannot find symbol");
        checkout.maven(true);
        assertThat(checkout.run(
                                Map.of(
                                        "TITAN_JAVA_HOME",
                                        checkout.jdk("jdk", "25").toString()),
                                "data")
                        .exitCode())
                .isZero();
    }
}
