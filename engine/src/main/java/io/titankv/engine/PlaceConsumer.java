package io.titankv.engine;

/** Takes the entries of a {@link Keydir} one by one. */
@FunctionalInterface
interface PlaceConsumer {
    void accept(long token, long fileId, long offset, int recordBytes);
}
