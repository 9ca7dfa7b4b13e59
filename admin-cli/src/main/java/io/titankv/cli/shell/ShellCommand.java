package io.titankv.cli.shell;

import io.titankv.cli.common.CliException;
import io.titankv.cli.common.Context;
import io.titankv.cli.common.ExitCode;
import io.titankv.cli.common.Failures;
import io.titankv.cli.common.TitanCommand;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.jline.reader.EndOfFileException;
import org.jline.reader.LineReader;
import org.jline.reader.LineReaderBuilder;
import org.jline.reader.UserInterruptException;
import org.jline.reader.impl.DefaultParser;
import org.jline.terminal.Terminal;
import org.jline.terminal.TerminalBuilder;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.shell.jline3.PicocliJLineCompleter;

@Command(
        name = "shell",
        description = {
            "A prompt with the same verbs, history and completion, over one connection. Reads commands from standard"
                    + " input when",
            "that is no terminal, and then ends at the first that fails."
        })
public final class ShellCommand extends TitanCommand {
    private static final String PROMPT = "titan> ";
    private static final Set<String> NOT_INSIDE = Set.of("shell", "up", "server");

    private final Commands commands;

    /** Runs a line of the shell as a command of its own. Given by whoever knows all commands. */
    public interface Commands {
        /** Runs one command; returns its exit code. */
        int run(Context context, String... arguments);

        /** The command line without values, for completion. */
        CommandLine forCompletion(Context context);
    }

    public ShellCommand(Context context, Commands commands) {
        super(context);
        this.commands = commands;
    }

    @Override
    protected int run() {
        return console().terminal().in() && console().terminal().out() ? prompt() : script();
    }

    /** Commands start from the options that the shell was started with. */
    private Context inner() {
        return Context.of(console().withEnvironment(global().asVariables()), context.connections());
    }

    private int run(List<String> words) {
        boolean isPrefixed = !words.isEmpty() && words.getFirst().equals("titan");
        List<String> command = isPrefixed ? words.subList(1, words.size()) : words;
        if (command.isEmpty()) {
            return ExitCode.OK;
        }
        if (NOT_INSIDE.contains(command.getFirst())) {
            console().errorLine("titan: '" + command.getFirst() + "' cannot be run inside the shell");
            return ExitCode.USAGE;
        }
        return commands.run(inner(), command.toArray(String[]::new));
    }

    private static boolean isEnd(List<String> words) {
        return words.size() == 1
                && (words.getFirst().equals("exit") || words.getFirst().equals("quit"));
    }

    private int script() {
        BufferedReader lines =
                new BufferedReader(new InputStreamReader(console().in(), StandardCharsets.UTF_8));
        try {
            int number = 0;
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                number++;
                if (line.isBlank() || line.strip().startsWith("#")) {
                    continue;
                }
                List<String> words;
                try {
                    words = Words.split(line);
                } catch (Words.OpenEndException e) {
                    throw CliException.usage("line " + number + ": " + e.getMessage());
                }
                if (isEnd(words)) {
                    return ExitCode.OK;
                }
                int exitCode = run(words);
                if (exitCode != ExitCode.OK) {
                    return exitCode;
                }
            }
            return ExitCode.OK;
        } catch (IOException e) {
            throw new CliException(ExitCode.REFUSED, "cannot read commands: " + Failures.explainFile(e), e);
        }
    }

    private int prompt() {
        try (Terminal terminal = TerminalBuilder.builder().system(true).build()) {
            LineReader reader = LineReaderBuilder.builder()
                    .terminal(terminal)
                    .parser(new DefaultParser().eofOnUnclosedQuote(true))
                    .completer(new PicocliJLineCompleter(
                            commands.forCompletion(inner()).getCommandSpec()))
                    .variable(LineReader.HISTORY_FILE, historyFile())
                    .option(LineReader.Option.DISABLE_EVENT_EXPANSION, true)
                    .build();
            console()
                    .println("Titan-KV at " + String.join(", ", global().endpoints())
                            + ". Commands as after 'titan', e.g. 'data get KEY' or 'cluster status'; Tab"
                            + " completes; Ctrl-D ends.");
            console().flush();
            while (true) {
                List<String> words;
                try {
                    words = Words.split(reader.readLine(PROMPT));
                } catch (UserInterruptException e) {
                    continue;
                } catch (EndOfFileException e) {
                    return ExitCode.OK;
                } catch (Words.OpenEndException e) {
                    console().errorLine("titan: " + e.getMessage());
                    continue;
                }
                if (isEnd(words)) {
                    return ExitCode.OK;
                }
                run(words);
            }
        } catch (IOException e) {
            throw new CliException(ExitCode.REFUSED, "cannot use the terminal: " + Failures.explainFile(e), e);
        }
    }

    private Path historyFile() {
        return console()
                .variable("XDG_STATE_HOME")
                .map(Path::of)
                .orElseGet(() -> Path.of(System.getProperty("user.home"), ".local", "state"))
                .resolve("titan-history");
    }
}
