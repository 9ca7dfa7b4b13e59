package io.titankv.gateway;

import java.util.concurrent.atomic.AtomicInteger;

/** What a request with one answer holds: given back once it is answered and the answer has left the node, or its caller. Thread-safe. */
final class UnaryHold {
    private final Admission.Permit permit;
    private final CallRoom room;
    private final AtomicInteger open = new AtomicInteger(2);

    UnaryHold(Admission.Permit permit, CallRoom room) {
        this.permit = permit;
        this.room = room;
    }

    /** Nothing is done for it any more. */
    void answered() {
        endOne();
    }

    /** The transport has sent all of it, or drops what is left. */
    void left() {
        endOne();
    }

    private void endOne() {
        if (open.decrementAndGet() == 0) {
            permit.close();
            room.giveBack();
        }
    }
}
