package io.titankv.cli.common;

import java.util.TreeSet;

/** A noun without a verb: names the verbs. */
public abstract class NounCommand extends TitanCommand {
    protected NounCommand(Context context) {
        super(context);
    }

    @Override
    protected final int run() {
        throw usageError("which of: "
                + String.join(", ", new TreeSet<>(spec().subcommands().keySet())) + "?");
    }
}
