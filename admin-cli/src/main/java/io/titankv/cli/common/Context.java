package io.titankv.cli.common;

/**
 * What a command is given. Immutable, but for what its parts say of themselves.
 *
 * @param connections shared by the commands of one shell; closed by whoever made the context
 */
public record Context(Console console, GlobalOptions global, Connections connections) {
    /** A context with options not yet read. */
    public static Context of(Console console, Connections connections) {
        return new Context(console, new GlobalOptions(), connections);
    }

    public OutputFormat format() {
        return global.format(console);
    }
}
