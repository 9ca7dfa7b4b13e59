package io.titankv.cli.run;

import java.nio.file.Path;

/**
 * Where nodes of this process log: {@code titan.log} in the data directory, with errors on standard error as well. To be set up
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
    }

    static Path file(Path dataDir) {
        return dataDir.resolve("titan.log");
    }
}
