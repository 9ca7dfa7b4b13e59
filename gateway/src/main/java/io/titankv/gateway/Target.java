package io.titankv.gateway;

import io.titankv.model.NodeId;
import io.titankv.multiraft.shard.Shard;

/** Where one try of a request goes. */
sealed interface Target {
    /** This node's replica. */
    record Local(Shard shard) implements Target {}

    /**
     * Another node's gateway.
     *
     * @param arrival how it shall take the request
     */
    record Peer(NodeId node, String address, Arrival arrival) implements Target {}

    /** Everyone who might answer has been asked. */
    record Nobody() implements Target {}
}
