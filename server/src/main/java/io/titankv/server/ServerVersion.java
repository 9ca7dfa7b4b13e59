package io.titankv.server;

import java.util.Optional;

/** What this build calls itself. */
public final class ServerVersion {
    /** The version in the jar's manifest; {@code dev} when run from classes. */
    public static final String CURRENT = Optional.ofNullable(
                    ServerVersion.class.getPackage().getImplementationVersion())
            .orElse("dev");

    private ServerVersion() {}
}
