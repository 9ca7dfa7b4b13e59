package io.titankv.server;

import io.titankv.gateway.LocalShards;
import io.titankv.model.Epoch;
import io.titankv.model.GroupId;
import io.titankv.model.NodeId;
import io.titankv.model.TokenRange;
import io.titankv.multiraft.host.ChangeOutcome;
import io.titankv.multiraft.host.Member;
import io.titankv.multiraft.host.Membership;
import io.titankv.multiraft.host.RaftHost;
import io.titankv.multiraft.host.Replica;
import io.titankv.multiraft.shard.Shard;
import io.titankv.multiraft.shard.ShardHost;
import io.titankv.multiraft.shard.ShardTransfers;
import io.titankv.multiraft.shard.TransferState;
import io.titankv.multiraft.transfer.ImportOrder;
import io.titankv.multiraft.transfer.ImportProgress;
import io.titankv.multiraft.transfer.RangeImports;
import io.titankv.placement.run.NodeActions;
import io.titankv.placement.run.RangeImport;
import io.titankv.placement.run.ReplicaReport;
import io.titankv.placement.run.TransferReport;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import java.util.function.LongConsumer;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** This node's replicas, as placement orders them and the gateway uses them. Thread-safe. */
final class NodeReplicas implements NodeActions, LocalShards {
    private static final Logger LOG = LoggerFactory.getLogger(NodeReplicas.class);

    /** How long a shard's first assignment may take before placement asks again. */
    private static final Duration ASSIGN_TIMEOUT = Duration.ofSeconds(10);

    /** How long a step of a range transfer may take before placement asks again. */
    private static final Duration STEP_TIMEOUT = Duration.ofSeconds(5);

    private static final Duration TRANSFER_TIMEOUT = Duration.ofSeconds(2);

    private final RaftHost raft;
    private final Supplier<ShardHost> shards;
    private final Supplier<RangeImports> imports;
    private final LongConsumer copyLimit;
    private final Path dataDir;

    /**
     * @param shards the host of the shards; asked only when there is a shard, so when the cluster is known
     * @param imports what is copied into them; asked as late
     * @param copyLimit told how many bytes of replicas may come in a second
     */
    NodeReplicas(
            RaftHost raft,
            Supplier<ShardHost> shards,
            Supplier<RangeImports> imports,
            LongConsumer copyLimit,
            Path dataDir) {
        this.raft = raft;
        this.shards = shards;
        this.imports = imports;
        this.copyLimit = copyLimit;
        this.dataDir = dataDir;
    }

    /** Gives every shard that was found on disk its replica. Call once, before anything else. */
    void attachFound() {
        for (Replica replica : raft.replicas()) {
            if (!replica.group().isPlacement()) {
                shards.get().attached(replica);
            }
        }
    }

    @Override
    public Optional<Shard> shard(GroupId group) {
        return group.isPlacement()
                ? Optional.empty()
                : raft.replica(group).flatMap(replica -> shards.get().attached(replica));
    }

    @Override
    public Optional<Replica> placementReplica() {
        return raft.replica(GroupId.PLACEMENT);
    }

    @Override
    public synchronized void createReplica(GroupId group, List<Member> members) {
        if (raft.replica(group).isPresent()) {
            return;
        }
        Replica replica = raft.create(group, members);
        if (!group.isPlacement()) {
            shards.get().attached(replica);
        }
    }

    @Override
    public synchronized void removeReplica(GroupId group) {
        raft.remove(group);
    }

    @Override
    public void limitCopies(long bytesPerSecondMax) {
        copyLimit.accept(bytesPerSecondMax);
    }

    @Override
    public CompletableFuture<Boolean> assignRanges(GroupId group, Epoch epoch, List<TokenRange> ranges) {
        return shard(group)
                .map(shard -> shard.assignRanges(epoch, ranges, ASSIGN_TIMEOUT))
                .orElseGet(() -> CompletableFuture.completedFuture(false));
    }

    @Override
    public CompletableFuture<Boolean> transferLeadership(GroupId group, NodeId target) {
        return raft.replica(group)
                .map(replica -> replica.transferLeadership(target, TRANSFER_TIMEOUT))
                .orElseGet(() -> CompletableFuture.completedFuture(false));
    }

    @Override
    public CompletableFuture<Boolean> changeMembers(GroupId group, Membership expected, Membership wanted) {
        return raft.changeMembers(group, expected, wanted).thenApply(outcome -> switch (outcome) {
            case ChangeOutcome.Changed _ -> true;
            case ChangeOutcome.NotLeader _ -> false;
            case ChangeOutcome.Refused refused -> notChanged(group, refused.why());
            case ChangeOutcome.Undetermined undetermined -> notChanged(group, undetermined.why());
        });
    }

    @Override
    public void importRanges(RangeImport order) {
        transfers(order.group())
                .ifPresent(shard -> imports.get()
                        .order(
                                order.group(),
                                new ImportOrder(
                                        order.transfer(),
                                        order.ranges(),
                                        order.from(),
                                        order.sourceAddresses(),
                                        order.bytesPerSecondMax()),
                                shard.importTarget()));
    }

    @Override
    public CompletableFuture<Boolean> freezeRanges(GroupId group, long transfer, List<TokenRange> ranges) {
        return done(group, transfer, shard -> shard.freeze(transfer, ranges, STEP_TIMEOUT));
    }

    @Override
    public CompletableFuture<Boolean> settleTransfer(
            GroupId group, long transfer, boolean importing, Optional<Epoch> committed) {
        return done(
                group,
                transfer,
                shard -> importing
                        ? shard.settleImport(transfer, committed, STEP_TIMEOUT)
                        : shard.settleExport(transfer, committed, STEP_TIMEOUT));
    }

    private CompletableFuture<Boolean> done(
            GroupId group, long transfer, Function<ShardTransfers, CompletableFuture<String>> step) {
        return transfers(group)
                .map(step)
                .orElseGet(() -> CompletableFuture.completedFuture("no replica of it is in service here"))
                .thenApply(refusal -> {
                    if (!refusal.isEmpty()) {
                        LOG.atInfo()
                                .addKeyValue("group", group)
                                .addKeyValue("transfer", transfer)
                                .addKeyValue("reason", refusal)
                                .log("step of a range transfer is not done yet");
                    }
                    return refusal.isEmpty();
                });
    }

    private Optional<ShardTransfers> transfers(GroupId group) {
        return shard(group).flatMap(_ -> shards.get().transfers(group));
    }

    /** Placement looks at the members, and orders what is still wanted. */
    private static boolean notChanged(GroupId group, String why) {
        LOG.atInfo().addKeyValue("group", group).addKeyValue("reason", why).log("members are not changed yet");
        return false;
    }

    @Override
    public List<ReplicaReport> localReplicas() {
        List<ReplicaReport> reports = new ArrayList<>();
        for (Replica replica : raft.replicas()) {
            reports.add(report(replica, shard(replica.group()).map(Shard::state)));
        }
        return reports;
    }

    /** Nothing for a shard that never took part in one. */
    private Optional<TransferReport> transfer(GroupId group) {
        if (group.isPlacement()) {
            return Optional.empty();
        }
        return transfers(group)
                .map(ShardTransfers::status)
                .filter(status -> status.settled() > 0 || status.side() != TransferState.Side.NONE)
                .map(status -> {
                    ImportProgress progress =
                            imports.get().progress(group, status.transfer()).orElse(ImportProgress.NONE);
                    return new TransferReport(
                            status.settled(),
                            status.transfer(),
                            switch (status.side()) {
                                case NONE -> TransferReport.Side.NONE;
                                case IMPORTING -> TransferReport.Side.IMPORTING;
                                case FROZEN -> TransferReport.Side.FROZEN;
                            },
                            status.complete(),
                            progress.caughtUp(),
                            progress.keysCopied(),
                            progress.bytesCopied(),
                            progress.keysLeft(),
                            progress.bytesPerSecond(),
                            progress.failure(),
                            status.attempts());
                });
    }

    private long operations(GroupId group) {
        return group.isPlacement()
                ? 0
                : shards.get()
                        .counters(group)
                        .map(counters -> counters.readsServed() + counters.writesProposed())
                        .orElse(0L);
    }

    @Override
    public long[] drainSampledTokens(GroupId group) {
        return group.isPlacement() ? new long[0] : shards.get().drainSampledTokens(group);
    }

    private ReplicaReport report(Replica replica, Optional<Shard.ShardState> state) {
        return new ReplicaReport(
                replica.group(),
                replica.status(),
                state.map(it -> it.ranges().size()).orElse(0),
                state.map(Shard.ShardState::epoch).orElse(Epoch.NONE),
                state.map(Shard.ShardState::keys).orElse(0L),
                state.map(Shard.ShardState::liveBytes).orElse(0L),
                state.map(Shard.ShardState::deadBytes).orElse(0L),
                raft.committedMembership(replica.group()),
                transfer(replica.group()),
                operations(replica.group()));
    }

    @Override
    public DiskSpace diskSpace() {
        try {
            FileStore disk = Files.getFileStore(dataDir);
            return new DiskSpace(disk.getUsableSpace(), disk.getTotalSpace());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
