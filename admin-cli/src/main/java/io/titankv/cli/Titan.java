package io.titankv.cli;

import io.titankv.cli.admin.ClusterCommand;
import io.titankv.cli.admin.NodeCommand;
import io.titankv.cli.admin.OpCommand;
import io.titankv.cli.admin.PlanCommand;
import io.titankv.cli.admin.ShardCommand;
import io.titankv.cli.common.BrokenPipeException;
import io.titankv.cli.common.Connections;
import io.titankv.cli.common.Console;
import io.titankv.cli.common.Context;
import io.titankv.cli.common.EnvironmentDefaults;
import io.titankv.cli.common.ExitCode;
import io.titankv.cli.common.GlobalOptions;
import io.titankv.cli.common.NounCommand;
import io.titankv.cli.data.DataCommand;
import io.titankv.cli.perf.PerfCommand;
import io.titankv.cli.run.ServerCommand;
import io.titankv.cli.run.UpCommand;
import io.titankv.cli.shell.ShellCommand;
import io.titankv.cli.store.StoreCommand;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.Writer;
import java.util.Optional;
import picocli.AutoComplete;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The {@code titan} command: nouns, then verbs. Exit codes are those of {@link ExitCode}. */
@Command(
        name = "titan",
        description = "Titan-KV: a sharded, replicated, strongly consistent key-value database",
        versionProvider = Titan.Version.class,
        subcommands = {
            UpCommand.class,
            ServerCommand.class,
            DataCommand.class,
            ClusterCommand.class,
            NodeCommand.class,
            ShardCommand.class,
            PlanCommand.class,
            OpCommand.class,
            StoreCommand.class,
            PerfCommand.class,
            ShellCommand.class,
            AutoComplete.GenerateCompletion.class,
        },
        footer = {
            "",
            "Every option can also be given as an environment variable: --timeout as TITAN_TIMEOUT.",
            "Ends with 0 when done, 1 when not found or a condition was false, 2 for bad usage, 3 when nobody answered",
            "in time, 4 when refused, 5 when a write may or may not have been done."
        })
public final class Titan extends NounCommand {
    @Mixin
    @SuppressWarnings("unused") // the parser fills it in; commands have it from the context
    private final GlobalOptions globalOptions;

    @Option(
            names = {"-V", "--version"},
            versionHelp = true,
            description = "Show the version")
    @SuppressWarnings("unused") // the parser acts on it
    private boolean isVersionAsked;

    Titan(Context context) {
        super(context);
        this.globalOptions = context.global();
    }

    /** The whole command line, ready to be given arguments. */
    public static CommandLine commandLine(Context context) {
        FailureReporter reporter = new FailureReporter(context);
        PrintWriter out = new PrintWriter(new ConsoleWriter(context.console()), true);
        return new CommandLine(new Titan(context), new CommandFactory(context))
                .setDefaultValueProvider(new EnvironmentDefaults(context.console()))
                .setParameterExceptionHandler(reporter)
                .setExecutionExceptionHandler(reporter)
                .setExpandAtFiles(false)
                .setUsageHelpAutoWidth(false)
                .setUsageHelpWidth(Math.clamp(context.console().terminal().columns(), 80, 120))
                .setColorScheme(CommandLine.Help.defaultColorScheme(
                        context.console().style().isOn() ? Ansi.ON : Ansi.OFF))
                .setOut(out);
    }

    /** Runs one command line, and writes out what it said. */
    public static int run(Context context, String... arguments) {
        FailureReporter reporter = new FailureReporter(context);
        try {
            int exitCode = commandLine(context).execute(arguments);
            context.console().flush();
            return exitCode;
        } catch (RuntimeException | Error e) {
            return reporter.report(e);
        }
    }

    public static void main(String[] arguments) {
        Logging.beQuiet();
        Console console = Console.ofProcess();
        int exitCode;
        try (Connections connections = new Connections()) {
            exitCode = run(Context.of(console, connections), arguments);
        }
        System.exit(exitCode);
    }

    /** The version that the build gave the program. */
    static final class Version implements IVersionProvider {
        @Override
        public String[] getVersion() {
            String version = Optional.ofNullable(Titan.class.getPackage().getImplementationVersion())
                    .orElse("development");
            return new String[] {"titan " + version + " (Java " + Runtime.version() + ")"};
        }
    }

    /** Where help goes. */
    private static final class ConsoleWriter extends Writer {
        private final Console console;
        private final StringWriter waiting = new StringWriter();

        ConsoleWriter(Console console) {
            this.console = console;
        }

        @Override
        public void write(char[] characters, int offset, int length) {
            waiting.write(characters, offset, length);
        }

        @Override
        public void flush() throws BrokenPipeException {
            console.print(waiting.toString());
            waiting.getBuffer().setLength(0);
        }

        @Override
        public void close() {
            flush();
        }
    }
}
