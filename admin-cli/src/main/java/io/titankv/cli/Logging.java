package io.titankv.cli;

import java.util.logging.Level;
import java.util.logging.LogManager;
import java.util.logging.Logger;

/** What libraries log is no output of a command: it goes nowhere, or for nodes that run in this process into a file. */
final class Logging {
    /** Held, because java.util.logging forgets the level of a logger that nobody holds. */
    private static final Logger ROOT = Logger.getLogger("");

    private Logging() {}

    /** Before the first logger is made. */
    static void beQuiet() {
        LogManager.getLogManager().reset();
        ROOT.setLevel(Level.OFF);
        if (System.getProperty("logback.configurationFile") == null) {
            System.setProperty("logback.configurationFile", "titan-cli-logback.xml");
        }
    }
}
