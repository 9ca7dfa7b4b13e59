package io.titankv.gateway;

/** How a request came to this gateway. */
enum Arrival {
    /** From a client: taken to wherever it can be answered. */
    CLIENT,
    /** From another gateway, which believes that the leader is here: answered here or refused with a hint, never sent on. */
    FORWARDED,
    /** From another gateway, which wants this very replica's word though it may not lead: as above. */
    FORWARDED_TO_REPLICA
}
