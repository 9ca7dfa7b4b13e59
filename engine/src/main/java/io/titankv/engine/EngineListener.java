package io.titankv.engine;

/**
 * Hears what an engine did; the engine itself does not log. Called on the thread that did it, with locks held: return soon, and call
 * no method of the engine.
 */
public interface EngineListener {
    /** Hears nothing. */
    EngineListener NONE = new EngineListener() {};

    /**
     * What recovery did.
     *
     * @param position the last whole batch
     * @param dataFiles data files of the store
     * @param bytesCut bytes of the torn tail, cut off the active file
     * @param hintsRebuilt hint files that were missing or bad
     * @param orphansRemoved files removed that no manifest names: left by a crash while sealing or merging
     */
    record Recovered(EntryPosition position, int dataFiles, long bytesCut, int hintsRebuilt, int orphansRemoved) {}

    /**
     * What a merge did.
     *
     * @param victims data files taken away
     * @param outputs data files put in their place
     * @param bytesBefore bytes of the victims
     * @param bytesAfter bytes of the outputs
     */
    record Merged(int victims, int outputs, long bytesBefore, long bytesAfter) {}

    /** The engine was opened. */
    default void onRecovered(Recovered recovered) {}

    /** A data file reached its size, or a checkpoint asked for it. */
    default void onSealed(String dataFile, long bytes) {}

    /** A merge took effect. */
    default void onMerged(Merged merged) {}

    /** A data file turned out to be corrupt; merges leave it alone from now on. */
    default void onCorruption(CorruptDataException corruption) {}

    /** An fsync, or something as final, failed: the engine does not write any more. */
    default void onWritingStopped(StorageException failure) {}
}
