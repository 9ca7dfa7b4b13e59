package io.titankv.client;

/** How many replicas must hold a write before it is answered. */
public enum WriteLevel {
    /** A majority of the voters. */
    MAJORITY,
    /** Every voter. If that does not happen in time the write stands all the same, and its outcome is undetermined. */
    ALL
}
