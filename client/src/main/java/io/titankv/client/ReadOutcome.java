package io.titankv.client;

/** What became of one read of a batch. Immutable. */
public sealed interface ReadOutcome {
    /** There is a value. */
    record Found(Versioned value) implements ReadOutcome {}

    /** There is none. */
    record Absent() implements ReadOutcome {}

    /** This key could not be read. */
    record Failed(TitanException failure) implements ReadOutcome {}
}
