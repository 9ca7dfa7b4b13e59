package io.titankv.client;

/** What holds a batch of writes together. */
public enum Atomicity {
    /** Nothing: each write stands alone. */
    PER_KEY,
    /** The writes of one shard are done all or none; shards are independent of each other. A key may stand once only. */
    PER_SHARD
}
