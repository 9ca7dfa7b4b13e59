package io.titankv.cli.common;

import java.util.concurrent.Callable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/**
 * A verb, or a noun that only holds verbs. Its subclasses have one constructor, which takes the {@link Context}. Confined to one
 * thread.
 */
public abstract class TitanCommand implements Callable<Integer> {
    protected final Context context;

    // Set by the parser before call().
    @Spec
    private @org.jspecify.annotations.Nullable CommandSpec spec;

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "Show this help")
    @SuppressWarnings("unused") // the parser acts on it
    private boolean isHelpAsked;

    protected TitanCommand(Context context) {
        this.context = context;
    }

    /**
     * Does it.
     *
     * @return an {@link ExitCode}
     */
    protected abstract int run();

    @Override
    public final Integer call() {
        return run();
    }

    protected final CommandSpec spec() {
        if (spec == null) {
            throw new IllegalStateException("not parsed yet");
        }
        return spec;
    }

    /** A usage error of this command, said with its name. */
    protected final ParameterException usageError(String message) {
        return new ParameterException(spec().commandLine(), message);
    }

    protected final Console console() {
        return context.console();
    }

    protected final GlobalOptions global() {
        return context.global();
    }
}
