package io.titankv.placement.run;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.grpc.BindableService;
import io.titankv.model.NodeId;
import io.titankv.model.ShardMap;
import io.titankv.multiraft.host.Replica;
import io.titankv.multiraft.host.ReplicatedStateMachine;
import io.titankv.multiraft.snapshot.CheckpointSource;
import io.titankv.placement.state.PlacementState;
import io.titankv.placement.state.Settings;
import io.titankv.placement.state.StoredForm;
import io.titankv.proto.durable.v1.Founding;
import io.titankv.proto.internal.v1.ClusterView;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * All of placement on one node. Opened before Raft, because Raft needs its state machine; started once Raft and the gRPC server
 * listen, because others must be told where. Thread-safe.
 */
public final class PlacementNode implements AutoCloseable {
    private static final String DIRECTORY_NAME = "placement";
    private static final int DISK_QUEUE_MAX = 64;
    private static final Duration TIMER = Duration.ofSeconds(1);

    private final PlacementOptions options;
    private final PlacementEnvironment environment;
    private final IdentityStore identity;
    private final KnownCluster known;
    private final PlacementStateMachine stateMachine;
    private final Whereabouts whereabouts;
    private final RoutingService routing;
    private final LeaderSeat leaderSeat;
    private final AdminServices admin;
    private final ThreadPoolExecutor disk = singleThread("titan-placement-disk", DISK_QUEUE_MAX);
    private final ThreadPoolExecutor orderThread = singleThread("titan-placement-orders", 1);
    private final LeaderLoop leaderLoop;
    private final Loop leaderThread;
    private final Loop agentThread;
    private final CompletableFuture<String> formed = new CompletableFuture<>();

    private volatile @Nullable LeaderSession seat;
    private volatile @Nullable NodeContact contact;
    private volatile @Nullable NodeActions actions;
    private volatile @Nullable PlacementAgent agent;
    private volatile @Nullable FormationRefusedException refusal;

    /** Term of a leadership of this node whose seat is not taken yet; 0: none. */
    @GuardedBy("this")
    private long waitingTerm;

    private PlacementNode(PlacementOptions options, PlacementEnvironment environment, IdentityStore identity) {
        this.options = options;
        this.environment = environment;
        this.identity = identity;
        this.known = new KnownCluster(environment.files(), options.directory(), environment.ticker());
        this.routing = new RoutingService(
                known, environment.ticker(), options.timings().suspectAfter());
        this.whereabouts = new Whereabouts(options, identity, known, () -> contact, () -> actions);
        this.leaderSeat = new LeaderSeat(() -> seat, whereabouts::notLeader);
        this.admin = new AdminServices(
                known,
                options.serverVersion(),
                new LeaderCalls(leaderSeat, environment, options.timings().callTimeout()));
        this.stateMachine = new PlacementStateMachine(
                environment.files(),
                options.directory().resolve(DIRECTORY_NAME),
                environment.snapshots(),
                disk,
                new RaftEvents());
        this.leaderLoop = new LeaderLoop(() -> seat, identity::founding, options.timings(), environment.ticker());
        this.leaderThread = new Loop("titan-placement-leader", this::leaderStep);
        this.agentThread = new Loop("titan-placement-agent", this::agentStep);
        RouteNews news = new RouteNews(options.node(), () -> actions);
        known.listen(map -> {
            if (news.isUrgent(map)) {
                leadershipChanged();
            }
        });
        known.listenForOrders(this::leadershipChanged);
    }

    /**
     * Opens a data directory, or gives a new one its identity. Nothing runs yet.
     *
     * @throws FormationRefusedException when the directory belongs to another node, or there is no way to a cluster
     * @throws io.titankv.placement.state.UnsupportedFormatException when a newer version wrote it
     * @throws DamagedFileException when its identity is not readable
     */
    public static PlacementNode open(PlacementOptions options, PlacementEnvironment environment) {
        IdentityStore identity =
                IdentityStore.open(environment.files(), options.directory(), options.node(), environment.random());
        if (identity.founding().isEmpty()
                && !options.bootstrap()
                && options.join().isEmpty()) {
            throw new FormationRefusedException("node " + options.node()
                    + " belongs to no cluster: start it with --bootstrap to found one, or with --join to join one");
        }
        PlacementNode node = new PlacementNode(options, environment, identity);
        identity.founding().ifPresent(founding -> node.known.load(founding.getClusterId()));
        return node;
    }

    /** The state machine of the placement group, for RaftHost. */
    public ReplicatedStateMachine stateMachine() {
        return stateMachine;
    }

    /** Checkpoints of the placement group, for the server of checkpoint files. */
    public CheckpointSource checkpointSource() {
        return stateMachine;
    }

    /** The services for the node's gRPC server: Formation and Placement for nodes; Routing, Cluster, Node and Shard for all. */
    public List<BindableService> services() {
        List<BindableService> services = new ArrayList<>(admin.all());
        services.add(routing);
        services.add(new FormationService(
                identity,
                options.bootstrap(),
                () -> Optional.ofNullable(contact),
                whereabouts::guesses,
                agentThread::wake));
        services.add(new PlacementService(leaderSeat, environment, leaderThread::wake));
        return List.copyOf(services);
    }

    /** Begins to take part. Call once, when Raft and the gRPC server listen. */
    public void start(NodeContact contact, NodeActions actions) {
        prepare(contact, actions, orderThread);
        leaderThread.start();
        agentThread.start();
    }

    /** All of {@link #start} but its threads, so that a test can take the steps. */
    void prepare(NodeContact contact, NodeActions actions, java.util.concurrent.Executor orderExecutor) {
        Orders orders =
                new Orders(new NotedPlacementReplica(actions, identity), orderExecutor, this::leadershipChanged);
        synchronized (this) {
            this.actions = actions;
            this.contact = contact;
            this.agent = new PlacementAgent(
                    options,
                    environment,
                    identity,
                    known,
                    contact,
                    actions,
                    orders,
                    whereabouts::guesses,
                    new PlacementAgent.Events() {
                        @Override
                        public void onFormed(String clusterId) {
                            formed.complete(clusterId);
                        }

                        @Override
                        public void onRefused(FormationRefusedException why) {
                            if (!formed.completeExceptionally(why)) {
                                refusal = why;
                            }
                        }
                    });
        }
    }

    /** This node's cluster, as soon as its directory belongs to one. */
    public Optional<String> clusterId() {
        return identity.founding().map(Founding::getClusterId);
    }

    /**
     * What the cluster was founded with.
     *
     * @throws IllegalStateException when this node belongs to none yet
     */
    public Settings settings() {
        return StoredForm.settings(identity.founding()
                .orElseThrow(() -> new IllegalStateException("node " + options.node() + " belongs to no cluster yet"))
                .getSettings());
    }

    /** Completes with the cluster's id when this node belongs to one; exceptionally, with why, when it never will. */
    public CompletableFuture<String> formed() {
        return formed.copy();
    }

    /** Why this node cannot take part in placement any more; empty while it can. A person must come. */
    public Optional<String> fault() {
        if (formed.isCompletedExceptionally()) {
            return Optional.ofNullable(formed.exceptionNow().getMessage());
        }
        return Optional.ofNullable(refusal).map(FormationRefusedException::getMessage);
    }

    /** The newest routes that this node knows; {@link ShardMap#EMPTY} before the first. */
    public ShardMap map() {
        return known.map();
    }

    /** Tells of each newer map from now on. Called by gRPC threads: the listener returns at once. */
    public void addMapListener(Consumer<ShardMap> listener) {
        known.listen(listener);
    }

    /** The cluster as the placement leader last drew it. */
    public Optional<ClusterView> view() {
        return known.view();
    }

    /** How long since placement was heard; empty: not since this node started. */
    public Optional<Duration> silence() {
        return known.silence();
    }

    /** Orders of placement that this node carries out now. */
    public int ordersUnderWay() {
        PlacementAgent running = agent;
        return running == null ? 0 : running.ordersUnderWay();
    }

    /** A local replica's leadership changed, or anything else that placement should hear of at once. */
    public void leadershipChanged() {
        PlacementAgent running = agent;
        if (running != null) {
            running.hurry();
            agentThread.wake();
        }
    }

    /** Stops taking part. Call before Raft and the gRPC server stop. */
    @Override
    public void close() {
        agentThread.close();
        leaderThread.close();
        PlacementAgent running = agent;
        if (running != null) {
            running.close();
        }
        leaveSeat();
        shutDown(orderThread);
        shutDown(disk);
    }

    Duration agentStep() {
        PlacementAgent running = agent;
        routing.keepAlive();
        if (hasWaitingTerm()) {
            leaderThread.wake();
        }
        if (running == null) {
            return TIMER;
        }
        Duration pause = running.step();
        return pause.compareTo(TIMER) < 0 ? pause : TIMER;
    }

    private synchronized boolean hasWaitingTerm() {
        return waitingTerm > 0;
    }

    Duration leaderStep() {
        takeSeatIfWaiting();
        return leaderLoop.step();
    }

    PlacementState state() {
        return stateMachine.current().state();
    }

    private final class RaftEvents implements PlacementStateMachine.Events {
        @Override
        public void onState(PlacementState state) {
            leaderThread.wake();
        }

        @Override
        public void onLeadership(@Nullable NodeId leader, long term, boolean self) {
            synchronized (PlacementNode.this) {
                LeaderSession sitting = seat;
                if (self && sitting != null && sitting.term == term) {
                    return;
                }
                leaveSeat();
                waitingTerm = self ? term : 0;
                takeSeatIfWaiting();
            }
            leaderThread.wake();
            leadershipChanged();
        }
    }

    /** Raft may elect this node before it is started, or before its replica is given out: then the seat is taken later. */
    private synchronized void takeSeatIfWaiting() {
        NodeActions running = actions;
        Optional<Replica> replica = waitingTerm == 0 || running == null ? Optional.empty() : running.placementReplica();
        if (replica.isPresent()) {
            seat = new LeaderSession(
                    options.node(),
                    waitingTerm,
                    replica.get(),
                    this::state,
                    known.map(),
                    environment,
                    options.timings());
            waitingTerm = 0;
        }
    }

    private void leaveSeat() {
        LeaderSession leaving = seat;
        seat = null;
        if (leaving != null) {
            leaving.end();
        }
    }

    private static ThreadPoolExecutor singleThread(String name, int queueMax) {
        ThreadPoolExecutor executor = new ThreadPoolExecutor(
                1,
                1,
                10,
                TimeUnit.SECONDS,
                new LinkedBlockingQueue<>(queueMax),
                Thread.ofPlatform().name(name).daemon().factory());
        executor.allowCoreThreadTimeOut(true);
        return executor;
    }

    private static void shutDown(ExecutorService executor) {
        executor.shutdownNow();
        try {
            executor.awaitTermination(10, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
