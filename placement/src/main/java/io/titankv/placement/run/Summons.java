package io.titankv.placement.run;

import io.titankv.model.GroupId;
import io.titankv.model.NodeId;
import io.titankv.placement.run.OperationRound.Order;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * Nodes for which there are orders that they have not heard of. They are told so on their stream of routes, so that no step of an
 * operation waits for the next heartbeat that is due; one that is not told fetches them with that. Confined to one thread.
 */
final class Summons {
    private final Set<String> nodes = new HashSet<>();

    void add(NodeId node) {
        nodes.add(node.value());
    }

    /** Those are called who have an order now that they had not after the look before. */
    void addNew(Map<GroupId, Order> before, Map<GroupId, Order> now) {
        now.forEach((group, order) -> {
            if (!order.equals(before.get(group))) {
                add(order.node());
            }
        });
    }

    boolean isEmpty() {
        return nodes.isEmpty();
    }

    /** The ids of the nodes to be told, who are not told again. */
    Set<String> take() {
        Set<String> taken = Set.copyOf(nodes);
        nodes.clear();
        return taken;
    }
}
