package io.titankv.gateway;

import io.grpc.Channel;

/** Connections to other nodes' gateways. Thread-safe; nothing here blocks. */
@FunctionalInterface
public interface PeerChannels {
    /**
     * A channel to the gateway at that address. The same one each time while it lasts; its owner closes it, not the gateway.
     *
     * @param address HOST:PORT, as the shard map has it
     */
    Channel channel(String address);
}
