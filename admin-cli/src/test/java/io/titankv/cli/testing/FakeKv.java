package io.titankv.cli.testing;

import com.google.protobuf.ByteString;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.StreamObserver;
import io.titankv.cli.testing.FakeCluster.Stored;
import io.titankv.model.ErrorReason;
import io.titankv.model.Key;
import io.titankv.model.Limits;
import io.titankv.model.ShardMap;
import io.titankv.model.Version;
import io.titankv.proto.errors.TitanError;
import io.titankv.proto.errors.TitanErrors;
import io.titankv.proto.kv.v1.BatchGetRequest;
import io.titankv.proto.kv.v1.BatchGetResponse;
import io.titankv.proto.kv.v1.BatchWriteRequest;
import io.titankv.proto.kv.v1.BatchWriteResponse;
import io.titankv.proto.kv.v1.DeleteRequest;
import io.titankv.proto.kv.v1.DeleteResponse;
import io.titankv.proto.kv.v1.ExplainRequest;
import io.titankv.proto.kv.v1.ExplainResponse;
import io.titankv.proto.kv.v1.GetRequest;
import io.titankv.proto.kv.v1.GetResponse;
import io.titankv.proto.kv.v1.KeyStatus;
import io.titankv.proto.kv.v1.KvGrpc;
import io.titankv.proto.kv.v1.Precondition;
import io.titankv.proto.kv.v1.PutRequest;
import io.titankv.proto.kv.v1.PutResponse;
import io.titankv.proto.kv.v1.Record;
import io.titankv.proto.kv.v1.ScanRequest;
import io.titankv.proto.kv.v1.ScanResponse;
import io.titankv.proto.kv.v1.SessionOperation;
import io.titankv.proto.kv.v1.SessionRequest;
import io.titankv.proto.kv.v1.SessionResponse;
import io.titankv.proto.kv.v1.SessionResult;
import io.titankv.proto.kv.v1.WriteOperation;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/** The data API over a map. */
final class FakeKv extends KvGrpc.KvImplBase {
    private final FakeCluster cluster;

    FakeKv(FakeCluster cluster) {
        this.cluster = cluster;
    }

    private <T> void answer(StreamObserver<T> observer, Supplier<T> answer) {
        if (cluster.isSilent) {
            return;
        }
        T made;
        try {
            made = answer.get();
        } catch (StatusRuntimeException e) {
            observer.onError(e);
            return;
        }
        observer.onNext(made);
        observer.onCompleted();
    }

    private static Key key(ByteString bytes, ByteString tag) {
        if (bytes.isEmpty()) {
            throw TitanErrors.toException(ErrorReason.KEY_EMPTY, "key is empty");
        }
        if (bytes.size() > Limits.KEY_BYTES_MAX) {
            throw TitanErrors.toException(ErrorReason.KEY_TOO_LARGE, "key has " + bytes.size() + " bytes");
        }
        return new Key(bytes, tag);
    }

    private void refuseWhenToldTo() {
        if (cluster.refusals.getAndUpdate(left -> Math.max(0, left - 1)) > 0) {
            throw TitanErrors.toException(ErrorReason.NO_LEADER, "shard s1 has no leader");
        }
    }

    private void judge(Key key, boolean isSet, Precondition precondition) {
        if (!isSet) {
            return;
        }
        long version = cluster.version(key);
        boolean holds = switch (precondition.getKindCase()) {
            case ABSENT -> version == 0;
            case PRESENT -> version != 0;
            case VERSION -> version == precondition.getVersion();
            case KIND_NOT_SET -> throw TitanErrors.toException(ErrorReason.BAD_REQUEST, "empty precondition");
        };
        if (!holds) {
            throw TitanErrors.toException(TitanError.of(ErrorReason.VERSION_MISMATCH, "version is " + version)
                    .withCurrentVersion(new Version(version)));
        }
    }

    private GetResponse get(GetRequest request) {
        Stored stored = cluster.records.get(key(request.getKey(), request.getRoutingTag()));
        return stored == null
                ? GetResponse.getDefaultInstance()
                : GetResponse.newBuilder()
                        .setFound(true)
                        .setValue(stored.value())
                        .setVersion(stored.version())
                        .build();
    }

    private synchronized PutResponse put(PutRequest request) {
        Key key = key(request.getKey(), request.getRoutingTag());
        if (request.getValue().size() > cluster.routes().valueBytesMax()) {
            throw TitanErrors.toException(TitanError.of(
                            ErrorReason.VALUE_TOO_LARGE,
                            "value has " + request.getValue().size() + " bytes; the limit is "
                                    + cluster.routes().valueBytesMax())
                    .withLimit(cluster.routes().valueBytesMax()));
        }
        refuseWhenToldTo();
        judge(key, request.hasPrecondition(), request.getPrecondition());
        return PutResponse.newBuilder()
                .setVersion(cluster.put(key, request.getValue()))
                .build();
    }

    private synchronized DeleteResponse delete(DeleteRequest request) {
        Key key = key(request.getKey(), request.getRoutingTag());
        refuseWhenToldTo();
        judge(key, request.hasPrecondition(), request.getPrecondition());
        boolean existed = cluster.records.remove(key) != null;
        return DeleteResponse.newBuilder()
                .setExisted(existed)
                .setVersion(cluster.nextVersion())
                .build();
    }

    @Override
    public void get(GetRequest request, StreamObserver<GetResponse> observer) {
        answer(observer, () -> get(request));
    }

    @Override
    public void put(PutRequest request, StreamObserver<PutResponse> observer) {
        answer(observer, () -> put(request));
    }

    @Override
    public void delete(DeleteRequest request, StreamObserver<DeleteResponse> observer) {
        answer(observer, () -> delete(request));
    }

    @Override
    public void batchGet(BatchGetRequest request, StreamObserver<BatchGetResponse> observer) {
        answer(observer, () -> {
            BatchGetResponse.Builder all = BatchGetResponse.newBuilder();
            for (BatchGetRequest.Item item : request.getItemsList()) {
                GetResponse got = get(GetRequest.newBuilder()
                        .setKey(item.getKey())
                        .setRoutingTag(item.getRoutingTag())
                        .build());
                all.addItems(BatchGetResponse.Item.newBuilder()
                        .setStatus(KeyStatus.getDefaultInstance())
                        .setFound(got.getFound())
                        .setValue(got.getValue())
                        .setVersion(got.getVersion()));
            }
            return all.build();
        });
    }

    @Override
    public void batchWrite(BatchWriteRequest request, StreamObserver<BatchWriteResponse> observer) {
        answer(observer, () -> {
            BatchWriteResponse.Builder all = BatchWriteResponse.newBuilder();
            for (WriteOperation operation : request.getOperationsList()) {
                all.addItems(write(operation));
            }
            return all.build();
        });
    }

    private BatchWriteResponse.Item write(WriteOperation operation) {
        BatchWriteResponse.Item.Builder item =
                BatchWriteResponse.Item.newBuilder().setStatus(KeyStatus.getDefaultInstance());
        try {
            if (operation.hasPut()) {
                PutRequest.Builder put = PutRequest.newBuilder()
                        .setKey(operation.getKey())
                        .setRoutingTag(operation.getRoutingTag())
                        .setValue(operation.getPut().getValue());
                if (operation.hasPrecondition()) {
                    put.setPrecondition(operation.getPrecondition());
                }
                item.setVersion(put(put.build()).getVersion());
            } else {
                DeleteRequest.Builder delete =
                        DeleteRequest.newBuilder().setKey(operation.getKey()).setRoutingTag(operation.getRoutingTag());
                if (operation.hasPrecondition()) {
                    delete.setPrecondition(operation.getPrecondition());
                }
                DeleteResponse deleted = delete(delete.build());
                item.setVersion(deleted.getVersion()).setExisted(deleted.getExisted());
            }
        } catch (StatusRuntimeException e) {
            item.setStatus(TitanErrors.toKeyStatus(
                    TitanErrors.parse(e).orElseThrow(() -> new IllegalStateException("not ours", e))));
        }
        return item.build();
    }

    private ScanResponse page(ScanRequest request) {
        int size = request.getPageSize() == 0 ? Limits.PAGE_RECORDS_DEFAULT : request.getPageSize();
        if (size > Limits.PAGE_RECORDS_MAX) {
            throw TitanErrors.toException(ErrorReason.BAD_REQUEST, "page_size is over 1000");
        }
        Optional<Key> after = request.getPageToken().isEmpty()
                ? Optional.empty()
                : Optional.of(Key.fromStored(request.getPageToken().toByteArray()));
        ScanResponse.Builder page = ScanResponse.newBuilder();
        Map<Key, Stored> rest = after.isPresent() ? cluster.records.tailMap(after.get(), false) : cluster.records;
        int seen = 0;
        for (Map.Entry<Key, Stored> entry : rest.entrySet()) {
            Key key = entry.getKey();
            long token = key.token().bits();
            boolean isInside = Long.compareUnsigned(token, request.getStartToken()) >= 0
                    && (request.getEndToken() == 0 || Long.compareUnsigned(token, request.getEndToken()) < 0);
            if (!isInside || !key.bytes().startsWith(request.getKeyPrefix())) {
                continue;
            }
            if (request.getCountOnly()) {
                page.setCount(page.getCount() + 1);
            } else {
                Record.Builder record = Record.newBuilder()
                        .setKey(key.bytes())
                        .setRoutingTag(key.routingTag())
                        .setVersion(entry.getValue().version())
                        .setToken(token);
                if (!request.getKeysOnly()) {
                    record.setValue(entry.getValue().value());
                }
                page.addRecords(record);
            }
            seen++;
            if (seen == size) {
                page.setNextPageToken(ByteString.copyFrom(key.toStored()));
                break;
            }
        }
        return page.build();
    }

    @Override
    public void scan(ScanRequest request, StreamObserver<ScanResponse> observer) {
        answer(observer, () -> page(request));
    }

    @Override
    public void scanStream(ScanRequest request, StreamObserver<ScanResponse> observer) {
        if (cluster.isSilent) {
            return;
        }
        ScanResponse page = page(request);
        observer.onNext(page);
        while (!page.getNextPageToken().isEmpty()) {
            page = page(
                    request.toBuilder().setPageToken(page.getNextPageToken()).build());
            observer.onNext(page);
        }
        observer.onCompleted();
    }

    @Override
    public void explain(ExplainRequest request, StreamObserver<ExplainResponse> observer) {
        answer(observer, () -> {
            Key key = key(request.getKey(), request.getRoutingTag());
            Stored stored = cluster.records.get(key);
            ShardMap.RangeEntry range = cluster.routes().rangeOf(key.token());
            ExplainResponse.Builder explained = ExplainResponse.newBuilder()
                    .setToken(key.token().bits())
                    .setRangeStart(range.range().startInclusive())
                    .setRangeEnd(range.range().endExclusive())
                    .setShardId(range.owner().toString())
                    .setEpoch(5)
                    .setLeaderNodeId("n1")
                    .addReplicas(ExplainResponse.Replica.newBuilder()
                            .setNodeId("n1")
                            .setAddress(cluster.endpoint())
                            .setRole("leader")
                            .setAppliedIndex(42)
                            .setReachable(true))
                    .addReplicas(ExplainResponse.Replica.newBuilder()
                            .setNodeId("n2")
                            .setAddress(cluster.endpoint())
                            .setRole("follower")
                            .setAppliedIndex(40)
                            .setLag(2)
                            .setReachable(true))
                    .addHops(ExplainResponse.Hop.newBuilder()
                            .setWhat("route lookup")
                            .setNodeId("n1")
                            .setMicros(3))
                    .addHops(ExplainResponse.Hop.newBuilder()
                            .setWhat("engine read")
                            .setNodeId("n1")
                            .setMicros(20));
            if (stored != null) {
                explained
                        .setFound(true)
                        .setVersion(stored.version())
                        .setValueBytes(stored.value().size())
                        .setDataFile("0000000001.data")
                        .setOffset(4096)
                        .setRecordBytes(stored.value().size() + 64);
            }
            return explained.build();
        });
    }

    @Override
    public StreamObserver<SessionRequest> session(StreamObserver<SessionResponse> observer) {
        return new StreamObserver<>() {
            @Override
            public void onNext(SessionRequest request) {
                if (cluster.isSilent) {
                    return;
                }
                SessionResponse.Builder results = SessionResponse.newBuilder();
                request.getOperationsList().forEach(operation -> results.addResults(result(operation)));
                observer.onNext(results.build());
            }

            @Override
            public void onError(Throwable failure) {
                // The client went away: nothing is held for it.
            }

            @Override
            public void onCompleted() {
                observer.onCompleted();
            }
        };
    }

    private SessionResult result(SessionOperation operation) {
        SessionResult.Builder result = SessionResult.newBuilder().setId(operation.getId());
        try {
            switch (operation.getOperationCase()) {
                case GET -> result.setGet(get(operation.getGet()));
                case PUT -> result.setPut(put(operation.getPut()));
                case DELETE -> result.setDelete(delete(operation.getDelete()));
                case OPERATION_NOT_SET -> throw TitanErrors.toException(ErrorReason.BAD_REQUEST, "empty operation");
            }
        } catch (StatusRuntimeException e) {
            result.setStatus(TitanErrors.toKeyStatus(
                    TitanErrors.parse(e).orElseThrow(() -> new IllegalStateException("not ours", e))));
        }
        return result.build();
    }
}
