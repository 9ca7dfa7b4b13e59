package io.titankv.cli.testing;

import com.google.protobuf.ByteString;
import io.titankv.cli.Titan;
import io.titankv.cli.common.Connections;
import io.titankv.cli.common.Console;
import io.titankv.cli.common.Console.Terminal;
import io.titankv.cli.common.Context;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Runs {@code titan} commands in this process and keeps what they say. Confined to one thread. */
public final class CommandLineFixture {
    private final Map<String, String> environment = new HashMap<>();
    private Terminal terminal = Terminal.NONE;
    private byte[] input = new byte[0];

    /** What a command said, and how it ended. */
    public record Said(int exitCode, ByteString outBytes, String err) {
        public String out() {
            return outBytes.toStringUtf8();
        }

        public List<String> outLines() {
            return out().lines().toList();
        }
    }

    public CommandLineFixture() {}

    /** A command line that talks to this cluster. */
    public CommandLineFixture(FakeCluster cluster) {
        environment.put("TITAN_ENDPOINTS", cluster.endpoint());
    }

    public CommandLineFixture variable(String name, String value) {
        environment.put(name, value);
        return this;
    }

    public CommandLineFixture onTerminal(int columns) {
        terminal = new Terminal(false, true, true, columns);
        return this;
    }

    /** Somebody who types this. */
    public CommandLineFixture typed(String text) {
        terminal = new Terminal(true, true, true, 200);
        return input(text);
    }

    public CommandLineFixture input(String text) {
        return input(text.getBytes(StandardCharsets.UTF_8));
    }

    public CommandLineFixture input(byte[] bytes) {
        input = Arrays.copyOf(bytes, bytes.length);
        return this;
    }

    public Said run(String... arguments) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        Console console = new Console(new ByteArrayInputStream(input), out, err, terminal, environment);
        try (Connections connections = new Connections()) {
            int exitCode = Titan.run(Context.of(console, connections), arguments);
            return new Said(exitCode, ByteString.copyFrom(out.toByteArray()), err.toString(StandardCharsets.UTF_8));
        }
    }
}
