package io.titankv.cli.admin;

import picocli.CommandLine.Option;

/** How a change of the cluster is asked for: looked at, stored, or done. */
final class ChangeFlags {
    @Option(names = "--dry-run", description = "Only show what would move, and what would break")
    private boolean dryRun;

    @Option(names = "--plan", description = "Store the plan, for 'titan plan apply'")
    private boolean planOnly;

    @Option(
            names = {"-y", "--yes"},
            description = "Do it without asking")
    private boolean yes;

    @Option(names = "--wait", description = "Stay until it is done")
    private boolean waits;

    @Option(names = "--why", paramLabel = "TEXT", description = "A reason, for those who look at the operation later")
    private String why = "";

    boolean dryRun() {
        return dryRun;
    }

    boolean planOnly() {
        return planOnly;
    }

    boolean yes() {
        return yes;
    }

    boolean waits() {
        return waits;
    }

    String why() {
        return why;
    }
}
