package io.titankv.client.testing;

import com.google.protobuf.ByteString;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import io.titankv.model.Epoch;
import io.titankv.model.ErrorReason;
import io.titankv.model.GroupId;
import io.titankv.model.Key;
import io.titankv.model.Limits;
import io.titankv.model.NodeId;
import io.titankv.model.ShardMap;
import io.titankv.model.Token;
import io.titankv.model.TokenRange;
import io.titankv.proto.errors.TitanError;
import io.titankv.proto.errors.TitanErrors;
import io.titankv.proto.kv.v1.BatchWriteRequest;
import io.titankv.proto.kv.v1.BatchWriteResponse;
import io.titankv.proto.kv.v1.DeleteRequest;
import io.titankv.proto.kv.v1.ExplainRequest;
import io.titankv.proto.kv.v1.ExplainResponse;
import io.titankv.proto.kv.v1.GetRoutesRequest;
import io.titankv.proto.kv.v1.KvGrpc;
import io.titankv.proto.kv.v1.PutRequest;
import io.titankv.proto.kv.v1.RequestOptions;
import io.titankv.proto.kv.v1.RoutingGrpc;
import io.titankv.proto.kv.v1.RoutingTable;
import io.titankv.proto.kv.v1.ScanRequest;
import io.titankv.proto.kv.v1.ScanResponse;
import io.titankv.proto.kv.v1.SessionOperation;
import io.titankv.proto.kv.v1.SessionResult;
import io.titankv.proto.kv.v1.WatchRoutesRequest;
import io.titankv.proto.kv.v1.WriteOperation;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Nodes behind real ports that share a store and a ring of one shard a node. A node refuses what it does not lead, with a hint,
 * or forwards it when {@link #forwarding}; it refuses what was routed by an older ring.
 */
public final class FakeCluster implements AutoCloseable {
    /** Decides on an operation before the node does. */
    @FunctionalInterface
    public interface Interceptor {
        /** True when it has dealt with the operation. */
        boolean intercept(int node, SessionOperation operation, SessionBehaviour.Stream stream);
    }

    /** Decides on a unary call before the node does. */
    @FunctionalInterface
    public interface UnaryInterceptor {
        Optional<TitanError> intercept(int node, Object request);
    }

    public final FakeStore store = new FakeStore();
    public final List<FakeNode> nodes = new ArrayList<>();
    public final AtomicInteger refusedAsFollower = new AtomicInteger();
    public final AtomicInteger routesAsked = new AtomicInteger();
    public final AtomicInteger watchesOpened = new AtomicInteger();
    public volatile boolean forwarding;
    /** Watches say nothing and questions are refused. */
    public volatile boolean routesHidden;

    public volatile Interceptor interceptor = (node, operation, stream) -> false;
    public volatile UnaryInterceptor unaryInterceptor = (node, request) -> Optional.empty();
    private final List<StreamObserver<RoutingTable>> watches = new CopyOnWriteArrayList<>();
    /** The node that leads each shard. */
    private volatile List<Integer> leaders;
    /** What nodes tell about routes; behind the truth until published. */
    private volatile ShardMap published = ShardMap.EMPTY;

    private final AtomicLong epoch = new AtomicLong(1);
    private long revision;

    public FakeCluster(int size) {
        List<Integer> each = new ArrayList<>();
        for (int i = 0; i < size; i++) {
            int node = i;
            each.add(i);
            nodes.add(new FakeNode(
                    (operation, stream) -> onOperation(node, operation, stream), new Unary(node), new Routes()));
        }
        leaders = List.copyOf(each);
        publish();
    }

    public String[] addresses() {
        return nodes.stream().map(FakeNode::address).toArray(String[]::new);
    }

    public FakeNode leaderOf(Key key) {
        return nodes.get(leaders.get(shardOf(key.token())));
    }

    public int shardOf(Token token) {
        return (int) Long.divideUnsigned(token.bits(), width());
    }

    private long width() {
        return Long.divideUnsigned(-1L, nodes.size()) + 1;
    }

    /** Makes another node the leader of the key's shard; nobody is told. */
    public void moveLeader(Key key, int node) {
        List<Integer> next = new ArrayList<>(leaders);
        next.set(shardOf(key.token()), node);
        leaders = List.copyOf(next);
    }

    /** Raises the epoch; nobody is told. */
    public void raiseEpoch() {
        epoch.incrementAndGet();
    }

    /** What {@link #publish} would tell, and {@code getRoutes} tells always. */
    public synchronized ShardMap truth() {
        List<ShardMap.NodeEntry> entries = new ArrayList<>();
        List<ShardMap.ShardEntry> shards = new ArrayList<>();
        List<ShardMap.RangeEntry> ranges = new ArrayList<>();
        List<NodeId> ids = new ArrayList<>();
        for (int i = 0; i < nodes.size(); i++) {
            ids.add(new NodeId("n" + i));
        }
        for (int i = 0; i < nodes.size(); i++) {
            entries.add(new ShardMap.NodeEntry(ids.get(i), nodes.get(i).address(), Map.of()));
            GroupId shard = new GroupId(i + 1);
            shards.add(new ShardMap.ShardEntry(shard, Optional.of(ids.get(leaders.get(i))), 1, ids));
            ranges.add(new ShardMap.RangeEntry(
                    new TokenRange(width() * i, i == nodes.size() - 1 ? 0 : width() * (i + 1)), shard));
        }
        return new ShardMap(
                "fake", new Epoch(epoch.get()), ++revision, entries, shards, ranges, Limits.VALUE_BYTES_DEFAULT_MAX);
    }

    /** Tells the truth to everyone who watches. */
    public void publish() {
        published = truth();
        watches.forEach(watch -> watch.onNext(published.toProto()));
    }

    private void onOperation(int node, SessionOperation operation, SessionBehaviour.Stream stream) {
        if (!interceptor.intercept(node, operation, stream)) {
            stream.answer(answer(node, operation));
        }
    }

    /** What the node would answer. */
    public SessionResult answer(int node, SessionOperation operation) {
        Key key = switch (operation.getOperationCase()) {
            case GET -> new Key(operation.getGet().getKey(), operation.getGet().getRoutingTag());
            case PUT -> new Key(operation.getPut().getKey(), operation.getPut().getRoutingTag());
            case DELETE ->
                new Key(operation.getDelete().getKey(), operation.getDelete().getRoutingTag());
            case OPERATION_NOT_SET -> throw new IllegalArgumentException("no operation");
        };
        RequestOptions options = switch (operation.getOperationCase()) {
            case GET -> operation.getGet().getOptions();
            case PUT -> operation.getPut().getOptions();
            case DELETE -> operation.getDelete().getOptions();
            case OPERATION_NOT_SET -> throw new IllegalArgumentException("no operation");
        };
        if (options.hasEpoch() && options.getEpoch() < epoch.get()) {
            return refusal(
                    operation, TitanErrors.routeStale("routed by epoch " + options.getEpoch(), new Epoch(epoch.get())));
        }
        int leader = leaders.get(shardOf(key.token()));
        if (leader != node && !forwarding) {
            refusedAsFollower.incrementAndGet();
            return refusal(
                    operation,
                    TitanError.of(ErrorReason.NOT_LEADER, "n" + leader + " leads")
                            .withLeader("n" + leader, nodes.get(leader).address()));
        }
        return store.apply(operation);
    }

    public static SessionResult refusal(SessionOperation operation, TitanError error) {
        return SessionResult.newBuilder()
                .setId(operation.getId())
                .setStatus(TitanErrors.toKeyStatus(error))
                .build();
    }

    @Override
    public void close() {
        nodes.forEach(FakeNode::close);
    }

    private final class Routes extends RoutingGrpc.RoutingImplBase {
        @Override
        public void getRoutes(GetRoutesRequest request, StreamObserver<RoutingTable> responses) {
            routesAsked.incrementAndGet();
            if (routesHidden) {
                responses.onError(TitanErrors.toException(ErrorReason.NOT_READY, "no routes yet"));
                return;
            }
            responses.onNext(truth().toProto());
            responses.onCompleted();
        }

        @Override
        public void watchRoutes(WatchRoutesRequest request, StreamObserver<RoutingTable> responses) {
            watchesOpened.incrementAndGet();
            watches.add(responses);
            ((ServerCallStreamObserver<RoutingTable>) responses).setOnCancelHandler(() -> watches.remove(responses));
            if (!routesHidden && request.getKnownRevision() < published.revision()) {
                responses.onNext(published.toProto());
            }
        }
    }

    private final class Unary implements KvGrpc.AsyncService {
        private final int node;

        Unary(int node) {
            this.node = node;
        }

        private boolean refuse(Object request, StreamObserver<?> responses) {
            Optional<TitanError> error = unaryInterceptor.intercept(node, request);
            error.ifPresent(found -> responses.onError(TitanErrors.toException(found)));
            return error.isPresent();
        }

        /** The page token is the number of records before the page, with a mark of this cluster. */
        @Override
        public void scan(ScanRequest request, StreamObserver<ScanResponse> responses) {
            if (refuse(request, responses)) {
                return;
            }
            TokenRange range = new TokenRange(request.getStartToken(), request.getEndToken());
            List<Map.Entry<Key, FakeStore.Stored>> all = store.inTokenOrder().stream()
                    .filter(entry -> range.contains(entry.getKey().token()))
                    .filter(entry -> entry.getKey().bytes().startsWith(request.getKeyPrefix()))
                    .toList();
            int from = request.getPageToken().isEmpty()
                    ? 0
                    : Integer.parseInt(request.getPageToken().toStringUtf8().substring("after:".length()));
            int to = Math.min(all.size(), from + request.getPageSize());
            ScanResponse.Builder page = ScanResponse.newBuilder();
            if (request.getCountOnly()) {
                page.setCount(to - from);
            } else {
                for (Map.Entry<Key, FakeStore.Stored> entry : all.subList(from, to)) {
                    page.addRecordsBuilder()
                            .setKey(entry.getKey().bytes())
                            .setRoutingTag(entry.getKey().routingTag())
                            .setValue(
                                    request.getKeysOnly()
                                            ? ByteString.EMPTY
                                            : entry.getValue().value())
                            .setVersion(entry.getValue().version())
                            .setToken(entry.getKey().token().bits());
                }
            }
            if (to < all.size()) {
                page.setNextPageToken(ByteString.copyFromUtf8("after:" + to));
            }
            responses.onNext(page.build());
            responses.onCompleted();
        }

        @Override
        public void batchWrite(BatchWriteRequest request, StreamObserver<BatchWriteResponse> responses) {
            if (refuse(request, responses)) {
                return;
            }
            BatchWriteResponse.Builder response = BatchWriteResponse.newBuilder();
            for (WriteOperation write : request.getOperationsList()) {
                SessionOperation.Builder operation = SessionOperation.newBuilder();
                if (write.hasPut()) {
                    operation.setPut(PutRequest.newBuilder()
                            .setKey(write.getKey())
                            .setRoutingTag(write.getRoutingTag())
                            .setValue(write.getPut().getValue())
                            .setPrecondition(write.getPrecondition())
                            .setRequestId(write.getRequestId()));
                } else {
                    operation.setDelete(DeleteRequest.newBuilder()
                            .setKey(write.getKey())
                            .setRoutingTag(write.getRoutingTag())
                            .setPrecondition(write.getPrecondition())
                            .setRequestId(write.getRequestId()));
                }
                SessionResult result = store.apply(operation.build());
                response.addItemsBuilder()
                        .setStatus(result.getStatus())
                        .setVersion(Math.max(
                                result.getPut().getVersion(), result.getDelete().getVersion()))
                        .setExisted(result.getDelete().getExisted());
            }
            responses.onNext(response.build());
            responses.onCompleted();
        }

        @Override
        public void explain(ExplainRequest request, StreamObserver<ExplainResponse> responses) {
            if (refuse(request, responses)) {
                return;
            }
            Key key = new Key(request.getKey(), request.getRoutingTag());
            responses.onNext(ExplainResponse.newBuilder()
                    .setToken(key.token().bits())
                    .setShardId("s" + (shardOf(key.token()) + 1))
                    .setEpoch(epoch.get())
                    .setLeaderNodeId("n" + leaders.get(shardOf(key.token())))
                    .build());
            responses.onCompleted();
        }
    }
}
