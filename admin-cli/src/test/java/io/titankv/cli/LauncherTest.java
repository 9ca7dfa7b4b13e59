package io.titankv.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The bash launcher, with JDKs and a Maven that are scripts: what it chooses, when it builds, and what it says. */
final class LauncherTest {
    /** The directory of the module is where Maven runs tests. */
    private static final Path LAUNCHER = Path.of("..", "titan").toAbsolutePath().normalize();

    @TempDir
    private Path place;

    private Path home;
    private Path bin;

    private record Said(int exitCode, String out, String err) {}

    @BeforeEach
    void layOut() throws IOException {
        home = Files.createDirectories(place.resolve("checkout with space"));
        bin = Files.createDirectories(place.resolve("bin"));
        Files.copy(LAUNCHER, home.resolve("titan"));
        makeExecutable(home.resolve("titan"));
        Files.writeString(home.resolve("pom.xml"), "<project/>");
        Files.createDirectories(home.resolve("admin-cli/src/main/java"));
        Files.writeString(home.resolve("admin-cli/pom.xml"), "<project/>");
        Files.writeString(home.resolve("admin-cli/src/main/java/A.java"), "class A {}");
    }

    private static void makeExecutable(Path file) throws IOException {
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    private static void script(Path file, String body) throws IOException {
        Files.createDirectories(file.getParent());
        Files.writeString(file, "#!/bin/bash\n" + body);
        makeExecutable(file);
    }

    /** A JDK that says what it was asked to run. */
    private Path jdk(String name, String version) throws IOException {
        Path jdk = place.resolve(name);
        script(jdk.resolve("bin/java"), "echo \"java " + version + " $*\"\n");
        script(jdk.resolve("bin/javac"), "");
        Files.writeString(jdk.resolve("release"), "IMPLEMENTOR=\"x\"\nJAVA_VERSION=\"" + version + "\"\n");
        return jdk;
    }

    /** A Maven that makes the program, or fails, and counts how often it ran. */
    private void maven(boolean isGood) throws IOException {
        script(
                bin.resolve("mvn"),
                "echo run >> '" + place + "/builds'\n"
                        + "echo '[INFO] Building Titan-KV engine 0.1.0-SNAPSHOT                 [2/9]'\n"
                        + (isGood
                                ? "mkdir -p admin-cli/target/app/lib; touch admin-cli/target/app/lib/a.jar\n"
                                : "echo '[ERROR] A.java:[1,1] cannot find symbol'; exit 1\n"));
    }

    private int builds() throws IOException {
        Path counted = place.resolve("builds");
        return Files.exists(counted) ? Files.readAllLines(counted).size() : 0;
    }

    private Process start(Path launcher, Map<String, String> environment, String... arguments) throws IOException {
        List<String> command = new java.util.ArrayList<>(List.of(launcher.toString()));
        command.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.environment().clear();
        // No other JDK is on this path, and HOME has none either.
        builder.environment().put("PATH", bin + ":/usr/bin:/bin");
        builder.environment().put("HOME", place.toString());
        builder.environment().putAll(environment);
        return builder.start();
    }

    private static Said finish(Process process) throws IOException, InterruptedException {
        String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        String err = new String(process.getErrorStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        return new Said(process.exitValue(), out, err);
    }

    private Said run(Map<String, String> environment, String... arguments) throws IOException, InterruptedException {
        return finish(start(home.resolve("titan"), environment, arguments));
    }

    @Test
    void buildsOnceAndRunsWithTheArgumentsAsTheyAre() throws Exception {
        maven(true);
        Map<String, String> environment =
                Map.of("TITAN_JAVA_HOME", jdk("jdk", "25.0.1").toString());
        Said first = run(environment, "data", "put", "a b", "");
        assertThat(first.exitCode()).isZero();
        assertThat(first.out()).contains("java 25.0.1 ", "io.titankv.cli.Titan data put a b", "-XX:+UseSerialGC");
        assertThat(first.err()).contains("building for the first time");
        Said second = run(environment, "data");
        assertThat(second.err()).isEmpty();
        assertThat(builds()).isEqualTo(1);
    }

    @Test
    void buildsAgainWhenASourceIsNewerOrGone() throws Exception {
        maven(true);
        Map<String, String> environment =
                Map.of("TITAN_JAVA_HOME", jdk("jdk", "26").toString());
        run(environment, "data");
        Path source = home.resolve("admin-cli/src/main/java/A.java");
        Files.setLastModifiedTime(
                source, java.nio.file.attribute.FileTime.fromMillis(System.currentTimeMillis() + 2000));
        assertThat(run(environment, "data").err()).contains("building again");
        assertThat(builds()).isEqualTo(2);
        Files.setLastModifiedTime(
                home.resolve("admin-cli/target/app/built"),
                java.nio.file.attribute.FileTime.fromMillis(System.currentTimeMillis() - 2000));
        Files.delete(source);
        run(environment, "data");
        assertThat(builds()).isEqualTo(3);
        assertThat(run(Map.of("TITAN_JAVA_HOME", environment.get("TITAN_JAVA_HOME"), "TITAN_BUILD", "never"), "data")
                        .exitCode())
                .isZero();
    }

    @Test
    void servicesGetTheirHeap() throws Exception {
        maven(true);
        String jdk = jdk("jdk", "25").toString();
        Said said = run(Map.of("TITAN_JAVA_HOME", jdk, "TITAN_HEAP", "3g"), "-v", "up", "--nodes", "1");
        assertThat(said.out()).contains("-XX:+UseG1GC -Xmx3g", "io.titankv.cli.Titan -v up --nodes 1");
        assertThat(run(Map.of("TITAN_JAVA_HOME", jdk), "up").out()).contains("-Xmx512m");
    }

    /** A JDK whose clusters run until they are told to end, and which makes the caches that it is asked for. */
    private Path trainable() throws IOException {
        Path jdk = jdk("jdk", "25");
        script(
                jdk.resolve("bin/java"),
                "echo \"$*\" >> '" + place + "/ran'\n"
                        + "echo \"java 25 $*\"\n"
                        + "case \"$*\" in *' up --ephemeral '*)\n"
                        + "    echo 'the cluster is up: 3 nodes at 127.0.0.1:4711, 127.0.0.1:4712'\n"
                        + "    trap 'echo ended >> \"" + place + "/ran\"; exit' TERM\n"
                        + "    while :; do sleep 0.05; done ;;\n"
                        + "esac\n"
                        + "for a in \"$@\"; do case $a in -XX:AOTCacheOutput=*) touch \"${a#*=}\" ;; esac; done\n");
        return jdk;
    }

    @Test
    void aServiceStartsWithWhatAClusterUnderLoadWasTrainedFor() throws Exception {
        maven(true);
        Map<String, String> environment = Map.of("TITAN_JAVA_HOME", trainable().toString());
        String cache = home + "/admin-cli/target/app/service.aot";

        Said untrained = run(environment, "up");

        List<String> ran = Files.readAllLines(place.resolve("ran"));
        assertThat(ran).anyMatch(line -> line.contains("-XX:AOTCacheOutput=" + cache) && line.contains(" up "));
        assertThat(ran).anyMatch(line -> line.contains("-e 127.0.0.1:4711 perf run --load"));
        assertThat(ran).contains("ended");
        // This one left no cache behind.
        assertThat(untrained.out()).contains("-Xmx512m").doesNotContain("AOTCache");
        Files.createFile(Path.of(cache));
        assertThat(run(environment, "up").out()).contains("-XX:AOTCache=" + cache);
        assertThat(run(environment, "perf", "run").out()).contains("-XX:AOTCache=" + cache);
        assertThat(run(environment, "data").out()).doesNotContain("service.aot");
    }

    @Test
    void worksThroughASymbolicLinkFromElsewhere() throws Exception {
        maven(true);
        Path link = Files.createSymbolicLink(
                Files.createDirectories(place.resolve("usr")).resolve("titan"),
                Path.of("../checkout with space/titan"));
        Said said =
                finish(start(link, Map.of("TITAN_JAVA_HOME", jdk("jdk", "25").toString()), "data"));
        assertThat(said.exitCode()).isZero();
        assertThat(said.out()).contains(home + "/admin-cli/target/app/lib/*");
    }

    @Test
    void anOldJavaIsNamedWithWhatToDo() throws Exception {
        maven(true);
        Path old = jdk("old", "17.0.15");
        Said asked = run(Map.of("TITAN_JAVA_HOME", old.toString()), "data");
        assertThat(asked.exitCode()).isEqualTo(3);
        assertThat(asked.err())
                .isEqualTo("titan: TITAN_JAVA_HOME is Java 17 (" + old + "), and Titan-KV needs 25 or newer\n");
        Said wrong = run(Map.of("TITAN_JAVA_HOME", "/no/such"), "data");
        assertThat(wrong.err()).contains("there is no bin/java in it");
        assertThat(builds()).isZero();
    }

    @Test
    void aNewerJdkIsPreferredToAnOldJavaHome() throws Exception {
        maven(true);
        Path old = jdk("old", "1.8.0_301");
        Path fresh = jdk(".sdkman/candidates/java/26.0.1-tem", "26.0.1");
        Said said = run(Map.of("JAVA_HOME", old.toString()), "data");
        // A machine with a JDK 25 in one of the usual places takes that, which has no program to run here.
        assertThat(said.out()).doesNotContain("java 1.8");
        assertThat(said.err()).doesNotContain("needs a JDK");
        assertThat(builds()).isEqualTo(1);
        assertThat(run(Map.of("JAVA_HOME", fresh.toString()), "data").out()).startsWith("java 26.0.1 ");
    }

    @Test
    void aBuildThatFailsShowsWhyAndWhereTheLogIs() throws Exception {
        maven(false);
        Said said = run(Map.of("TITAN_JAVA_HOME", jdk("jdk", "25").toString()), "data");
        assertThat(said.exitCode()).isEqualTo(3);
        assertThat(said.err())
                .contains("the build failed", home + "/admin-cli/target/build.log", "A.java:[1,1] cannot find symbol");
        maven(true);
        assertThat(run(Map.of("TITAN_JAVA_HOME", jdk("jdk", "25").toString()), "data")
                        .exitCode())
                .isZero();
    }

    @Test
    void twoFirstRunsBuildOnce() throws Exception {
        script(
                bin.resolve("mvn"),
                "echo run >> '" + place + "/builds'\n"
                        // Until the other has been seen to wait; were there no lock it would build instead.
                        + "while [ ! -e '" + place + "/go' ]; do sleep 0.1; done\n"
                        + "mkdir -p admin-cli/target/app/lib; touch admin-cli/target/app/lib/a.jar\n");
        Map<String, String> environment =
                Map.of("TITAN_JAVA_HOME", jdk("jdk", "25").toString());
        Process one = start(home.resolve("titan"), environment, "data");
        Process other = start(home.resolve("titan"), environment, "data");
        Awaitility.await().atMost(Duration.ofSeconds(60)).until(() -> builds() >= 1);
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
        assertThat(builds()).isEqualTo(1);
    }
}
