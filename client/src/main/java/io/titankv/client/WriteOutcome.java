package io.titankv.client;

/** What became of one write of a batch. Immutable. */
public sealed interface WriteOutcome {
    /** Done. */
    record Done(WriteResult result) implements WriteOutcome {}

    /** Not done, or not known to be done: see the failure's class. */
    record Failed(TitanException failure) implements WriteOutcome {}
}
