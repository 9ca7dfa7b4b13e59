package io.titankv.gateway;

/**
 * The node's room for results: one for those that go to clients, and one for those that go to other nodes, which never wait for a client.
 * Otherwise two nodes whose clients do not read could wait for each other. Thread-safe.
 */
final class AnswerRooms {
    /** As they come from a caller that has not said what it has room for. */
    static final int ASKER_BYTES_ANY = Integer.MAX_VALUE;

    private final AnswerRoom clients;
    private final AnswerRoom peers;
    private final long sessionBytesMax;

    AnswerRooms(GatewayOptions options) {
        clients = new AnswerRoom(options.resultBytesMax());
        peers = new AnswerRoom(options.resultBytesMax());
        sessionBytesMax = options.sessionResultBytesMax();
    }

    /** For the requests of a session, or of a caller as large. */
    AnswerRoom session(Arrival arrival) {
        return of(arrival).inner(sessionBytesMax);
    }

    AnswerRoom of(Arrival arrival) {
        return arrival == Arrival.CLIENT ? clients : peers;
    }

    long held() {
        return clients.held() + peers.held();
    }

    int waiting() {
        return clients.waiting() + peers.waiting();
    }
}
