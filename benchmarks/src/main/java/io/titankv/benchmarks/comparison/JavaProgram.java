package io.titankv.benchmarks.comparison;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** The commands that run Java programs beside this one, all with the same heap and flags, and the ports that they serve on. */
public final class JavaProgram {
    private static final String TITAN = "io.titankv.cli.Titan";

    /** A system property: the script that users run, with a cache of its own for a quick start. */
    private static final String LAUNCHER_PROPERTY = "titan.launcher";

    /** For every JVM alike. */
    private static final List<String> JVM_FLAGS = List.of(
            "--enable-native-access=ALL-UNNAMED",
            "--sun-misc-unsafe-memory-access=allow",
            "-XX:+UseG1GC",
            "-Xmx1g",
            "-XX:+ExitOnOutOfMemoryError");

    private JavaProgram() {}

    /** The {@code titan} command, as a user runs it, by its launcher where that is known; else from this program's own class path. */
    public static List<String> titan(List<String> arguments) {
        String launcher = System.getProperty(LAUNCHER_PROPERTY);
        return launcher == null
                ? command(TITAN, arguments)
                : Stream.concat(Stream.of(launcher), arguments.stream()).toList();
    }

    /** One of this program's own class path. */
    public static List<String> command(String program, List<String> arguments) {
        return command(List.of(), System.getProperty("java.class.path"), program, arguments);
    }

    /**
     * One of another class path.
     *
     * @param flags of its JVM, beside those of all
     */
    public static List<String> command(List<String> flags, String classpath, String program, List<String> arguments) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(JVM_FLAGS);
        command.addAll(flags);
        command.add("-cp");
        command.add(classpath);
        command.add(program);
        command.addAll(arguments);
        return command;
    }

    /** Ports of loopback that nobody listens on at this moment. */
    public static List<Integer> freePorts(int count) throws IOException {
        List<ServerSocket> sockets = new ArrayList<>();
        try {
            for (int i = 0; i < count; i++) {
                sockets.add(new ServerSocket(0, 1, InetAddress.getLoopbackAddress()));
            }
            return sockets.stream().map(ServerSocket::getLocalPort).toList();
        } finally {
            for (ServerSocket socket : sockets) {
                socket.close();
            }
        }
    }
}
