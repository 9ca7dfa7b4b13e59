package io.titankv.testing;

import io.titankv.model.NodeId;
import io.titankv.multiraft.host.NetworkGate;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArraySet;

/** A network that can be cut between nodes. Thread-safe. */
final class Partition implements NetworkGate {
    private record Link(NodeId from, NodeId to) {}

    private final Set<NodeId> isolated = new CopyOnWriteArraySet<>();
    private final Set<Link> cut = new CopyOnWriteArraySet<>();

    @Override
    public boolean passes(NodeId from, NodeId to) {
        return from.equals(to)
                || (!isolated.contains(from) && !isolated.contains(to) && !cut.contains(new Link(from, to)));
    }

    /** Cuts a node off from all others, both ways. */
    void isolate(NodeId node) {
        isolated.add(node);
    }

    /** Loses messages in one direction only. */
    void cut(NodeId from, NodeId to) {
        cut.add(new Link(from, to));
    }

    void heal(NodeId node) {
        isolated.remove(node);
        cut.removeIf(link -> link.from().equals(node) || link.to().equals(node));
    }

    void healAll() {
        isolated.clear();
        cut.clear();
    }
}
