package io.titankv.cli.testing;

import com.google.protobuf.ByteString;
import com.google.protobuf.Message;
import io.grpc.Grpc;
import io.grpc.InsecureServerCredentials;
import io.grpc.Server;
import io.titankv.model.Epoch;
import io.titankv.model.GroupId;
import io.titankv.model.Key;
import io.titankv.model.Limits;
import io.titankv.model.NodeId;
import io.titankv.model.ShardMap;
import io.titankv.model.TokenRange;
import io.titankv.proto.admin.v1.MovingArc;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A cluster of three nodes and four shards that is one gRPC server on the loopback and one map. Checks what a gateway checks.
 * Thread-safe.
 */
public final class FakeCluster implements AutoCloseable {
    static final List<String> NODES = List.of("n1", "n2", "n3");
    static final int SHARDS = 4;
    private static final int RANGES = 16;

    /** A stored value. */
    record Stored(ByteString value, long version) {}

    private static final Comparator<Key> TOKEN_ORDER = Comparator.comparing(Key::token)
            .thenComparing(Key::routingTag, ByteString.unsignedLexicographicalComparator())
            .thenComparing(Key::bytes, ByteString.unsignedLexicographicalComparator());

    final ConcurrentSkipListMap<Key, Stored> records = new ConcurrentSkipListMap<>(TOKEN_ORDER);
    private final FakeChanges changes = new FakeChanges();
    private final List<Message> requests = new CopyOnWriteArrayList<>();
    /** Arcs on their way. */
    final List<MovingArc> moving = new CopyOnWriteArrayList<>();

    private final AtomicLong versions = new AtomicLong(1000);
    /** Writes yet to be refused with NO_LEADER. */
    final AtomicInteger refusals = new AtomicInteger();
    /** When set, nothing is answered. */
    volatile boolean isSilent;

    volatile boolean isDegraded;
    volatile boolean hasLeft;
    /** When set, it says nothing of schedulers and limits. */
    volatile boolean isOld;

    private final Server server;
    private final ShardMap routes;

    public FakeCluster() {
        try {
            server = Grpc.newServerBuilderForPort(0, InsecureServerCredentials.create())
                    .maxInboundMessageSize(Limits.REQUEST_BYTES_MAX * 2)
                    .addService(new FakeKv(this))
                    .addService(new FakeRouting(this))
                    .addService(new FakeClusterService(this))
                    .addService(new FakeAdmin.FakeNodeService(this))
                    .addService(new FakeShardService(this))
                    .addService(changes.new FakePlanService())
                    .addService(changes.new FakeOperationService())
                    .build()
                    .start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        routes = makeRoutes(endpoint());
    }

    private static ShardMap makeRoutes(String address) {
        List<ShardMap.NodeEntry> nodes = NODES.stream()
                .map(id -> new ShardMap.NodeEntry(new NodeId(id), address, Map.of("zone", "z" + id.charAt(1))))
                .toList();
        List<ShardMap.ShardEntry> shards = new ArrayList<>();
        for (int i = 1; i <= SHARDS; i++) {
            shards.add(new ShardMap.ShardEntry(
                    new GroupId(i),
                    Optional.of(new NodeId(NODES.get(i % NODES.size()))),
                    1,
                    NODES.stream().map(NodeId::new).toList()));
        }
        List<ShardMap.RangeEntry> ranges = new ArrayList<>();
        for (int i = 0; i < RANGES; i++) {
            long start = ((long) i) << 60;
            ranges.add(new ShardMap.RangeEntry(
                    new TokenRange(start, start + (1L << 60)), new GroupId(1 + (i * 7) % SHARDS)));
        }
        return new ShardMap("fake", new Epoch(5), 1, nodes, shards, ranges, Limits.VALUE_BYTES_DEFAULT_MAX);
    }

    public String endpoint() {
        return "127.0.0.1:" + server.getPort();
    }

    ShardMap routes() {
        return routes;
    }

    public FakeCluster with(String key, String value) {
        put(Key.of(key), ByteString.copyFromUtf8(value));
        return this;
    }

    public FakeCluster with(Key key, ByteString value) {
        put(key, value);
        return this;
    }

    long put(Key key, ByteString value) {
        long version = versions.incrementAndGet();
        records.put(key, new Stored(value, version));
        return version;
    }

    long nextVersion() {
        return versions.incrementAndGet();
    }

    /** The value under a key, if any. */
    public Optional<ByteString> value(Key key) {
        return Optional.ofNullable(records.get(key)).map(Stored::value);
    }

    public long version(Key key) {
        Stored stored = records.get(key);
        return stored == null ? 0 : stored.version();
    }

    public int size() {
        return records.size();
    }

    /** Refuses the next writes as a shard does that has lost its leader. */
    public void refuseWrites(int count) {
        refusals.set(count);
    }

    /** How many of the refusals have not been met yet. */
    public int refusalsLeft() {
        return Math.max(0, refusals.get());
    }

    /** From now on nothing is answered. */
    public void fallSilent() {
        isSilent = true;
    }

    /** n3 was decommissioned; once {@link #degrade degraded}, it is gone too. */
    public void decommission() {
        hasLeft = true;
    }

    /** From now on one replica of every shard is down. */
    public void degrade() {
        isDegraded = true;
    }

    /** Notes what was asked of the services that change who owns what, and what the cluster does by itself. */
    void asked(Message request) {
        requests.add(request);
    }

    /** What was asked of those. */
    public List<Message> requests() {
        return List.copyOf(requests);
    }

    /** From now on it knows no schedulers and no limits, as versions before them. */
    public void forgetSettings() {
        isOld = true;
    }

    /** From now on this arc is on its way. */
    public void move(MovingArc arc) {
        moving.add(arc);
    }

    @Override
    public void close() {
        server.shutdownNow();
    }

    /** The plans and operations here. */
    public FakeChanges changes() {
        return changes;
    }
}
