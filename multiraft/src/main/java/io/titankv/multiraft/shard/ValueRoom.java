package io.titankv.multiraft.shard;

/**
 * Where the value of a read is going to be held, asked before it is read, so that values wait in the store and not on the heap. Called on
 * the threads that read; must not wait. Thread-safe.
 */
@FunctionalInterface
public interface ValueRoom {
    /**
     * Takes room, unless what is held already is enough. What was taken is the caller's to give back, whatever becomes of the read.
     *
     * @param bytes most that the value can have
     * @return false when there is none, and the value must not be read
     */
    boolean tryTake(int bytes);
}
