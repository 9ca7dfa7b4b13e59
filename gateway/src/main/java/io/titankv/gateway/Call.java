package io.titankv.gateway;

import java.util.function.BooleanSupplier;

/**
 * What there is to know of a request besides its content. Immutable.
 *
 * @param arrival how it came
 * @param deadline when its answer is due; a little before the caller stops waiting, so that the answer still arrives
 * @param abandoned true once nobody waits for the answer any more
 * @param room where its result is held
 */
record Call(Arrival arrival, Deadline deadline, BooleanSupplier abandoned, CallRoom room) {
    /** One of several that are answered together. */
    Call part() {
        return new Call(arrival, deadline, abandoned, room.part());
    }
}
