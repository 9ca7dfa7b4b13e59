package io.titankv.multiraft.host;

import io.micrometer.core.instrument.MeterRegistry;
import io.titankv.model.GroupId;
import io.titankv.model.LogPosition;
import io.titankv.model.NodeId;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import org.apache.ratis.conf.RaftProperties;
import org.apache.ratis.server.RaftServer;
import org.apache.ratis.util.ExitUtils;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** All groups of one node. Thread-safe. */
public final class RaftHost implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(RaftHost.class);

    private static final Duration HEALTH_SWEEP = Duration.ofMillis(500);
    private static final Duration PROPOSAL_SWEEP = Duration.ofMillis(250);

    static {
        keepTheProcessAlive();
    }

    private final NodeContext node;
    private final Groups groups;
    private final NodeLife life;
    private final EarlyElections elections;
    private final Function<GroupId, ReplicatedStateMachine> stateMachines;
    private final AtomicBoolean stopped = new AtomicBoolean();

    private RaftHost(NodeContext node, Wiring wiring, Function<GroupId, ReplicatedStateMachine> stateMachines) {
        this.node = node;
        groups = wiring.groups();
        life = wiring.life();
        elections = wiring.elections();
        this.stateMachines = stateMachines;
    }

    /** Ratis ends the process when its port is taken or any thread of the JVM dies of an exception. Neither is its business. */
    private static void keepTheProcessAlive() {
        Thread.UncaughtExceptionHandler handler = Thread.getDefaultUncaughtExceptionHandler();
        ExitUtils.disableSystemExit();
        ExitUtils.setTerminateOnUncaughtException(false);
        Thread.setDefaultUncaughtExceptionHandler(handler);
    }

    /**
     * Starts Raft and opens every group found in the directory. A group that cannot be opened does not stop the others: its
     * replica's status names the fault.
     *
     * @param stateMachines makes the state machine of a group, found on disk or created later
     * @param registry where the node's Raft is measured
     */
    public static RaftHost start(
            RaftHostOptions options, Function<GroupId, ReplicatedStateMachine> stateMachines, MeterRegistry registry) {
        try {
            Directories directories = new Directories(options.directory());
            directories.create();
            List<GroupId> found = directories.found();
            Clock clock = new Clock(options.node().value());
            RaftMeters meters = new RaftMeters(registry);
            Groups groups = new Groups(new AppendGuard(clock, RatisSettings.requestTimeout(options)), meters);
            long timeoutMinNanos = options.electionTimeoutMin().toNanos();
            NodeLife life = new NodeLife(!found.isEmpty(), timeoutMinNanos);
            Healer healer = new Healer();
            Leaderships leaderships = new Leaderships(timeoutMinNanos, healer, meters, new GroupTerms(groups, life));
            AppendLinks links = new AppendLinks(options, clock);
            LeasePromises promises = new LeasePromises(options.electionTimeoutMin());
            EarlyElections elections = new EarlyElections(groups, life, promises);
            Wiring wiring = new Wiring(
                    options.node(),
                    options.gate(),
                    life,
                    leaderships,
                    promises,
                    groups,
                    elections,
                    clock,
                    links,
                    options.disk());
            RaftServer server = newServer(options, directories, wiring);
            NodeContext node = new NodeContext(options, directories, server, leaderships, clock, links, meters);
            healer.attach(node);
            elections.attach(node);
            RaftHost host = new RaftHost(node, wiring, stateMachines);
            server.start();
            host.openAll(found);
            host.startTimers();
            return host;
        } catch (IOException e) {
            throw new UncheckedIOException("Raft did not start", e);
        }
    }

    private static RaftServer newServer(RaftHostOptions options, Directories directories, Wiring wiring)
            throws IOException {
        RaftProperties properties = RatisSettings.of(options);
        // Ratis opens every group that it finds when it is built, and one that fails stops it. So it is shown an
        // empty directory; the groups are added one by one, each after its log was checked.
        RatisSettings.storage(properties, directories.none());
        RaftServer server = RaftServer.newBuilder()
                .setServerId(Positions.toRatis(options.node()))
                .setProperties(properties)
                .setParameters(GuardedRpc.parameters(wiring, options.tls()))
                .setStateMachineRegistry(group -> {
                    RatisReplica replica = wiring.groups().getOrNull(group);
                    StateMachineAdapter adapter = replica == null ? null : replica.adapterOrNull();
                    if (adapter == null) {
                        throw new IllegalStateException("Ratis opens a group that this node did not: " + group);
                    }
                    return adapter;
                })
                .build();
        RatisSettings.storage(properties, directories.log());
        return server;
    }

    private void openAll(List<GroupId> found) {
        CompletableFuture.allOf(found.stream()
                        .map(group -> CompletableFuture.runAsync(
                                () -> openFound(group), node.clock().workers()))
                        .toArray(CompletableFuture<?>[]::new))
                .join();
    }

    private void startTimers() {
        Clock clock = node.clock();
        clock.every(PROPOSAL_SWEEP, () -> {
            long now = System.nanoTime();
            groups.all().forEach(replica -> replica.expireProposals(now));
        });
        clock.every(HEALTH_SWEEP, () -> {
            node.leaderships().sweep(RatisSettings.requestTimeout(node.options()));
            groups.all().forEach(this::noteReturn);
        });
        OwnSnapshots.keep(node, groups);
        PeerConnections.keep(node, groups);
    }

    private RatisReplica newReplica(GroupId group) {
        // Ratis reads them whenever it opens a group.
        RatisSettings.sizes(
                node.options().entryBytesMax().getAsInt(),
                node.options().heapBytes(),
                node.server().getProperties());
        return new RatisReplica(group, stateMachines.apply(group), node, this::startOver);
    }

    private void openFound(GroupId group) {
        RatisReplica replica = newReplica(group);
        groups.put(replica);
        try {
            GroupFile file = GroupFile.read(node.directories().groupFile(group));
            switch (file.state()) {
                case LIVE -> {
                    open(replica, file);
                    elections.onOpened(replica);
                }
                case REMOVING -> remove(group);
                case ROTTEN -> {
                    replica.rebuild().begin();
                    replica.stopForRebuild("begun before the node restarted");
                }
                case RETURNING -> {
                    open(replica, file);
                    replica.rebuild().setReturning();
                }
            }
        } catch (IOException | RuntimeException e) {
            outOfService(replica, e);
        }
    }

    private void open(RatisReplica replica, GroupFile file) throws IOException {
        GroupId group = replica.group();
        ReplicatedStateMachine stateMachine = replica.stateMachine();
        LogPosition opened = stateMachine.open();
        try {
            LogDoctor.Finding log = LogDoctor.examine(node.directories().currentLogOf(group), opened.index());
            if (opened.index() < log.first() - 1) {
                throw new StateLostException(opened, log.first());
            }
        } catch (IOException | RuntimeException e) {
            stateMachine.close();
            throw e;
        }
        LogPosition durable = opened.isNone() ? opened : stateMachine.makeDurable();
        if (durable.index() > opened.index()) {
            throw new IllegalStateException("more is durable than was opened: " + durable + " after " + opened);
        }
        LogTail tail = new LogTail(
                node.options().log(),
                LogSegmentFile.in(node.directories().currentLogOf(group)),
                durable.index(),
                () -> OwnSnapshots.take(replica));
        StateMachineAdapter adapter = new StateMachineAdapter(
                stateMachine, opened, new DurablePosition(durable), tail, replica, life, node.clock(), node.meters());
        replica.opened(adapter);
        node.requests().add(group, file.initialMembers());
        Directories.fsync(node.directories().currentLogOf(group));
        Directories.fsync(node.directories().logOf(group));
        Directories.fsync(node.directories().log());
        replica.serves(node.server().getDivision(Positions.toRatis(group)));
    }

    private static void outOfService(RatisReplica replica, Exception cause) {
        LOG.atError().addKeyValue("group", replica.group()).setCause(cause).log("replica not opened");
        replica.takeOutOfService("not opened: " + cause);
        if (cause instanceof RottenLogException || cause instanceof StateLostException) {
            replica.noteRotten();
        }
    }

    /**
     * Replicas that were not opened because their log is rotten or their state is lost, with why: those that {@link #rebuild} is
     * for. Not those that a failing disk keeps shut.
     */
    public Map<GroupId, String> rotten() {
        Map<GroupId, String> rotten = new TreeMap<>();
        for (RatisReplica replica : groups.all()) {
            if (replica.isRotten()) {
                String why = replica.status().fault();
                rotten.put(replica.group(), why == null ? "rotten" : why);
            }
        }
        return rotten;
    }

    /** HOST:PORT on which Raft listens: the port really bound. */
    public String address() {
        int port = node.server().getServerRpc().getInetSocketAddress().getPort();
        String host = node.options().listenHost();
        return (host.contains(":") ? "[" + host + "]" : host) + ":" + port;
    }

    /**
     * Creates this node's replica of a group, or returns it when it exists.
     *
     * @param members for a group that is new on all nodes: all voters, the same list on each; empty: a replica that waits to be
     *     added by the group's leader
     */
    public synchronized Replica create(GroupId group, List<Member> members) {
        if (stopped.get()) {
            throw new IllegalStateException("this node has stopped");
        }
        RatisReplica existing = groups.getOrNull(group);
        if (existing != null) {
            return existing;
        }
        RatisReplica replica = newReplica(group);
        try {
            GroupFile file = GroupFile.live(members);
            file.write(node.directories().groupFile(group));
            groups.put(replica);
            open(replica, file);
            elections.onOpened(replica);
        } catch (IOException | RuntimeException e) {
            outOfService(replica, e);
        }
        return replica;
    }

    public Optional<Replica> replica(GroupId group) {
        return Optional.ofNullable(groups.getOrNull(group));
    }

    /** What the replicas here tell the read barriers of other nodes, and whom their own ask. */
    public GroupTerms terms() {
        return node.leaderships().terms();
    }

    public Collection<Replica> replicas() {
        return List.copyOf(groups.all());
    }

    /** Stops the replica and deletes its log and state for good. Does nothing when there is none. */
    public synchronized void remove(GroupId group) {
        RatisReplica replica = groups.getOrNull(group);
        if (replica == null) {
            return;
        }
        Path file = node.directories().groupFile(group);
        try {
            // From here on a restart goes on removing.
            GroupFile.read(file).with(GroupFile.State.REMOVING).write(file);
            StateMachineAdapter adapter = replica.adapterOrNull();
            if (adapter != null) {
                adapter.markRemoved();
            }
            replica.stop("removed");
            if (replica.divisionOrNull() != null) {
                node.requests().remove(group);
            }
            replica.stateMachine().destroy();
            Directories.delete(node.directories().logOf(group));
            groups.remove(group);
            Files.deleteIfExists(file);
            Directories.fsync(node.directories().groups());
        } catch (IOException e) {
            throw new UncheckedIOException("replica of " + group + " not removed", e);
        }
    }

    /** Who is in the group, as far as this replica knows; absent when there is no replica. */
    public Optional<Membership> membership(GroupId group) {
        return Optional.ofNullable(groups.getOrNull(group)).map(RatisReplica::membership);
    }

    /** Who is in a group that this node leads; empty while a change is under way, and on other nodes. */
    public Optional<CommittedMembership> committedMembership(GroupId group) {
        return Optional.ofNullable(groups.getOrNull(group)).flatMap(RatisReplica::committedMembership);
    }

    /**
     * Changes who is in a group, when its members are those expected. To be asked of the leader's node. Members that are new must have
     * a replica created with an empty list; they are given time to catch up first.
     */
    public CompletableFuture<ChangeOutcome> changeMembers(GroupId group, Membership expected, Membership wanted) {
        RatisReplica replica = groups.getOrNull(group);
        if (replica == null) {
            return CompletableFuture.completedFuture(new ChangeOutcome.NotLeader(null));
        }
        ReplicaStatus status = replica.status();
        if (!status.leads()) {
            NodeId leader = status.leader();
            return CompletableFuture.completedFuture(
                    new ChangeOutcome.NotLeader(node.options().node().equals(leader) ? null : leader));
        }
        return node.requests().change(group, expected, wanted);
    }

    /**
     * Takes the replica of a group whose state or log is rotten out of service, for the reason given, wipes it, and has it rebuilt
     * from its peers under rules that keep it from voting on what it forgot. Returns when it is out of service; the rest takes its
     * time, goes on after a restart, and needs a majority of the group's other voters. The {@link Replica} stays the same, its state
     * machine is a new one.
     */
    public synchronized void rebuild(GroupId group, String why) {
        RatisReplica replica = groups.getOrNull(group);
        if (replica == null) {
            throw new IllegalArgumentException("no replica of " + group);
        }
        if (replica.rebuild().isRotten()) {
            return;
        }
        LOG.atWarn().addKeyValue("group", group).addKeyValue("why", why).log("replica is to be rebuilt");
        Path file = node.directories().groupFile(group);
        try {
            GroupFile.read(file).with(GroupFile.State.ROTTEN).write(file);
            replica.rebuild().begin();
            boolean running = replica.divisionOrNull() != null;
            replica.stopForRebuild(why);
            if (running) {
                node.requests().stop(group);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("rebuild of " + group + " not begun", e);
        }
    }

    /** The group's leader has set this replica aside: nothing that it forgets is counted on any more. */
    private synchronized void startOver(RatisReplica replica) {
        GroupId group = replica.group();
        if (stopped.get() || !replica.rebuild().isRotten()) {
            return;
        }
        try {
            Directories directories = node.directories();
            VoteFile.require(directories.currentLogOf(group));
            replica.stateMachine().destroy();
            VoteFile.deleteAllBut(directories.logOf(group));
            GroupFile file = new GroupFile(GroupFile.State.RETURNING, List.of());
            file.write(directories.groupFile(group));
            replica.renew(stateMachines.apply(group));
            open(replica, file);
            replica.rebuild().setReturning();
            LOG.atInfo().addKeyValue("group", group).log("replica began anew");
        } catch (IOException | RuntimeException e) {
            LOG.atError().addKeyValue("group", group).setCause(e).log("replica not rebuilt");
            replica.stopForRebuild("not possible: " + e);
        }
    }

    /** A replica that began anew and is a voter again is one like any other. */
    private void noteReturn(RatisReplica replica) {
        if (replica.rebuild().isReturning() && replica.isVoter()) {
            try {
                GroupFile.live(List.of()).write(node.directories().groupFile(replica.group()));
                replica.rebuild().end();
            } catch (IOException e) {
                LOG.atWarn().addKeyValue("group", replica.group()).setCause(e).log("return not noted");
            }
        }
    }

    /** Hands leadership of every group over where another voter can take it, then stops. */
    @Override
    public void close() {
        if (stopped.compareAndSet(false, true)) {
            handOver();
            groups.all().forEach(replica -> replica.stop("this node has stopped"));
            closeServer();
        }
    }

    private void handOver() {
        Duration timeout = RatisSettings.requestTimeout(node.options());
        List<CompletableFuture<?>> transfers = new ArrayList<>();
        for (RatisReplica replica : groups.all()) {
            ReplicaStatus status = replica.status();
            NodeId successor = status.role() == ReplicaStatus.Role.LEADER ? successorOrNull(replica, status) : null;
            if (successor != null) {
                transfers.add(replica.transferLeadership(successor, timeout));
            }
        }
        try {
            CompletableFuture.allOf(transfers.toArray(CompletableFuture<?>[]::new))
                    .get(timeout.toNanos(), TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException | TimeoutException e) {
            LOG.atWarn().setCause(e).log("leadership was not handed over everywhere");
        }
    }

    /** The other voter that is furthest. */
    private @Nullable NodeId successorOrNull(RatisReplica replica, ReplicaStatus status) {
        List<NodeId> voters = replica.members().stream().map(Member::node).toList();
        return status.matchIndexes().entrySet().stream()
                .filter(follower -> voters.contains(follower.getKey()) && follower.getValue() >= 0)
                .max(Comparator.comparingLong(Map.Entry::getValue))
                .map(Map.Entry::getKey)
                .orElse(null);
    }

    private void closeServer() {
        try {
            node.server().close();
        } catch (IOException e) {
            LOG.atWarn().setCause(e).log("Raft did not close cleanly");
        }
        node.links().close();
        node.clock().close();
    }

    /** Stops at once, as a killed process would, flushing nothing that was not flushed. For tests of crashes. */
    public void kill() {
        if (stopped.compareAndSet(false, true)) {
            life.kill();
            for (RatisReplica replica : groups.all()) {
                replica.stop("killed");
                StateMachineAdapter adapter = replica.adapterOrNull();
                if (adapter != null) {
                    adapter.abandon();
                }
            }
            closeServer();
        }
    }
}
