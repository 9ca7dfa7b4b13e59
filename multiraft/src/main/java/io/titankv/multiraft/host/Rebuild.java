package io.titankv.multiraft.host;

import java.util.concurrent.atomic.AtomicReference;

/** How far the rebuilding of a replica is. Thread-safe. */
final class Rebuild {
    private enum Stage {
        NONE,
        /** Takes no part. */
        ROTTEN,
        /** Told to begin anew: wiping. */
        STARTING_OVER,
        /** A learner that wants to be a voter again. */
        RETURNING
    }

    private final AtomicReference<Stage> stage = new AtomicReference<>(Stage.NONE);
    private final Runnable starter;

    /** @param starter wipes the replica and opens it anew; called once for each time it is rotten, returns at once */
    Rebuild(Runnable starter) {
        this.starter = starter;
    }

    boolean isRotten() {
        Stage now = stage.get();
        return now == Stage.ROTTEN || now == Stage.STARTING_OVER;
    }

    boolean isReturning() {
        return stage.get() == Stage.RETURNING;
    }

    void begin() {
        stage.set(Stage.ROTTEN);
    }

    /** The group's leader has said that nothing depends on this replica any more. */
    void startOver() {
        if (stage.compareAndSet(Stage.ROTTEN, Stage.STARTING_OVER)) {
            starter.run();
        }
    }

    void setReturning() {
        stage.set(Stage.RETURNING);
    }

    void end() {
        stage.set(Stage.NONE);
    }
}
