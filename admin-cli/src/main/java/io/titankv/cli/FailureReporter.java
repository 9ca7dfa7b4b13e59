package io.titankv.cli;

import io.titankv.cli.common.BrokenPipeException;
import io.titankv.cli.common.CliException;
import io.titankv.cli.common.Console;
import io.titankv.cli.common.Context;
import io.titankv.cli.common.EnvironmentDefaults;
import io.titankv.cli.common.ExitCode;
import io.titankv.cli.common.Failures;
import io.titankv.cli.common.Style.Tone;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine;
import picocli.CommandLine.IExecutionExceptionHandler;
import picocli.CommandLine.IParameterExceptionHandler;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.UnmatchedArgumentException;

/** Says what went wrong in one line on standard error, and with {@code -v} what caused it. */
final class FailureReporter implements IParameterExceptionHandler, IExecutionExceptionHandler {
    private static final int CAUSES_MAX = 10;

    private final Context context;

    FailureReporter(Context context) {
        this.context = context;
    }

    @Override
    public int handleParseException(ParameterException failure, String[] arguments) {
        CommandLine command = failure.getCommandLine();
        StringBuilder line = new StringBuilder(message(failure));
        String end = ". ";
        fromVariable(failure, List.of(arguments))
                .ifPresent(name -> line.append(" (from ").append(name).append(')'));
        if (failure instanceof UnmatchedArgumentException unmatched) {
            List<String> suggestions = unmatched.getSuggestions();
            if (!suggestions.isEmpty()) {
                line.append("; did you mean ").append(String.join(" or ", suggestions));
                end = "? ";
            }
        }
        String name = command.getCommandSpec().qualifiedName();
        say(line + end + "Try '" + name + " --help'");
        return ExitCode.USAGE;
    }

    /** The parser's message, or a plainer one where it only says that a word has no place. */
    private static String message(ParameterException failure) {
        if (failure instanceof UnmatchedArgumentException unmatched
                && !unmatched.isUnknownOption()
                && !unmatched.getUnmatched().isEmpty()) {
            String word = unmatched.getUnmatched().getFirst();
            String name = failure.getCommandLine().getCommandSpec().qualifiedName();
            return failure.getCommandLine().getSubcommands().isEmpty()
                    ? "'" + word + "' is one argument too many"
                    : "there is no '" + name + " " + word + "'";
        }
        return oneLine(String.valueOf(failure.getMessage()));
    }

    /** The variable that a bad value came from, when it was not on the command line. */
    private Optional<String> fromVariable(ParameterException failure, List<String> arguments) {
        if (!(failure.getArgSpec() instanceof OptionSpec option)) {
            return Optional.empty();
        }
        for (String name : option.names()) {
            boolean isGiven = arguments.stream()
                    .anyMatch(argument -> argument.equals(name)
                            || argument.startsWith(name + "=")
                            || (name.length() == 2 && argument.startsWith(name)));
            if (isGiven) {
                return Optional.empty();
            }
        }
        return EnvironmentDefaults.variableName(option)
                .filter(name -> context.console().variable(name).isPresent());
    }

    @Override
    public int handleExecutionException(Exception failure, CommandLine command, ParseResult parsed) {
        return report(failure);
    }

    /** Says any failure, and returns its exit code. */
    int report(Throwable failure) {
        if (failure instanceof BrokenPipeException) {
            return ExitCode.BROKEN_PIPE;
        }
        CliException said = Failures.explain(failure, context.global());
        say(said.line());
        if (context.global().isVerbose()) {
            causes(said);
        }
        return said.exitCode();
    }

    private void causes(Throwable failure) {
        Throwable cause = failure.getCause();
        for (int depth = 0; cause != null && depth < CAUSES_MAX; depth++) {
            context.console().errorLine("  caused by " + oneLine(cause.toString()));
            StackTraceElement[] trace = cause.getStackTrace();
            if (trace.length > 0) {
                context.console().errorLine("    at " + trace[0]);
            }
            cause = cause.getCause();
        }
    }

    private void say(String line) {
        Console console = context.console();
        console.errorLine(console.errorStyle().paint(Tone.BAD, "titan:") + " " + line);
    }

    private static String oneLine(String text) {
        return text.replaceAll("\\s*[\\r\\n]+\\s*", " ").strip();
    }
}
