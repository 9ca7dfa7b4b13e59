package io.titankv.cli.run;

import java.nio.file.Path;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where nodes of this process log: {@code titan.log} in the data directory, with errors on standard error as well. What threads of libraries die of goes there too. To be set up
 * before anything of theirs is loaded.
 */
final class ServerLog {
    private static final String FILE_PROPERTY = "titan.log.file";
    private static final String CONFIGURATION_PROPERTY = "logback.configurationFile";
    private static final String CONFIGURATION = "titan-server-logback.xml";

    private ServerLog() {}

    static void to(Path dataDir) {
        System.setProperty(FILE_PROPERTY, file(dataDir).toString());
        System.setProperty(CONFIGURATION_PROPERTY, CONFIGURATION);
        Logger log = LoggerFactory.getLogger("io.titankv.uncaught");
        Thread.setDefaultUncaughtExceptionHandler((thread, failure) -> log.atWarn()
                .addKeyValue("thread", thread.getName())
                .setCause(failure)
                .log("a thread ended with an exception"));
    }

    static Path file(Path dataDir) {
        return dataDir.resolve("titan.log");
    }
}
