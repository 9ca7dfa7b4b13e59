package io.titankv.gateway;

import io.titankv.engine.RecordPlace;
import io.titankv.model.GroupId;
import io.titankv.model.NodeId;
import io.titankv.model.ShardMap;
import io.titankv.model.TokenRange;
import io.titankv.multiraft.host.ReplicaStatus;
import io.titankv.multiraft.shard.Freshness;
import io.titankv.multiraft.shard.ReadOutcome;
import io.titankv.multiraft.shard.Shard;
import io.titankv.multiraft.shard.ValueRoom;
import io.titankv.proto.errors.TitanError;
import io.titankv.proto.kv.v1.ExplainRequest;
import io.titankv.proto.kv.v1.ExplainResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/**
 * Shows where a key lives and how a read of it went. The read takes the way of any other; then each replica is asked for its own
 * state, so that what is shown as reachable has answered. Thread-safe.
 */
final class Explains {
    /** A replica that does not tell its state in this time is shown as not reachable. */
    private static final Duration ASK_MAX = Duration.ofMillis(500);

    /** What is read is let go at once: its size is told, not its bytes. */
    private static final ValueRoom NOT_KEPT = bytes -> true;

    private final Router router;
    private final Peers peers;
    private final Ticker ticker;

    Explains(Router router, Peers peers, Ticker ticker) {
        this.router = router;
        this.peers = peers;
        this.ticker = ticker;
    }

    CompletableFuture<Answer<ExplainResponse>> explain(KeyOperation.Read read, ExplainRequest request, Call call) {
        CompletableFuture<Answer<ExplainResponse>> answer = router.route(new RoutedExplain(read, request, call), call);
        return call.arrival() == Arrival.CLIENT ? answer.thenCompose(it -> withReplicas(it, request, call)) : answer;
    }

    private CompletableFuture<Answer<ExplainResponse>> withReplicas(
            Answer<ExplainResponse> answer, ExplainRequest request, Call call) {
        if (!(answer instanceof Answer.Done<ExplainResponse>(ExplainResponse response))) {
            return CompletableFuture.completedFuture(answer);
        }
        ShardMap map = router.routes().current();
        GroupId group = GroupId.parse(response.getShardId());
        Map<String, ExplainResponse.Replica> rows = new LinkedHashMap<>();
        map.shard(group)
                .ifPresent(shard ->
                        shard.replicas().forEach(node -> rows.put(node.value(), unreachable(node.value(), map))));
        response.getReplicasList().forEach(row -> rows.put(row.getNodeId(), row));
        List<CompletableFuture<Void>> asked = new ArrayList<>();
        for (ExplainResponse.Replica row : List.copyOf(rows.values())) {
            if (!row.getReachable() && !row.getAddress().isEmpty()) {
                asked.add(ownRow(row, group, request, call).thenAccept(own -> {
                    synchronized (rows) {
                        own.ifPresent(it -> rows.put(it.getNodeId(), it));
                    }
                }));
            }
        }
        return CompletableFuture.allOf(asked.toArray(CompletableFuture[]::new))
                .thenApply(_ -> Answer.done(response.toBuilder()
                        .clearReplicas()
                        .addAllReplicas(withLag(rows.values()))
                        .build()));
    }

    /** Lag counts from the highest index that any of them knows to be committed. */
    private static List<ExplainResponse.Replica> withLag(Iterable<ExplainResponse.Replica> rows) {
        long commit = 0;
        for (ExplainResponse.Replica row : rows) {
            commit = Math.max(commit, row.getAppliedIndex() + row.getLag());
        }
        List<ExplainResponse.Replica> all = new ArrayList<>();
        for (ExplainResponse.Replica row : rows) {
            all.add(row.toBuilder().setLag(commit - row.getAppliedIndex()).build());
        }
        return all;
    }

    private CompletableFuture<Optional<ExplainResponse.Replica>> ownRow(
            ExplainResponse.Replica row, GroupId group, ExplainRequest request, Call call) {
        NodeId node = new NodeId(row.getNodeId());
        if (node.equals(router.options().self())) {
            return CompletableFuture.completedFuture(router.shards()
                    .shard(group)
                    .map(shard -> rowOf(shard.status(), router.routes().current())));
        }
        Duration left = call.deadline().remaining();
        Deadline soon = Deadline.in(left.compareTo(ASK_MAX) < 0 ? left : ASK_MAX, ticker);
        Target.Peer peer = new Target.Peer(node, row.getAddress(), Arrival.FORWARDED_TO_REPLICA);
        return peers.call(peer, soon, true, stub -> stub.explain(request)).thenApply(answer -> switch (answer) {
            case Answer.Done<ExplainResponse>(ExplainResponse response) ->
                response.getReplicasList().stream()
                        .filter(it -> it.getNodeId().equals(node.value()))
                        .findFirst();
            case Answer.Refused<ExplainResponse> _ -> Optional.empty();
        });
    }

    private static ExplainResponse.Replica unreachable(String node, ShardMap map) {
        return ExplainResponse.Replica.newBuilder()
                .setNodeId(node)
                .setAddress(addressOf(node, map))
                .build();
    }

    private static String addressOf(String node, ShardMap map) {
        return map.node(new NodeId(node)).map(ShardMap.NodeEntry::address).orElse("");
    }

    /** This node's own state, lag being counted from what it knows to be committed. */
    private ExplainResponse.Replica rowOf(ReplicaStatus status, ShardMap map) {
        String self = router.options().self().value();
        return ExplainResponse.Replica.newBuilder()
                .setNodeId(self)
                .setAddress(addressOf(self, map))
                .setRole(status.role().name().toLowerCase(Locale.ROOT))
                .setAppliedIndex(Math.max(0, status.appliedIndex()))
                .setLag(Math.max(0, status.commitIndex() - Math.max(0, status.appliedIndex())))
                .setReachable(true)
                .build();
    }

    private ExplainResponse.Hop hop(String what, long nanos) {
        return ExplainResponse.Hop.newBuilder()
                .setWhat(what)
                .setNodeId(router.options().self().value())
                .setMicros(TimeUnit.NANOSECONDS.toMicros(Math.max(0, nanos)))
                .build();
    }

    /** The read, told rather than given. */
    private final class RoutedExplain implements Routed<ExplainResponse> {
        private final KeyOperation.Read read;
        private final ExplainRequest request;
        private final Call call;
        private final long startNanos = ticker.nanos();

        RoutedExplain(KeyOperation.Read read, ExplainRequest request, Call call) {
            this.read = read;
            this.request = request;
            this.call = call;
        }

        @Override
        public Optional<GroupId> owner(ShardMap map) {
            return Optional.of(map.rangeOf(read.token()).owner());
        }

        @Override
        public boolean needLeader() {
            return read.terms().needLeader();
        }

        @Override
        public boolean isRead() {
            return true;
        }

        @Override
        public CompletableFuture<Answer<ExplainResponse>> tryHere(Shard shard, Try details) {
            ExplainResponse.Builder response = route(details);
            ReplicaStatus status = shard.status();
            replicas(response, status, details.map());
            if (call.arrival() == Arrival.FORWARDED_TO_REPLICA) {
                return CompletableFuture.completedFuture(Answer.done(response.build()));
            }
            long readNanos = ticker.nanos();
            response.addHops(hop("route lookup and tries", readNanos - startNanos));
            return shard.read(
                            read.key(),
                            read.terms().freshness(details.group()),
                            details.map().epoch(),
                            details.deadline().remaining(),
                            NOT_KEPT)
                    .thenCompose(outcome -> {
                        response.addHops(hop(
                                "read, " + read.terms().level().name().toLowerCase(Locale.ROOT) + ", with its wait",
                                ticker.nanos() - readNanos));
                        Optional<TitanError> error = fill(response, outcome, details);
                        return error.isPresent()
                                ? CompletableFuture.completedFuture(Answer.refused(error.get()))
                                : engineRead(shard, response, details);
                    });
        }

        /** The same read once more without any wait, to tell the engine's part of the time. */
        private CompletableFuture<Answer<ExplainResponse>> engineRead(
                Shard shard, ExplainResponse.Builder response, Try details) {
            long engineNanos = ticker.nanos();
            return shard.read(
                            read.key(),
                            new Freshness.Any(),
                            details.map().epoch(),
                            details.deadline().remaining(),
                            NOT_KEPT)
                    .thenApply(_ -> Answer.done(response.addHops(hop("engine read alone", ticker.nanos() - engineNanos))
                            .build()));
        }

        private ExplainResponse.Builder route(Try details) {
            TokenRange range = details.map().rangeOf(read.token()).range();
            return ExplainResponse.newBuilder()
                    .setToken(read.token().bits())
                    .setRangeStart(range.startInclusive())
                    .setRangeEnd(range.endExclusive())
                    .setShardId(details.group().toString())
                    .setEpoch(details.map().epoch().value());
        }

        private void replicas(ExplainResponse.Builder response, ReplicaStatus status, ShardMap map) {
            NodeId leader = status.leads() ? router.options().self() : status.leader();
            if (leader != null) {
                response.setLeaderNodeId(leader.value());
            }
            response.addReplicas(rowOf(status, map));
            // What the leader knows of the others, until they speak for themselves; learners are in no map.
            status.matchIndexes()
                    .forEach((node, match) -> response.addReplicas(unreachable(node.value(), map).toBuilder()
                            .setRole(
                                    map.shard(GroupId.parse(response.getShardId()))
                                                    .filter(shard ->
                                                            shard.replicas().contains(node))
                                                    .isPresent()
                                            ? "follower"
                                            : "learner")
                            .setAppliedIndex(Math.max(0, Math.min(match, status.commitIndex())))));
        }

        private Optional<TitanError> fill(ExplainResponse.Builder response, ReadOutcome outcome, Try details) {
            return switch (outcome) {
                case ReadOutcome.Found found -> {
                    RecordPlace place = found.place();
                    response.setFound(true)
                            .setVersion(found.version())
                            .setValueBytes(found.value().size())
                            .setDataFile(place.dataFileName())
                            .setOffset(place.offset())
                            .setRecordBytes(place.recordBytes());
                    yield Optional.empty();
                }
                case ReadOutcome.Absent _ -> Optional.empty();
                case ReadOutcome.Page _, ReadOutcome.Count _, ReadOutcome.Refused _ ->
                    Optional.of(details.outcomes().refusal(outcome));
            };
        }

        @Override
        public CompletableFuture<Answer<ExplainResponse>> tryThere(Target.Peer peer, Try details) {
            long sentNanos = ticker.nanos();
            ExplainRequest forwarded = request.toBuilder()
                    .setOptions(ForwardedForm.options(
                            request.getOptions(), details.map().epoch()))
                    .build();
            return peers.call(peer, details.deadline(), true, stub -> stub.explain(forwarded))
                    .thenApply(answer -> answer.map(response -> {
                        long thereMicros = response.getHopsList().stream()
                                .mapToLong(ExplainResponse.Hop::getMicros)
                                .sum();
                        long wayNanos = ticker.nanos() - sentNanos - TimeUnit.MICROSECONDS.toNanos(thereMicros);
                        return response.toBuilder()
                                .clearHops()
                                .addHops(hop("route lookup and tries", sentNanos - startNanos))
                                .addHops(hop("forward to " + peer.node() + " and back", wayNanos))
                                .addAllHops(response.getHopsList())
                                .build();
                    }));
        }
    }
}
