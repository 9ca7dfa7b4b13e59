package io.titankv.client;

import com.google.common.util.concurrent.FutureCallback;
import com.google.common.util.concurrent.Futures;
import com.google.common.util.concurrent.MoreExecutors;
import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.Context;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Status;
import io.titankv.client.session.Backoff;
import io.titankv.client.session.TimerWheel;
import io.titankv.client.session.TimerWheel.Timeout;
import io.titankv.model.Epoch;
import io.titankv.model.GroupId;
import io.titankv.model.ShardMap;
import io.titankv.model.ShardMap.NodeEntry;
import io.titankv.model.Token;
import io.titankv.proto.errors.TitanError;
import io.titankv.proto.kv.v1.GetRoutesRequest;
import io.titankv.proto.kv.v1.RoutingGrpc;
import io.titankv.proto.kv.v1.RoutingTable;
import io.titankv.proto.kv.v1.WatchRoutesRequest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The routes as this client knows them: watched as a stream from one node at a time, and mended by what answers tell. Serves from
 * the last copy while no node can be reached. Thread-safe.
 */
final class RouteCache implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(RouteCache.class);

    /** A watched node sends at least every 10 s; two and a half of these without a word mean that it is not well. */
    private static final Duration SILENCE = Duration.ofSeconds(25);

    private static final Backoff RECONNECT = new Backoff(Duration.ofMillis(50), Duration.ofSeconds(1));
    private static final Duration REFRESH_TIMEOUT = Duration.ofSeconds(1);

    private final Connections connections;
    private final List<String> endpoints;
    private final TimerWheel timer;
    private final Map<GroupId, String> hintedLeaders = new ConcurrentHashMap<>();
    private volatile ShardMap map = ShardMap.EMPTY;

    // Guarded by this.
    private @Nullable Watch watch;
    private int failures;
    private int turn = ThreadLocalRandom.current().nextInt(1 << 16);
    private boolean closed;
    private @Nullable CompletableFuture<Void> refresh;

    RouteCache(Connections connections, List<String> endpoints, TimerWheel timer) {
        this.connections = connections;
        this.endpoints = List.copyOf(endpoints);
        this.timer = timer;
    }

    void start() {
        // Serves whoever uses the client, so it must not end with the gRPC call, if any, in which the client is built.
        Context.ROOT.run(this::connect);
    }

    ShardMap map() {
        return map;
    }

    Epoch epoch() {
        return map.epoch();
    }

    /**
     * What to choose a node by.
     *
     * @param told who leads, as the operation itself was told; goes before what others were told
     */
    TargetChoice.Known known(Token token, Optional<String> told) {
        ShardMap now = map;
        Optional<String> hint = now.isEmpty()
                ? told
                : told.or(() ->
                        Optional.ofNullable(hintedLeaders.get(now.rangeOf(token).owner())));
        return new TargetChoice.Known(now, hint, endpoints);
    }

    // ---- what answers tell

    /** Takes from a refusal who leads, for the shard that owns the token. */
    void learn(Token token, TitanError error) {
        ShardMap now = map;
        if (now.isEmpty()) {
            return;
        }
        GroupId owner = now.rangeOf(token).owner();
        Optional<String> leader = error.leaderAddress()
                .or(() -> error.leaderNodeId()
                        .flatMap(id -> now.nodes().stream()
                                .filter(node -> node.id().value().equals(id))
                                .map(NodeEntry::address)
                                .findFirst()));
        switch (error.reason()) {
            case NOT_LEADER -> {
                if (leader.isPresent()) {
                    hintedLeaders.put(owner, leader.get());
                } else {
                    hintedLeaders.remove(owner);
                }
            }
            case NO_LEADER, ROUTE_STALE -> hintedLeaders.remove(owner);
            default -> {}
        }
    }

    /** Forgets a hint that led nowhere. */
    void forget(Token token, String address) {
        ShardMap now = map;
        if (!now.isEmpty()) {
            hintedLeaders.remove(now.rangeOf(token).owner(), address);
        }
    }

    /**
     * Asks a node for its routes now; calls that meet share one question.
     *
     * @return ends, without a failure, when the answer was taken or there was none in a second
     */
    CompletableFuture<Void> refresh(String address) {
        CompletableFuture<Void> mine = new CompletableFuture<>();
        synchronized (this) {
            if (refresh != null) {
                return refresh;
            }
            if (closed) {
                return CompletableFuture.completedFuture(null);
            }
            refresh = mine;
        }
        Context.ROOT.run(() -> ask(address, mine));
        return mine;
    }

    /** Not in the context of the first who asks: the others wait for the same answer. */
    private void ask(String address, CompletableFuture<Void> mine) {
        try {
            Futures.addCallback(
                    RoutingGrpc.newFutureStub(connections.to(address).channel())
                            .withDeadlineAfter(REFRESH_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS)
                            .getRoutes(GetRoutesRequest.getDefaultInstance()),
                    new FutureCallback<>() {
                        @Override
                        public void onSuccess(RoutingTable table) {
                            accept(table, address);
                            endRefresh(mine);
                        }

                        @Override
                        public void onFailure(Throwable t) {
                            // The watch goes on; the operation that asked tries again with what is known.
                            endRefresh(mine);
                        }
                    },
                    MoreExecutors.directExecutor());
        } catch (IllegalStateException e) {
            // Closed meanwhile.
            endRefresh(mine);
        }
    }

    private void endRefresh(CompletableFuture<Void> mine) {
        synchronized (this) {
            refresh = null;
        }
        mine.complete(null);
    }

    /** False when the table makes no sense. */
    private boolean accept(RoutingTable table, String address) {
        ShardMap next;
        try {
            next = ShardMap.fromProto(table);
        } catch (IllegalArgumentException | ArithmeticException e) {
            log.atWarn().addKeyValue("address", address).setCause(e).log("routes refused");
            return false;
        }
        synchronized (this) {
            boolean other = !map.clusterId().isEmpty()
                    && !next.clusterId().isEmpty()
                    && !map.clusterId().equals(next.clusterId());
            if (closed || (!other && !next.isNewerThan(map))) {
                return true;
            }
            if (other) {
                log.atWarn()
                        .addKeyValue("address", address)
                        .addKeyValue("cluster", next.clusterId())
                        .addKeyValue("clusterBefore", map.clusterId())
                        .log("endpoint belongs to another cluster now");
            }
            map = next;
            hintedLeaders.clear();
        }
        Set<String> wanted = new HashSet<>(endpoints);
        next.nodes().forEach(node -> wanted.add(node.address()));
        connections.retainOnly(wanted);
        return true;
    }

    // ---- the watch

    private void connect() {
        Watch next;
        synchronized (this) {
            if (closed || watch != null) {
                return;
            }
            Set<String> all = new LinkedHashSet<>(endpoints);
            map.nodes().forEach(node -> all.add(node.address()));
            List<String> addresses = new ArrayList<>(all);
            next = new Watch(addresses.get(Math.floorMod(turn++, addresses.size())));
            watch = next;
        }
        next.start();
    }

    private void end(Watch ended, boolean worked) {
        Duration pause;
        synchronized (this) {
            if (watch != ended) {
                return;
            }
            watch = null;
            if (closed) {
                return;
            }
            // A node that sends its routes only to hang up is asked with a pause all the same.
            failures = worked ? 1 : failures + 1;
            pause = RECONNECT.after(failures, ThreadLocalRandom.current());
        }
        timer.schedule(pause, () -> Thread.startVirtualThread(this::connect));
    }

    @Override
    public void close() {
        @Nullable Watch last;
        synchronized (this) {
            closed = true;
            last = watch;
            watch = null;
        }
        if (last != null) {
            last.cancel();
        }
    }

    /** One WatchRoutes stream. */
    private final class Watch extends ClientCall.Listener<RoutingTable> {
        private final String address;
        private @Nullable ClientCall<WatchRoutesRequest, RoutingTable> call;
        private @Nullable Timeout silence;
        private boolean worked;

        Watch(String address) {
            this.address = address;
        }

        void start() {
            try {
                synchronized (this) {
                    ManagedChannel channel = connections.to(address).channel();
                    // gRPC's own pauses grow to two minutes; ours are the ones that count.
                    channel.resetConnectBackoff();
                    ClientCall<WatchRoutesRequest, RoutingTable> opened =
                            channel.newCall(RoutingGrpc.getWatchRoutesMethod(), CallOptions.DEFAULT);
                    call = opened;
                    opened.start(this, new Metadata());
                    opened.sendMessage(WatchRoutesRequest.newBuilder()
                            .setKnownRevision(map.revision())
                            .build());
                    opened.halfClose();
                    opened.request(1);
                }
                awaitNext();
            } catch (IllegalStateException e) {
                // Closed meanwhile.
                end(this, false);
            }
        }

        private synchronized void awaitNext() {
            if (silence != null) {
                silence.cancel();
            }
            silence = timer.schedule(SILENCE, () -> Thread.startVirtualThread(this::onSilence));
        }

        private void onSilence() {
            cancel();
            end(this, false);
        }

        synchronized void cancel() {
            if (silence != null) {
                silence.cancel();
            }
            if (call != null) {
                call.cancel("routes are not wanted from here any more", null);
            }
        }

        @Override
        public void onMessage(RoutingTable table) {
            awaitNext();
            if (!accept(table, address)) {
                cancel();
                end(this, false);
                return;
            }
            synchronized (this) {
                worked = true;
                if (call != null) {
                    call.request(1);
                }
            }
        }

        @Override
        public void onClose(Status status, Metadata trailers) {
            boolean good;
            synchronized (this) {
                good = worked;
                if (silence != null) {
                    silence.cancel();
                }
            }
            end(this, good);
        }
    }
}
