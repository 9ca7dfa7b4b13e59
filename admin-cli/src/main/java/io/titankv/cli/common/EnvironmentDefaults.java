package io.titankv.cli.common;

import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.IDefaultValueProvider;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.OptionSpec;

/** Takes an option that was not given from the environment: {@code --data-dir} from {@code TITAN_DATA_DIR}. Immutable. */
public final class EnvironmentDefaults implements IDefaultValueProvider {
    private final Console console;

    public EnvironmentDefaults(Console console) {
        this.console = console;
    }

    @Override
    public @Nullable String defaultValue(ArgSpec argument) {
        return argument instanceof OptionSpec option
                ? variableName(option)
                        .flatMap(console::variable)
                        .map(value -> isFlag(option) ? flagValue(value) : value)
                        .orElse(null)
                : null;
    }

    /** The variable for an option; none for those that only print something and end. */
    public static Optional<String> variableName(OptionSpec option) {
        if (option.usageHelp() || option.versionHelp()) {
            return Optional.empty();
        }
        String name = option.longestName();
        return name.startsWith("--")
                ? Optional.of("TITAN_" + name.substring(2).replace('-', '_').toUpperCase(Locale.ROOT))
                : Optional.empty();
    }

    private static boolean isFlag(OptionSpec option) {
        return option.arity().max() == 0;
    }

    private static String flagValue(String value) {
        return switch (value.toLowerCase(Locale.ROOT)) {
            case "1", "yes", "on" -> "true";
            case "0", "no", "off" -> "false";
            default -> value;
        };
    }
}
