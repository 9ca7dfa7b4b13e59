package io.titankv.multiraft.host;

import java.util.concurrent.atomic.AtomicLong;
import org.apache.ratis.protocol.ClientId;
import org.apache.ratis.server.RaftServer;

/**
 * What every replica of a node uses of it.
 *
 * @param clientId this run of the node towards Ratis; with a call id it names a request for ever
 */
record NodeContext(
        RaftHostOptions options,
        Directories directories,
        RaftServer server,
        Leaderships leaderships,
        Clock clock,
        RaftMeters meters,
        ClientId clientId,
        AtomicLong callIds) {

    long nextCallId() {
        return callIds.incrementAndGet();
    }

    RatisRequests requests() {
        return new RatisRequests(this);
    }
}
