package io.titankv.cli.store;

import io.titankv.cli.common.CliException;
import io.titankv.cli.common.ExitCode;
import io.titankv.cli.store.StoreDirectories.Found;
import io.titankv.engine.EngineException;
import java.util.function.Supplier;

/** Puts the engine's failures into words. */
final class StoreFailures {
    private StoreFailures() {}

    static <T> T explained(Found found, Supplier<T> look) {
        try {
            return look.get();
        } catch (EngineException e) {
            throw new CliException(ExitCode.REFUSED, found.name() + ": " + e.getMessage(), e);
        }
    }
}
