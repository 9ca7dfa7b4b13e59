package io.titankv.multiraft.host;

import io.titankv.model.NodeId;

/**
 * What one server's guards share.
 *
 * @param self this node
 * @param gate which messages pass
 * @param life whether the node was killed, and when it began
 * @param leaderships what this node leads
 * @param promises to the leaders of its groups
 * @param groups its replicas by group
 * @param clock the node's timer
 */
record Wiring(
        NodeId self,
        NetworkGate gate,
        NodeLife life,
        Leaderships leaderships,
        LeasePromises promises,
        Groups groups,
        Clock clock) {}
