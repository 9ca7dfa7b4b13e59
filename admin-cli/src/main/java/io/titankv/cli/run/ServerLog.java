package io.titankv.cli.run;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where nodes of this process log: {@code titan.log} in the data directory, with errors on standard error as well. What threads of libraries die of goes there too. To be set up
 * before anything of theirs is loaded. Whoever starts the process with a Logback configuration of their own has that one, with the path of the log in {@code titan.log.file}.
 */
final class ServerLog {
    private static final String FILE_PROPERTY = "titan.log.file";
    private static final String CONFIGURATION_PROPERTY = "logback.configurationFile";
    private static final String CONFIGURATION = "titan-server-logback.xml";
    /** What all commands of this process have unless they were started with another one. */
    private static final String OF_COMMANDS = "titan-cli-logback.xml";

    private ServerLog() {}

    static void to(Path dataDir) {
        System.setProperty(FILE_PROPERTY, file(dataDir).toString());
        System.setProperty(CONFIGURATION_PROPERTY, configuration(System.getProperty(CONFIGURATION_PROPERTY)));
        Logger log = LoggerFactory.getLogger("io.titankv.uncaught");
        Thread.setDefaultUncaughtExceptionHandler((thread, failure) -> log.atWarn()
                .addKeyValue("thread", thread.getName())
                .setCause(failure)
                .log("a thread ended with an exception"));
    }

    /** Which Logback configuration a node has in a process that was started with this one, or with none. */
    static String configuration(@Nullable String given) {
        return given == null || given.equals(OF_COMMANDS) ? CONFIGURATION : given;
    }

    static Path file(Path dataDir) {
        return dataDir.resolve("titan.log");
    }
}
