package io.titankv.multiraft.host;

import io.titankv.model.NodeId;

/** Which messages between nodes pass: the seam at which tests cut the network. Thread-safe. */
@FunctionalInterface
public interface NetworkGate {
    /** Everything passes. */
    NetworkGate OPEN = (from, to) -> true;

    /** Whether a message from one node to another passes now. Requests and replies are asked about separately. */
    boolean passes(NodeId from, NodeId to);
}
