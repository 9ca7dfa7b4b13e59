package io.titankv.placement.run;

import io.titankv.model.NodeId;
import io.titankv.model.ShardMap;
import io.titankv.proto.durable.v1.FoundingNode;
import io.titankv.proto.errors.TitanError;
import io.titankv.proto.internal.v1.ClusterView;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Where placement is, as far as this node knows. Thread-safe. */
final class Whereabouts {
    private final PlacementOptions options;
    private final IdentityStore identity;
    private final KnownCluster known;
    private final Supplier<@Nullable NodeContact> contact;
    private final Supplier<@Nullable NodeActions> actions;

    Whereabouts(
            PlacementOptions options,
            IdentityStore identity,
            KnownCluster known,
            Supplier<@Nullable NodeContact> contact,
            Supplier<@Nullable NodeActions> actions) {
        this.options = options;
        this.identity = identity;
        this.known = known;
        this.contact = contact;
        this.actions = actions;
    }

    /**
     * Gateways of nodes that may know, the best guess first: who leads by our own replica's word, who votes by the last view, who voted at
     * the founding, who was named when this node was started, and, since all of those may be gone by now, every node that is known.
     */
    List<String> guesses() {
        List<String> guesses = new ArrayList<>();
        leader().flatMap(this::gatewayOf).ifPresent(guesses::add);
        known.view()
                .ifPresent(view -> view.getPlacementVotersList()
                        .forEach(voter -> gatewayOf(voter).ifPresent(guesses::add)));
        identity.founding().ifPresent(founding -> {
            for (String voter : founding.getPlacementVotersList()) {
                gatewayOf(voter).ifPresent(guesses::add);
            }
        });
        guesses.addAll(options.join());
        known.map().nodes().forEach(node -> guesses.add(node.address()));
        return guesses.stream().distinct().toList();
    }

    private Optional<String> leader() {
        NodeActions running = actions.get();
        Optional<String> byReplica = running == null
                ? Optional.empty()
                : running.placementReplica()
                        .map(replica -> replica.status().leader())
                        .map(NodeId::value);
        return byReplica.or(
                () -> known.view().map(ClusterView::getPlacementLeaderNodeId).filter(leader -> !leader.isEmpty()));
    }

    private Optional<String> gatewayOf(String node) {
        NodeContact here = contact.get();
        if (node.equals(options.node().value()) && here != null) {
            return Optional.of(here.gatewayAddress());
        }
        Optional<String> byMap = known.map().node(new NodeId(node)).map(ShardMap.NodeEntry::address);
        return byMap.or(() -> identity.founding().stream()
                .flatMap(founding -> founding.getInitialNodesList().stream())
                .filter(initial -> initial.getNodeId().equals(node))
                .map(FoundingNode::getGatewayAddress)
                .findFirst());
    }

    /** The answer of this node to what only the placement leader can do. */
    TitanError notLeader() {
        Optional<String> leader =
                leader().filter(node -> !node.equals(options.node().value()));
        return Proposals.notLeader(
                leader.map(NodeId::new).orElse(null),
                leader.flatMap(this::gatewayOf).orElse(null));
    }
}
