package io.titankv.placement.run;

import com.google.protobuf.Timestamp;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.titankv.model.ErrorReason;
import io.titankv.model.GroupId;
import io.titankv.model.NodeId;
import io.titankv.multiraft.host.Member;
import io.titankv.placement.run.ClusterFormation.Progress;
import io.titankv.placement.state.NodeRecord;
import io.titankv.placement.state.StoredForm;
import io.titankv.proto.durable.v1.Founding;
import io.titankv.proto.durable.v1.FoundingNode;
import io.titankv.proto.errors.TitanErrors;
import io.titankv.proto.internal.v1.HeartbeatRequest;
import io.titankv.proto.internal.v1.HeartbeatResponse;
import io.titankv.proto.internal.v1.PlacementGrpc;
import io.titankv.proto.internal.v1.RegisterRequest;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * This node's side of placement: comes to belong to a cluster, creates the placement replica where it is a voter, registers, sends
 * heartbeats and has their answers carried out, and keeps what is known of the cluster fresh. Its steps are taken by one thread and
 * block for a call's timeout at most.
 */
final class PlacementAgent {
    private static final Logger LOG = LoggerFactory.getLogger(PlacementAgent.class);

    /** What the agent tells the node about itself. Called on the agent's thread. */
    interface Events {
        /** The directory belongs to a cluster. Once. */
        void onFormed(String clusterId);

        /** This node cannot go on. Once; no step does anything after. */
        void onRefused(FormationRefusedException why);
    }

    private final PlacementOptions options;
    private final PlacementEnvironment environment;
    private final IdentityStore identity;
    private final KnownCluster known;
    private final NodeContact contact;
    private final NodeActions actions;
    private final Orders orders;
    private final Events events;
    private final Timestamp startedAt;

    private final ClusterFormation formation;
    private final Backoff backoff;
    private final LeaderFinder finder;

    private @Nullable MapWatch watch;
    private boolean refused;
    private boolean placementReplicaStands;
    private boolean registered;
    private long nextCallNanos;
    private long nextTellNanos;
    private String waitingFor = "";
    /** Set by other threads: something changed that placement should hear of at once. */
    private volatile boolean urgent;

    PlacementAgent(
            PlacementOptions options,
            PlacementEnvironment environment,
            IdentityStore identity,
            KnownCluster known,
            NodeContact contact,
            NodeActions actions,
            Orders orders,
            java.util.function.Supplier<List<String>> placementGuesses,
            Events events) {
        this.options = options;
        this.environment = environment;
        this.identity = identity;
        this.known = known;
        this.contact = contact;
        this.actions = actions;
        this.orders = orders;
        this.events = events;
        this.startedAt = ClusterViews.timestamp(environment.wallClock().instant());
        this.formation = new ClusterFormation(options, environment, identity, contact);
        this.backoff =
                new Backoff(options.timings().retryMin(), options.timings().retryMax(), environment.random());
        this.finder = new LeaderFinder(placementGuesses);
        this.nextCallNanos = environment.ticker().nanos();
        this.nextTellNanos = nextCallNanos;
    }

    /** Orders of placement that this node carries out now. */
    int ordersUnderWay() {
        return orders.underWay();
    }

    /** The next heartbeat goes out with the next step. */
    void hurry() {
        urgent = true;
    }

    /** Takes a step; returns how long to wait before the next. */
    Duration step() {
        if (refused) {
            return options.timings().retryMax();
        }
        long now = environment.ticker().nanos();
        boolean due = nextCallNanos - now <= 0 || urgent;
        try {
            if (due) {
                if (urgent) {
                    urgent = false;
                    backoff.reset();
                }
                call();
            }
            if (watch != null && nextTellNanos - now <= 0 && !formation.tellEveryone()) {
                nextTellNanos = now + options.timings().retryMax().toNanos();
            }
        } catch (FormationRefusedException e) {
            refuse(e);
        }
        known.store();
        long pause = nextCallNanos - environment.ticker().nanos();
        return urgent ? Duration.ZERO : Duration.ofNanos(Math.max(0, pause));
    }

    private void call() {
        if (watch == null) {
            form();
        } else {
            ensurePlacementReplica();
            reachLeader();
        }
    }

    private void form() {
        switch (formation.advance()) {
            case Progress.Formed formed -> onFormed();
            case Progress.MustRegister must -> {
                if (registerFirst(must)) {
                    identity.join(must.founding());
                    onFormed();
                } else {
                    pauseAfterFailure();
                }
            }
            case Progress.Waiting waiting -> {
                if (!waiting.why().equals(waitingFor)) {
                    waitingFor = waiting.why();
                    LOG.atInfo().addKeyValue("reason", waitingFor).log("waiting to belong to a cluster");
                }
                pauseAfterFailure();
            }
        }
    }

    private void onFormed() {
        String clusterId = identity.founding().orElseThrow().getClusterId();
        known.load(clusterId);
        watch = new MapWatch(
                environment,
                known,
                clusterId,
                options.node().value(),
                options.timings().viewEvery());
        backoff.reset();
        nextCallNanos = environment.ticker().nanos();
        LOG.atInfo()
                .addKeyValue("cluster", clusterId)
                .addKeyValue("node", options.node())
                .log("node belongs to its cluster");
        events.onFormed(clusterId);
    }

    /** A node that the cluster was not founded with: it belongs to it once placement knows it. */
    private boolean registerFirst(Progress.MustRegister must) {
        for (String address : must.placementAddresses()) {
            try {
                register(must.founding().getClusterId(), address);
                registered = true;
                return true;
            } catch (StatusRuntimeException e) {
                refuseIfForGood(e);
                LOG.atDebug().addKeyValue("address", address).setCause(e).log("not registered there");
            }
        }
        return false;
    }

    /** A voter's replica is created once. If it is gone later, it was lost, and made afresh it would forget what it voted. */
    private void ensurePlacementReplica() {
        if (placementReplicaStands) {
            return;
        }
        if (identity.shouldHavePlacementReplica() && actions.placementReplica().isEmpty()) {
            throw new FormationRefusedException("the placement replica of node " + options.node() + " is gone from "
                    + options.directory() + ": give the node an empty directory and a new id");
        }
        Founding founding = identity.founding().orElseThrow();
        boolean wasNeverMade =
                !identity.get().getPlacementReplicaCreated() && !identity.get().getPlacementReplicaRemoved();
        if (wasNeverMade
                && actions.placementReplica().isEmpty()
                && founding.getPlacementVotersList().contains(options.node().value())) {
            List<Member> members = founding.getInitialNodesList().stream()
                    .filter(node -> founding.getPlacementVotersList().contains(node.getNodeId()))
                    .map(PlacementAgent::member)
                    .toList();
            actions.createReplica(GroupId.PLACEMENT, members);
        }
        if (wasNeverMade && actions.placementReplica().isPresent()) {
            identity.placementReplicaCreated();
        }
        placementReplicaStands = true;
    }

    private static Member member(FoundingNode node) {
        return new Member(new NodeId(node.getNodeId()), node.getRaftAddress());
    }

    private void reachLeader() {
        Optional<String> address = finder.address();
        if (address.isEmpty()) {
            pauseAfterFailure();
            return;
        }
        String clusterId = identity.founding().orElseThrow().getClusterId();
        try {
            if (!registered) {
                register(clusterId, address.get());
                registered = true;
            }
            HeartbeatResponse response = heartbeat(clusterId, address.get());
            finder.found(address.get());
            backoff.reset();
            nextCallNanos = environment.ticker().nanos()
                    + RouteNews.pause(actions.localReplicas(), options.timings())
                            .toNanos();
            actions.limitCopies(response.getCopyBytesPerSecondMax());
            orders.carryOut(response.getInstructionsList());
            if (watch != null) {
                watch.look(address.get());
            }
        } catch (StatusRuntimeException e) {
            refuseIfForGood(e);
            if (TitanErrors.parse(e)
                    .filter(error -> error.reason() == ErrorReason.NODE_UNKNOWN)
                    .isPresent()) {
                registered = false;
            }
            if (finder.failed(address.get(), e)) {
                nextCallNanos = environment.ticker().nanos();
            } else {
                pauseAfterFailure();
            }
            LOG.atDebug().addKeyValue("address", address.get()).setCause(e).log("placement not reached there");
        }
    }

    private void register(String clusterId, String address) {
        NodeRecord self = NodeRecord.of(
                options.node(),
                identity.get().getIncarnation(),
                contact.gatewayAddress(),
                contact.raftAddress(),
                options.labels(),
                options.cores(),
                actions.diskSpace().totalBytes(),
                options.serverVersion());
        placementAt(address)
                .register(RegisterRequest.newBuilder()
                        .setClusterId(clusterId)
                        .setNode(StoredForm.node(self))
                        .build());
    }

    private HeartbeatResponse heartbeat(String clusterId, String address) {
        NodeActions.DiskSpace disk = actions.diskSpace();
        HeartbeatRequest.Builder heartbeat = HeartbeatRequest.newBuilder()
                .setClusterId(clusterId)
                .setNodeId(options.node().value())
                .setIncarnation(identity.get().getIncarnation())
                .setDiskFreeBytes(disk.freeBytes())
                .setDiskTotalBytes(disk.totalBytes())
                .setStartedAt(startedAt);
        actions.localReplicas()
                .forEach(report ->
                        heartbeat.addReplicas(ReplicaStates.of(report, actions.drainSampledTokens(report.group()))));
        return placementAt(address).heartbeat(heartbeat.build());
    }

    private PlacementGrpc.PlacementBlockingStub placementAt(String address) {
        return PlacementGrpc.newBlockingStub(environment.channelTo(address))
                .withDeadlineAfter(options.timings().callTimeout().toMillis(), TimeUnit.MILLISECONDS);
    }

    private static void refuseIfForGood(StatusRuntimeException failure) {
        if (failure.getStatus().getCode() == Status.Code.FAILED_PRECONDITION) {
            throw new FormationRefusedException(
                    "placement refuses this node: " + failure.getStatus().getDescription());
        }
    }

    private void refuse(FormationRefusedException why) {
        refused = true;
        LOG.atError()
                .addKeyValue("node", options.node())
                .addKeyValue("reason", why.getMessage())
                .log("node refused");
        events.onRefused(why);
    }

    private void pauseAfterFailure() {
        nextCallNanos = environment.ticker().nanos() + backoff.next().toNanos();
    }

    void close() {
        if (watch != null) {
            watch.close();
        }
    }
}
