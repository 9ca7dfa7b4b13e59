package io.titankv.placement.run;

/**
 * Where others reach this node: the ports really bound. Immutable.
 *
 * @param gatewayAddress HOST:PORT of its gRPC server
 * @param raftAddress HOST:PORT of its Raft
 */
public record NodeContact(String gatewayAddress, String raftAddress) {}
