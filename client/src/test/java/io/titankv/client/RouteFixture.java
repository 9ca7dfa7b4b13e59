package io.titankv.client;

import static org.awaitility.Awaitility.await;

import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import io.titankv.client.session.SessionLinkOptions;
import io.titankv.client.session.TimerWheel;
import io.titankv.client.testing.FakeNode;
import io.titankv.client.testing.SessionBehaviour;
import io.titankv.model.Epoch;
import io.titankv.model.GroupId;
import io.titankv.model.NodeId;
import io.titankv.model.ShardMap;
import io.titankv.model.TokenRange;
import io.titankv.proto.kv.v1.GetRoutesRequest;
import io.titankv.proto.kv.v1.KvGrpc;
import io.titankv.proto.kv.v1.RoutingGrpc;
import io.titankv.proto.kv.v1.RoutingTable;
import io.titankv.proto.kv.v1.WatchRoutesRequest;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/** A route cache over one node, whose routes the test tells. */
final class RouteFixture implements AutoCloseable {
    static final Duration LONG = Duration.ofSeconds(60);
    static final String OTHER_NODE = "127.0.0.1:2";
    static final GroupId LOW = new GroupId(1);
    static final GroupId HIGH = new GroupId(2);
    static final long HALF = 0x8000000000000000L;

    /** Answers questions once there is an answer, and leaves watches to the test. */
    static final class Routes extends RoutingGrpc.RoutingImplBase {
        volatile @Nullable RoutingTable answer;
        final List<ServerCallStreamObserver<RoutingTable>> watches = new CopyOnWriteArrayList<>();
        final List<Long> revisionsKnown = new CopyOnWriteArrayList<>();

        @Override
        public void getRoutes(GetRoutesRequest request, StreamObserver<RoutingTable> responses) {
            RoutingTable table = answer;
            if (table != null) {
                responses.onNext(table);
                responses.onCompleted();
            }
        }

        @Override
        public void watchRoutes(WatchRoutesRequest request, StreamObserver<RoutingTable> responses) {
            var watch = (ServerCallStreamObserver<RoutingTable>) responses;
            // Or else an answer to a watch that is gone would fail the test's thread.
            watch.setOnCancelHandler(() -> {});
            revisionsKnown.add(request.getKnownRevision());
            watches.add(watch);
        }
    }

    final Routes routes = new Routes();
    final FakeNode node = new FakeNode(SessionBehaviour.silent(), new KvGrpc.AsyncService() {}, routes);
    final Connections connections =
            new Connections(null, null, SessionLinkOptions.defaults().withConnectTimeout(LONG));
    final RouteCache cache = new RouteCache(connections, List.of(node.address()), TimerWheel.shared());

    @Override
    public void close() {
        cache.close();
        connections.close();
        node.close();
    }

    /** Two shards on two nodes, the second of which has this address. */
    ShardMap map(String cluster, long epoch, long revision, String secondAddress) {
        NodeId first = new NodeId("n1");
        NodeId second = new NodeId("n2");
        return new ShardMap(
                cluster,
                new Epoch(epoch),
                revision,
                List.of(
                        new ShardMap.NodeEntry(first, node.address(), Map.of()),
                        new ShardMap.NodeEntry(second, secondAddress, Map.of())),
                List.of(
                        new ShardMap.ShardEntry(LOW, Optional.of(first), 1, List.of(first, second)),
                        new ShardMap.ShardEntry(HIGH, Optional.of(second), 1, List.of(first, second))),
                List.of(
                        new ShardMap.RangeEntry(new TokenRange(0, HALF), LOW),
                        new ShardMap.RangeEntry(new TokenRange(HALF, 0), HIGH)),
                100);
    }

    ShardMap map(long epoch, long revision) {
        return map("c1", epoch, revision, OTHER_NODE);
    }

    ServerCallStreamObserver<RoutingTable> watch(int number) {
        await().atMost(LONG).until(() -> routes.watches.size() >= number);
        return routes.watches.get(number - 1);
    }

    void awaitRevision(long revision) {
        await().atMost(LONG).until(() -> cache.map().revision() == revision);
    }

    /** Brings the cache its first routes, by its first watch. */
    void start() {
        cache.start();
        watch(1).onNext(map(1, 1).toProto());
        awaitRevision(1);
    }
}
