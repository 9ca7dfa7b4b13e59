package io.titankv.multiraft.host;

import io.titankv.model.NodeId;

/**
 * A member of a group.
 *
 * @param node who
 * @param raftAddress HOST:PORT where its Raft listens
 */
public record Member(NodeId node, String raftAddress) {}
