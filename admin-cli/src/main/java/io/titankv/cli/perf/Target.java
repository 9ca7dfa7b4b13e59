package io.titankv.cli.perf;

/** What a load is put on. Called by one thread; must not block. */
public interface Target {
    /** Told how an operation ended, once, on any thread, maybe before the call that began it returns. */
    interface Completion {
        /** It succeeded; {@code found} is false for a read that found no value. */
        void done(boolean found);

        void failed(Throwable failure);
    }

    /** Begins an operation on the key of this index. */
    void begin(Kind kind, int index, Completion completion);
}
