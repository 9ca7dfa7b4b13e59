package io.titankv.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** A checkout with the bash launcher, and JDKs and a Maven for it that are scripts. */
final class LauncherFixture {
    /** The directory of the module is where Maven runs tests. */
    private static final Path LAUNCHER = Path.of("..", "titan").toAbsolutePath().normalize();

    private final Path place;
    /** Of the checkout. */
    final Path home;
    /** First on the path. */
    final Path bin;

    record Said(int exitCode, String out, String err) {}

    LauncherFixture(Path place) throws IOException {
        this.place = place;
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

    static void script(Path file, String body) throws IOException {
        Files.createDirectories(file.getParent());
        Files.writeString(file, "#!/bin/bash\n" + body);
        makeExecutable(file);
    }

    /** A JDK that says what it was asked to run. */
    Path jdk(String name, String version) throws IOException {
        Path jdk = place.resolve(name);
        script(jdk.resolve("bin/java"), "echo \"java " + version + " $*\"\n");
        script(jdk.resolve("bin/javac"), "");
        Files.writeString(jdk.resolve("release"), "IMPLEMENTOR=\"x\"\nJAVA_VERSION=\"" + version + "\"\n");
        return jdk;
    }

    /** A Maven that makes the program, or fails, and counts how often it ran. */
    void maven(boolean isGood) throws IOException {
        script(
                bin.resolve("mvn"),
                "echo run >> '" + place + "/builds'\n"
                        + "echo '[INFO] Building Titan-KV engine 0.1.0-SNAPSHOT                 [2/9]'\n"
                        + (isGood
                                ? "mkdir -p admin-cli/target/app/lib; touch admin-cli/target/app/lib/a.jar\n"
                                : "echo '[ERROR] A.java:[1,1] cannot find symbol'; exit 1\n"));
    }

    int builds() throws IOException {
        Path counted = place.resolve("builds");
        return Files.exists(counted) ? Files.readAllLines(counted).size() : 0;
    }

    Process start(Path launcher, Map<String, String> environment, String... arguments) throws IOException {
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

    static Said finish(Process process) throws IOException, InterruptedException {
        String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        String err = new String(process.getErrorStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        return new Said(process.exitValue(), out, err);
    }

    Said run(Map<String, String> environment, String... arguments) throws IOException, InterruptedException {
        return finish(start(home.resolve("titan"), environment, arguments));
    }

    /** A JDK whose clusters run until they are told to end, and which makes the caches that it is asked for. */
    Path trainable() throws IOException {
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

    /** Whether a file that scripts write has that line. */
    boolean noted(String file, String line) throws IOException {
        Path said = place.resolve(file);
        return Files.exists(said) && Files.readAllLines(said).contains(line);
    }
}
