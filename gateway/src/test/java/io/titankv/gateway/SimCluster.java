package io.titankv.gateway;

import com.google.protobuf.ByteString;
import io.grpc.Channel;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Server;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.ServerInterceptors;
import io.grpc.inprocess.InProcessChannelBuilder;
import io.grpc.inprocess.InProcessServerBuilder;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.titankv.client.session.Backoff;
import io.titankv.client.session.SessionLinkOptions;
import io.titankv.model.Epoch;
import io.titankv.model.GroupId;
import io.titankv.model.Key;
import io.titankv.model.NodeId;
import io.titankv.model.ShardMap;
import io.titankv.model.TokenRange;
import io.titankv.proto.kv.v1.KvGrpc;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;

/** Some gateways wired to each other in one process, over simulated shards. Routes reach a node only when a test says so. */
final class SimCluster implements AutoCloseable {
    private static final AtomicInteger CLUSTERS = new AtomicInteger();

    final String id = "sim-" + CLUSTERS.incrementAndGet();
    private final Map<NodeId, Node> nodes = new LinkedHashMap<>();
    private final Map<GroupId, SimGroup> groups = new TreeMap<>();
    private final ConcurrentHashMap<String, ManagedChannel> channels = new ConcurrentHashMap<>();
    private final Map<String, Boolean> cut = new ConcurrentHashMap<>();
    private long epoch = 1;
    private long revision;

    /** One node: its gateway, its server, and what it knows. */
    final class Node {
        final NodeId self;
        final SimpleMeterRegistry registry = new SimpleMeterRegistry();
        final AtomicInteger forwardedCalls = new AtomicInteger();
        final List<Epoch> epochsSeen = new ArrayList<>();
        final Gateway gateway;
        private final Server server;
        private volatile ShardMap map = ShardMap.EMPTY;

        Node(NodeId self, UnaryOperator<GatewayOptions> change) {
            this.self = self;
            RouteSource routes = new RouteSource() {
                @Override
                public ShardMap current() {
                    return map;
                }

                @Override
                public void onEpochSeen(Epoch seen) {
                    synchronized (epochsSeen) {
                        epochsSeen.add(seen);
                    }
                }
            };
            this.gateway = Gateway.create(
                    change.apply(GatewayOptions.defaults(self, 1L << 30)),
                    routes,
                    group -> Optional.ofNullable(groups.get(group))
                            .filter(it -> it.replicas().contains(self))
                            .map(it -> it.on(self)),
                    SimCluster.this::channel,
                    registry,
                    SessionLinkOptions.defaults()
                            .withConnectTimeout(Duration.ofSeconds(30))
                            .withReconnect(new Backoff(Duration.ofMillis(5), Duration.ofMillis(50))),
                    Ticker.SYSTEM);
            InProcessServerBuilder builder = InProcessServerBuilder.forName(address(self));
            gateway.services()
                    .forEach(service -> builder.addService(
                            ServerInterceptors.intercept(service, new ForwardCounter(forwardedCalls))));
            try {
                this.server = builder.build().start();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        KvGrpc.KvBlockingStub kv() {
            return KvGrpc.newBlockingStub(channel(address(self))).withDeadlineAfter(60, TimeUnit.SECONDS);
        }

        /** Without a deadline, so that the gateway's own ends a call: on a busy machine a client's races with the answer. */
        KvGrpc.KvBlockingStub kvUntilDefault() {
            return KvGrpc.newBlockingStub(channel(address(self)));
        }

        KvGrpc.KvStub async() {
            return KvGrpc.newStub(channel(address(self)));
        }

        /** Tells it the assignment as it is now. */
        void learn() {
            map = mapNow();
        }

        void learn(ShardMap other) {
            map = other;
        }
    }

    /** Counts the calls that came with the mark, whatever the gateway makes of them. */
    private record ForwardCounter(AtomicInteger calls) implements ServerInterceptor {
        @Override
        public <Q, R> ServerCall.Listener<Q> interceptCall(
                ServerCall<Q, R> call, Metadata headers, ServerCallHandler<Q, R> next) {
            if (headers.containsKey(ForwardMark.HOPS)) {
                calls.incrementAndGet();
            }
            return next.startCall(call, headers);
        }
    }

    static SimCluster of(int nodes) {
        return of(nodes, UnaryOperator.identity());
    }

    static SimCluster of(int nodes, UnaryOperator<GatewayOptions> change) {
        SimCluster cluster = new SimCluster();
        for (int i = 1; i <= nodes; i++) {
            NodeId node = new NodeId("n" + i);
            cluster.nodes.put(node, cluster.new Node(node, change));
        }
        return cluster;
    }

    Node node(int number) {
        return Objects.requireNonNull(nodes.get(id(number)));
    }

    static NodeId id(int number) {
        return new NodeId("n" + number);
    }

    SimGroup group(int number) {
        return Objects.requireNonNull(groups.get(new GroupId(number)));
    }

    String address(NodeId node) {
        return node + "." + id;
    }

    /** Groups that share the ring evenly; group g is led by node (g - 1) mod nodes + 1 and has replicas on all nodes. */
    SimCluster withGroups(int count) {
        List<NodeId> all = List.copyOf(nodes.keySet());
        return withGroups(count, all.size());
    }

    /** As above, with so many replicas, on the leader's node and those after it. */
    SimCluster withGroups(int count, int replicas) {
        List<NodeId> all = List.copyOf(nodes.keySet());
        List<TokenRange> ranges = SimGroup.evenly(count);
        for (int g = 1; g <= count; g++) {
            List<NodeId> on = new ArrayList<>();
            for (int r = 0; r < replicas; r++) {
                on.add(all.get((g - 1 + r) % all.size()));
            }
            SimGroup group = new SimGroup(g, new Epoch(epoch), on.getFirst(), on, List.of(ranges.get(g - 1)));
            groups.put(group.id, group);
        }
        publish();
        return this;
    }

    /** Moves a range, with its data, to another group; nodes learn of it when told. */
    void move(TokenRange range, int to) {
        epoch++;
        Epoch now = new Epoch(epoch);
        for (SimGroup group : groups.values()) {
            List<TokenRange> left = new ArrayList<>();
            boolean gains = group.id.number() == to;
            for (TokenRange owned : group.ranges()) {
                left.addAll(minus(owned, range));
            }
            if (gains) {
                left.add(range);
            } else {
                group(to).takeIn(group.cutOut(range));
            }
            group.own(now, left);
        }
    }

    private static List<TokenRange> minus(TokenRange owned, TokenRange gone) {
        if (!owned.overlaps(gone)) {
            return List.of(owned);
        }
        List<TokenRange> left = new ArrayList<>();
        if (Long.compareUnsigned(owned.startInclusive(), gone.startInclusive()) < 0) {
            left.add(new TokenRange(owned.startInclusive(), gone.startInclusive()));
        }
        if (gone.endExclusive() != 0 && Long.compareUnsigned(gone.lastInclusive(), owned.lastInclusive()) < 0) {
            left.add(new TokenRange(gone.endExclusive(), owned.endExclusive()));
        }
        return left;
    }

    ShardMap mapNow() {
        revision++;
        List<ShardMap.RangeEntry> ranges = new ArrayList<>();
        groups.values()
                .forEach(
                        group -> group.ranges().forEach(range -> ranges.add(new ShardMap.RangeEntry(range, group.id))));
        ranges.sort((a, b) -> a.range().compareTo(b.range()));
        return new ShardMap(
                id,
                new Epoch(epoch),
                revision,
                nodes.keySet().stream()
                        .map(node -> new ShardMap.NodeEntry(node, address(node), Map.of()))
                        .toList(),
                groups.values().stream()
                        .map(group -> new ShardMap.ShardEntry(
                                group.id, Optional.ofNullable(group.leader()), 1, group.replicas()))
                        .toList(),
                ranges,
                1 << 20);
    }

    /** Tells every node the assignment as it is now. */
    void publish() {
        ShardMap map = mapNow();
        nodes.values().forEach(node -> node.learn(map));
    }

    /** What a node's gateway shows under that name. */
    double gauge(int node, String name) {
        return node(node).registry.get(name).gauge().value();
    }

    /** No gateway reaches that node any more; clients of it still do. */
    void cutOff(int node, boolean on) {
        cut.put(address(id(node)), on);
    }

    private Channel channel(String address) {
        boolean gone = cut.getOrDefault(address, false);
        String name = gone ? "nobody." + address : address;
        return channels.computeIfAbsent(
                name, it -> InProcessChannelBuilder.forName(it).build());
    }

    void load(String key, String value) {
        SimGroup owner = groups.values().stream()
                .filter(group -> group.ranges().stream().anyMatch(range -> range.contains(SimGroup.tokenOf(key))))
                .findFirst()
                .orElseThrow();
        owner.load(Key.of(key), ByteString.copyFromUtf8(value));
    }

    /** The first key of the form "key-N" that the group owns. */
    String keyIn(int group) {
        return keyIn(group, 0);
    }

    /** The n-th such key, from 0. */
    String keyIn(int group, int n) {
        int found = 0;
        for (int i = 0; ; i++) {
            String key = "key-" + i;
            if (group(group).ranges().stream().anyMatch(range -> range.contains(SimGroup.tokenOf(key)))
                    && found++ == n) {
                return key;
            }
        }
    }

    @Override
    public void close() {
        channels.values().forEach(ManagedChannel::shutdownNow);
        nodes.values().forEach(node -> {
            node.server.shutdownNow();
            node.gateway.close();
        });
    }

    static ByteString bytes(String text) {
        return ByteString.copyFromUtf8(text);
    }
}
