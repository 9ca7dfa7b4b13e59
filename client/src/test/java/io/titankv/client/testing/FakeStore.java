package io.titankv.client.testing;

import com.google.protobuf.ByteString;
import io.titankv.model.Key;
import io.titankv.model.Version;
import io.titankv.proto.errors.TitanErrors;
import io.titankv.proto.kv.v1.DeleteResponse;
import io.titankv.proto.kv.v1.GetRequest;
import io.titankv.proto.kv.v1.GetResponse;
import io.titankv.proto.kv.v1.Precondition;
import io.titankv.proto.kv.v1.PutResponse;
import io.titankv.proto.kv.v1.RequestId;
import io.titankv.proto.kv.v1.SessionOperation;
import io.titankv.proto.kv.v1.SessionResult;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;

/**
 * What all shards of a fake cluster hold, with versions, preconditions and remembered outcomes. Every write that is done is
 * counted. It fails the test that lets an id be reused for another write, or sends one that it had called answered.
 */
public final class FakeStore {
    /** A key's value. */
    public record Stored(ByteString value, long version) {}

    private record Id(ByteString client, long sequence) {}

    private final TreeMap<Key, Stored> values = new TreeMap<>(Comparator.comparing(Key::token)
            .thenComparing(Key::bytes, ByteString.unsignedLexicographicalComparator())
            .thenComparing(Key::routingTag, ByteString.unsignedLexicographicalComparator()));
    private final Map<Id, SessionResult> outcomes = new HashMap<>();
    private final Map<Id, ByteString> requests = new HashMap<>();
    private final Map<ByteString, Long> answeredBelow = new HashMap<>();
    private final Set<String> faults = new HashSet<>();
    private final AtomicLong versions = new AtomicLong(100);
    private int applied;

    /** Does an operation as the leader of its shard would. */
    public synchronized SessionResult apply(SessionOperation operation) {
        SessionResult result = switch (operation.getOperationCase()) {
            case GET -> get(operation.getGet());
            case PUT ->
                once(operation.getPut().getRequestId(), operation.toBuilder(), () -> {
                    Key key = new Key(
                            operation.getPut().getKey(), operation.getPut().getRoutingTag());
                    return put(
                            key,
                            operation.getPut().getValue(),
                            operation.getPut().getPrecondition());
                });
            case DELETE ->
                once(operation.getDelete().getRequestId(), operation.toBuilder(), () -> {
                    Key key = new Key(
                            operation.getDelete().getKey(),
                            operation.getDelete().getRoutingTag());
                    return delete(key, operation.getDelete().getPrecondition());
                });
            case OPERATION_NOT_SET -> throw new IllegalArgumentException("no operation");
        };
        return result.toBuilder().setId(operation.getId()).build();
    }

    private SessionResult get(GetRequest request) {
        Stored stored = values.get(new Key(request.getKey(), request.getRoutingTag()));
        GetResponse.Builder response = GetResponse.newBuilder();
        if (stored != null) {
            response.setFound(true).setValue(stored.value()).setVersion(stored.version());
        }
        return SessionResult.newBuilder().setGet(response).build();
    }

    private SessionResult once(RequestId id, SessionOperation.Builder operation, Supplier<SessionResult> write) {
        if (id.getClientId().isEmpty()) {
            return write.get();
        }
        Id known = new Id(id.getClientId(), id.getSequence());
        if (id.getSequence() < answeredBelow.getOrDefault(id.getClientId(), 0L)) {
            faults.add("sent again after it was called answered: " + id.getSequence());
        }
        answeredBelow.merge(id.getClientId(), id.getAnsweredBelow(), Math::max);
        ByteString asked = ByteString.copyFromUtf8(operation.getOperationCase().name())
                .concat(operation.getPut().getKey())
                .concat(operation.getPut().getValue())
                .concat(operation.getDelete().getKey());
        ByteString before = requests.putIfAbsent(known, asked);
        if (before != null && !before.equals(asked)) {
            faults.add("id reused for another write: " + id.getSequence());
        }
        SessionResult remembered = outcomes.get(known);
        if (remembered == null) {
            remembered = write.get();
            outcomes.put(known, remembered);
        }
        return remembered;
    }

    private SessionResult put(Key key, ByteString value, Precondition condition) {
        if (!holds(key, condition)) {
            return mismatch(key);
        }
        applied++;
        long version = versions.incrementAndGet();
        values.put(key, new Stored(value, version));
        return SessionResult.newBuilder()
                .setPut(PutResponse.newBuilder().setVersion(version))
                .build();
    }

    private SessionResult delete(Key key, Precondition condition) {
        if (!holds(key, condition)) {
            return mismatch(key);
        }
        applied++;
        boolean existed = values.remove(key) != null;
        return SessionResult.newBuilder()
                .setDelete(DeleteResponse.newBuilder()
                        .setVersion(versions.incrementAndGet())
                        .setExisted(existed))
                .build();
    }

    private boolean holds(Key key, Precondition condition) {
        Stored stored = values.get(key);
        return switch (condition.getKindCase()) {
            case ABSENT -> stored == null;
            case PRESENT -> stored != null;
            case VERSION -> (stored == null ? 0 : stored.version()) == condition.getVersion();
            case KIND_NOT_SET -> true;
        };
    }

    private SessionResult mismatch(Key key) {
        Stored stored = values.get(key);
        return SessionResult.newBuilder()
                .setStatus(TitanErrors.toKeyStatus(TitanErrors.versionMismatch(
                        "precondition failed", new Version(stored == null ? 0 : stored.version()))))
                .build();
    }

    /** Writes done so far. */
    public synchronized int applied() {
        return applied;
    }

    /** What clients did wrong. */
    public synchronized Set<String> faults() {
        return Set.copyOf(faults);
    }

    /** All keys in token order. */
    public synchronized List<Map.Entry<Key, Stored>> inTokenOrder() {
        return List.copyOf(values.entrySet());
    }
}
