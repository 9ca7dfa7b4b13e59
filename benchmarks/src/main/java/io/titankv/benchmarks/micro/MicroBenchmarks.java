package io.titankv.benchmarks.micro;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.openjdk.jmh.runner.NoBenchmarksException;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** The program behind {@code benchmarks/micro}. */
@Command(
        name = "benchmarks/micro",
        description = "Runs the JMH microbenchmarks whose names a pattern is found in.",
        sortOptions = false)
public final class MicroBenchmarks implements Callable<Integer> {
    private static final int NOTHING_MATCHED = 1;

    @Option(names = "--quick", description = "One fork, short iterations, 100,000 keys only: rough.")
    private boolean quick;

    @Parameters(arity = "0..*", paramLabel = "PATTERN", description = "Regular expressions; default all.")
    private List<String> patterns = new ArrayList<>();

    @SuppressWarnings("UnusedVariable") // picocli looks at it
    @Option(names = "--help", usageHelp = true, description = "Prints this.")
    private boolean help;

    @Spec
    private CommandSpec commandSpec = CommandSpec.create();

    /** Measures, and ends the process: 0 done, 1 no benchmark of this name, 2 wrong options. */
    public static void main(String[] arguments) {
        System.exit(commandLine().execute(arguments));
    }

    static CommandLine commandLine() {
        return new CommandLine(new MicroBenchmarks());
    }

    @Override
    public Integer call() throws RunnerException {
        ChainedOptionsBuilder options = new OptionsBuilder().shouldFailOnError(true);
        for (String pattern : patterns) {
            options = options.include(pattern);
        }
        options = quick
                ? options.forks(1)
                        .warmupIterations(2)
                        .warmupTime(TimeValue.milliseconds(500))
                        .measurementIterations(3)
                        .measurementTime(TimeValue.milliseconds(500))
                        .param("keys", "100000")
                : options.forks(2)
                        .warmupIterations(3)
                        .warmupTime(TimeValue.seconds(2))
                        .measurementIterations(5)
                        .measurementTime(TimeValue.seconds(2));
        try {
            new Runner(options.build()).run();
            return 0;
        } catch (NoBenchmarksException e) {
            commandSpec.commandLine().getErr().println("no benchmark of this name: " + String.join(" ", patterns));
            return NOTHING_MATCHED;
        }
    }
}
