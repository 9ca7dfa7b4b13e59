package io.titankv.multiraft.host;

import io.titankv.model.NodeId;
import java.io.IOException;

/**
 * What one server's guards share.
 *
 * @param self this node
 * @param gate which messages pass
 * @param life whether the node was killed, and when it began
 * @param leaderships what this node leads
 * @param promises to the leaders of its groups
 * @param groups its replicas by group
 * @param elections told of nodes that close their streams
 * @param clock the node's timer
 * @param links to other nodes
 * @param disk of this node
 */
record Wiring(
        NodeId self,
        NetworkGate gate,
        NodeLife life,
        Leaderships leaderships,
        LeasePromises promises,
        Groups groups,
        EarlyElections elections,
        Clock clock,
        AppendLinks links,
        DiskGuard disk) {

    /** @throws IOException for a message that is lost on the way to this node */
    void requirePasses(NodeId from) throws IOException {
        if (life.isKilled() || !gate.passes(from, self)) {
            throw new IOException("lost on the way from " + from + " to " + self);
        }
    }

    /**
     * Takes room for what a leader sends.
     *
     * @throws IOException when this node has none left: the leader keeps it until there is
     */
    void takeRoom(long bytes) throws IOException {
        if (disk.exhausted()) {
            throw new IOException("the disk of node " + self + " is nearly full");
        }
        disk.onTaken(bytes);
    }

    /** @throws IllegalStateException for one lost on the way from this node; for continuations, where only unchecked exceptions pass */
    void requireReplyPasses(NodeId to) {
        if (life.isKilled() || !gate.passes(self, to)) {
            throw new IllegalStateException("reply lost on the way to " + to);
        }
    }
}
