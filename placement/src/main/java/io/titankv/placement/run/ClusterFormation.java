package io.titankv.placement.run;

import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.titankv.placement.state.StoredForm;
import io.titankv.proto.durable.v1.Founding;
import io.titankv.proto.durable.v1.FoundingNode;
import io.titankv.proto.durable.v1.NodeIdentity;
import io.titankv.proto.internal.v1.FormClusterRequest;
import io.titankv.proto.internal.v1.FormationGrpc;
import io.titankv.proto.internal.v1.HelloRequest;
import io.titankv.proto.internal.v1.HelloResponse;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How a node comes to belong to a cluster. The bootstrap node hears every initial node, writes the decision down, and only then
 * tells them; each writes it down before it confirms. A crash between any two steps is made good by taking the steps again.
 * Confined to the agent's thread.
 */
final class ClusterFormation {
    private static final Logger LOG = LoggerFactory.getLogger(ClusterFormation.class);

    private static final int VOTERS_OF_LARGE = 5;
    private static final int VOTERS_OF_SMALL = 3;

    private final PlacementOptions options;
    private final PlacementEnvironment environment;
    private final IdentityStore identity;
    private final NodeContact contact;
    private final Set<String> told = new HashSet<>();
    private final Set<String> refusing = new HashSet<>();

    ClusterFormation(
            PlacementOptions options, PlacementEnvironment environment, IdentityStore identity, NodeContact contact) {
        this.options = options;
        this.environment = environment;
        this.identity = identity;
        this.contact = contact;
    }

    /** What a try to belong to a cluster led to. */
    sealed interface Progress {
        /** The directory belongs to a cluster, durably. */
        record Formed() implements Progress {}

        /** The cluster exists, and this node must register with it before it belongs to it. */
        record MustRegister(Founding founding, List<String> placementAddresses) implements Progress {}

        /** Not yet. {@code why}: for people. */
        record Waiting(String why) implements Progress {}
    }

    /**
     * Takes the next step towards a cluster.
     *
     * @throws FormationRefusedException when it will never succeed
     */
    Progress advance() {
        if (identity.founding().isPresent()) {
            return new Progress.Formed();
        }
        return options.bootstrap() ? gather() : follow();
    }

    /** The bootstrap node: hears all initial nodes, then decides. */
    private Progress gather() {
        Map<String, FoundingNode> nodes = new LinkedHashMap<>();
        NodeIdentity self = identity.get();
        nodes.put(
                self.getNodeId(),
                FoundingNode.newBuilder()
                        .setNodeId(self.getNodeId())
                        .setIncarnation(self.getIncarnation())
                        .setGatewayAddress(contact.gatewayAddress())
                        .setRaftAddress(contact.raftAddress())
                        .build());
        for (String address : options.join()) {
            Optional<HelloResponse> answer = hello(address);
            if (answer.isEmpty()) {
                return new Progress.Waiting("node at " + address + " does not answer yet");
            }
            HelloResponse hello = answer.get();
            boolean isSelf = hello.getNodeId().equals(self.getNodeId())
                    && hello.getIncarnation().equals(self.getIncarnation());
            if (isSelf) {
                continue;
            }
            refuseFounding(address, hello);
            FoundingNode node = FoundingNode.newBuilder()
                    .setNodeId(hello.getNodeId())
                    .setIncarnation(hello.getIncarnation())
                    .setGatewayAddress(hello.getGatewayAddress())
                    .setRaftAddress(hello.getRaftAddress())
                    .build();
            FoundingNode known = nodes.putIfAbsent(node.getNodeId(), node);
            if (known != null && !known.getIncarnation().equals(node.getIncarnation())) {
                throw new FormationRefusedException("node id " + node.getNodeId() + " is used by two nodes, at "
                        + known.getGatewayAddress() + " and at " + node.getGatewayAddress()
                        + ": give one of them another id");
            }
        }
        Founding founding = decide(List.copyOf(nodes.values()));
        identity.found(founding);
        LOG.atInfo()
                .addKeyValue("cluster", founding.getClusterId())
                .addKeyValue("nodes", nodes.keySet())
                .addKeyValue("placementVoters", founding.getPlacementVotersList())
                .log("cluster founded");
        return new Progress.Formed();
    }

    private static void refuseFounding(String address, HelloResponse hello) {
        if (hello.hasFounding()) {
            throw new FormationRefusedException("node " + hello.getNodeId() + " at " + address
                    + " belongs to cluster " + hello.getFounding().getClusterId()
                    + " already: start this node without --bootstrap to join it");
        }
        if (hello.getBootstrap()) {
            throw new FormationRefusedException("node " + hello.getNodeId() + " at " + address
                    + " was started with --bootstrap too: start exactly one node with it");
        }
    }

    private Founding decide(List<FoundingNode> heard) {
        List<FoundingNode> nodes = new ArrayList<>(heard);
        nodes.sort(Comparator.comparing(FoundingNode::getNodeId));
        int voters = nodes.size() >= VOTERS_OF_LARGE ? VOTERS_OF_LARGE : Math.min(nodes.size(), VOTERS_OF_SMALL);
        UUID id = new UUID(environment.random().nextLong(), environment.random().nextLong());
        return Founding.newBuilder()
                .setClusterId(id.toString())
                .setSettings(StoredForm.settings(options.settings()))
                .addAllInitialNodes(nodes)
                .addAllPlacementVoters(nodes.stream()
                        .map(FoundingNode::getNodeId)
                        .limit(voters)
                        .toList())
                .build();
    }

    /** Any other node: waits until a node that it was told of belongs to a cluster. */
    private Progress follow() {
        String self = identity.get().getIncarnation();
        Optional<String> silent = Optional.empty();
        for (String address : options.join()) {
            Optional<HelloResponse> answer = hello(address);
            if (answer.isEmpty()) {
                silent = Optional.of(address);
                continue;
            }
            if (answer.get().getIncarnation().equals(self) || !answer.get().hasFounding()) {
                continue;
            }
            Founding founding = answer.get().getFounding();
            if (identity.isNamedIn(founding)) {
                // The founder counted this node; that its word did not come (yet) makes no difference.
                identity.join(founding);
                return new Progress.Formed();
            }
            if (identity.nodeIn(founding).isPresent()) {
                throw new FormationRefusedException("node id " + identity.get().getNodeId()
                        + " is already used by another data directory of cluster " + founding.getClusterId()
                        + ": give this node a new id, or start it with its old data directory");
            }
            return new Progress.MustRegister(founding, List.copyOf(answer.get().getPlacementAddressesList()));
        }
        return new Progress.Waiting(silent.map(address -> "node at " + address + " does not answer yet")
                .orElse("no node that was named belongs to a cluster yet"));
    }

    /**
     * The founder: tells the initial nodes that have not confirmed.
     *
     * @return true when all have
     */
    boolean tellEveryone() {
        NodeIdentity self = identity.get();
        if (!self.getFounder() || self.getEveryoneTold()) {
            return true;
        }
        Founding founding = self.getFounding();
        for (FoundingNode node : founding.getInitialNodesList()) {
            boolean due = !node.getNodeId().equals(self.getNodeId()) && !told.contains(node.getNodeId());
            if (due && tell(node, founding)) {
                told.add(node.getNodeId());
            }
        }
        if (told.size() < founding.getInitialNodesCount() - 1) {
            return false;
        }
        identity.everyoneTold();
        return true;
    }

    private boolean tell(FoundingNode node, Founding founding) {
        try {
            FormationGrpc.newBlockingStub(environment.channelTo(node.getGatewayAddress()))
                    .withDeadlineAfter(options.timings().callTimeout().toMillis(), TimeUnit.MILLISECONDS)
                    .formCluster(FormClusterRequest.newBuilder()
                            .setFounding(founding)
                            .build());
            return true;
        } catch (StatusRuntimeException e) {
            if (e.getStatus().getCode() == Status.Code.FAILED_PRECONDITION) {
                // Not the end of this node: the cluster may serve, with that node lost after it had begun.
                if (refusing.add(node.getNodeId())) {
                    LOG.atError()
                            .addKeyValue("node", node.getNodeId())
                            .addKeyValue("address", node.getGatewayAddress())
                            .addKeyValue("reason", e.getStatus().getDescription())
                            .log("an initial node refuses to be a part of the cluster; if it has no ring yet, begin"
                                    + " again with empty data directories");
                }
                return false;
            }
            LOG.atDebug().addKeyValue("node", node.getNodeId()).setCause(e).log("node not told of its cluster yet");
            return false;
        }
    }

    private Optional<HelloResponse> hello(String address) {
        try {
            return Optional.of(FormationGrpc.newBlockingStub(environment.channelTo(address))
                    .withDeadlineAfter(options.timings().callTimeout().toMillis(), TimeUnit.MILLISECONDS)
                    .hello(HelloRequest.newBuilder()
                            .setNodeId(identity.get().getNodeId())
                            .build()));
        } catch (StatusRuntimeException e) {
            LOG.atDebug().addKeyValue("address", address).setCause(e).log("no answer to hello");
            return Optional.empty();
        }
    }
}
