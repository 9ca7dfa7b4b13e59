package io.titankv.gateway;

import com.google.protobuf.ByteString;
import io.titankv.model.ErrorReason;
import io.titankv.model.Key;
import io.titankv.model.Limits;
import io.titankv.model.ShardMap;
import io.titankv.multiraft.shard.ShardWrite;
import io.titankv.proto.errors.TitanError;
import io.titankv.proto.kv.v1.BatchGetRequest;
import io.titankv.proto.kv.v1.BatchWriteRequest;
import io.titankv.proto.kv.v1.DeleteRequest;
import io.titankv.proto.kv.v1.GetRequest;
import io.titankv.proto.kv.v1.Precondition;
import io.titankv.proto.kv.v1.PutRequest;
import io.titankv.proto.kv.v1.RequestId;
import io.titankv.proto.kv.v1.RequestOptions;
import io.titankv.proto.kv.v1.SessionOperation;
import io.titankv.proto.kv.v1.WriteOperation;
import java.nio.ByteBuffer;
import java.time.DateTimeException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Turns requests into operations, or refuses them: {@link RequestRefusedException} names the thing, its value and the limit, and
 * is thrown before anything is done. Immutable; made for each request from the newest map.
 */
final class RequestCheck {
    private static final Duration STALENESS_MIN = Duration.ofMillis(1);
    private static final Duration STALENESS_MAX = Duration.ofHours(1);
    private static final int SESSION_TOKEN_BYTES_MAX = 4096;
    private static final int CLIENT_ID_BYTES = 16;

    private final String clusterId;
    private final int valueBytesMax;

    RequestCheck(ShardMap map) {
        this.clusterId = map.clusterId();
        this.valueBytesMax = map.valueBytesMax() > 0 ? map.valueBytesMax() : Limits.VALUE_BYTES_DEFAULT_MAX;
    }

    KeyOperation.Read get(GetRequest request) {
        return read("key", request.getKey(), request.getRoutingTag(), readTerms(request.getOptions()));
    }

    KeyOperation.Write put(PutRequest request) {
        return write(
                "key",
                request.getKey(),
                request.getRoutingTag(),
                new ShardWrite.Action.Put(requireValue("value", request.getValue())),
                request.hasPrecondition() ? request.getPrecondition() : null,
                request.hasRequestId() ? request.getRequestId() : null,
                request.getOptions());
    }

    KeyOperation.Write delete(DeleteRequest request) {
        return write(
                "key",
                request.getKey(),
                request.getRoutingTag(),
                new ShardWrite.Action.Delete(),
                request.hasPrecondition() ? request.getPrecondition() : null,
                request.hasRequestId() ? request.getRequestId() : null,
                request.getOptions());
    }

    KeyOperation operation(SessionOperation operation) {
        return switch (operation.getOperationCase()) {
            case GET -> get(operation.getGet());
            case PUT -> put(operation.getPut());
            case DELETE -> delete(operation.getDelete());
            case OPERATION_NOT_SET ->
                throw badRequest("operation " + operation.getId() + " is none of get, put, delete");
        };
    }

    List<KeyOperation.Read> batch(BatchGetRequest request) {
        requireBatch(request.getItemsCount(), request.getSerializedSize());
        ReadTerms terms = readTerms(request.getOptions());
        List<KeyOperation.Read> reads = new ArrayList<>(request.getItemsCount());
        for (int i = 0; i < request.getItemsCount(); i++) {
            BatchGetRequest.Item item = request.getItems(i);
            reads.add(read("items[" + i + "].key", item.getKey(), item.getRoutingTag(), terms));
        }
        return reads;
    }

    List<KeyOperation.Write> batch(BatchWriteRequest request) {
        requireBatch(request.getOperationsCount(), request.getSerializedSize());
        List<KeyOperation.Write> writes = new ArrayList<>(request.getOperationsCount());
        Set<Key> keys = new HashSet<>();
        for (int i = 0; i < request.getOperationsCount(); i++) {
            KeyOperation.Write write =
                    batchItem("operations[" + i + "]", request.getOperations(i), request.getOptions());
            if (!keys.add(write.key())) {
                throw badRequest("operations[" + i + "].key stands in the batch more than once: " + shown(write.key()));
            }
            writes.add(write);
        }
        return writes;
    }

    private KeyOperation.Write batchItem(String name, WriteOperation item, RequestOptions options) {
        ShardWrite.Action action = switch (item.getActionCase()) {
            case PUT ->
                new ShardWrite.Action.Put(
                        requireValue(name + ".value", item.getPut().getValue()));
            case DELETE -> new ShardWrite.Action.Delete();
            case ACTION_NOT_SET -> throw badRequest(name + " is none of put, delete");
        };
        return write(
                name + ".key",
                item.getKey(),
                item.getRoutingTag(),
                action,
                item.hasPrecondition() ? item.getPrecondition() : null,
                item.hasRequestId() ? item.getRequestId() : null,
                options);
    }

    boolean perShard(BatchWriteRequest request) {
        return switch (request.getAtomicity()) {
            case ATOMICITY_UNSPECIFIED, ATOMICITY_PER_KEY -> false;
            case ATOMICITY_PER_SHARD -> true;
            case UNRECOGNIZED -> throw badRequest("atomicity is unknown: " + request.getAtomicityValue());
        };
    }

    // ---- one key

    private KeyOperation.Read read(String name, ByteString bytes, ByteString tag, ReadTerms terms) {
        Key key = requireKey(name, bytes, tag);
        return new KeyOperation.Read(key, key.token(), terms);
    }

    private KeyOperation.Write write(
            String name,
            ByteString bytes,
            ByteString tag,
            ShardWrite.Action action,
            @Nullable Precondition precondition,
            @Nullable RequestId requestId,
            RequestOptions options) {
        Key key = requireKey(name, bytes, tag);
        // All options are checked, those of reads too: a caller that writes nonsense should hear of it.
        ReadTerms terms = readTerms(options);
        return new KeyOperation.Write(
                key,
                key.token(),
                action,
                condition(precondition),
                requestId == null ? null : requestId(requestId),
                onAllReplicas(options),
                terms.seen(),
                options);
    }

    static Key requireKey(String name, ByteString bytes, ByteString tag) {
        if (bytes.isEmpty()) {
            throw refused(TitanError.of(ErrorReason.KEY_EMPTY, name + " is empty; a key has 1 byte at least"));
        }
        requireKeyBytes(name, bytes);
        requireKeyBytes("routing tag of " + name, tag);
        return new Key(bytes, tag);
    }

    static void requireKeyBytes(String name, ByteString bytes) {
        if (bytes.size() > Limits.KEY_BYTES_MAX) {
            throw refused(TitanError.of(
                            ErrorReason.KEY_TOO_LARGE,
                            name + " has " + bytes.size() + " bytes; the limit is " + Limits.KEY_BYTES_MAX)
                    .withLimit(Limits.KEY_BYTES_MAX));
        }
    }

    private ByteString requireValue(String name, ByteString value) {
        if (value.size() > valueBytesMax) {
            throw refused(TitanError.of(
                            ErrorReason.VALUE_TOO_LARGE,
                            name + " has " + value.size() + " bytes; the limit of this cluster is " + valueBytesMax)
                    .withLimit(valueBytesMax));
        }
        return value;
    }

    private static ShardWrite.Condition condition(@Nullable Precondition precondition) {
        if (precondition == null) {
            return new ShardWrite.Condition.Always();
        }
        return switch (precondition.getKindCase()) {
            case ABSENT -> {
                requireTrue("precondition.absent", precondition.getAbsent());
                yield new ShardWrite.Condition.Absent();
            }
            case PRESENT -> {
                requireTrue("precondition.present", precondition.getPresent());
                yield new ShardWrite.Condition.Present();
            }
            case VERSION ->
                new ShardWrite.Condition.VersionIs(requireNatural("precondition.version", precondition.getVersion()));
            case KIND_NOT_SET -> throw badRequest("precondition is none of absent, present, version");
        };
    }

    private static void requireTrue(String name, boolean value) {
        if (!value) {
            throw badRequest(name + " is false; set it to true or leave it out");
        }
    }

    private static ShardWrite.RequestId requestId(RequestId id) {
        if (id.getClientId().size() != CLIENT_ID_BYTES) {
            throw badRequest(
                    "request_id.client_id has " + id.getClientId().size() + " bytes; it must have " + CLIENT_ID_BYTES);
        }
        long sequence = requireNatural("request_id.sequence", id.getSequence());
        long answeredBelow = requireNatural("request_id.answered_below", id.getAnsweredBelow());
        if (answeredBelow > sequence) {
            throw badRequest("request_id.answered_below is " + answeredBelow
                    + ", above the sequence of this write, which is " + sequence);
        }
        ByteBuffer client = ByteBuffer.wrap(id.getClientId().toByteArray());
        return new ShardWrite.RequestId(client.getLong(), client.getLong(), sequence, answeredBelow);
    }

    // ---- options

    ReadTerms readTerms(RequestOptions options) {
        if (options.hasEpoch()) {
            requireNatural("options.epoch", options.getEpoch());
        }
        onAllReplicas(options);
        SessionMarks seen = options.getAfterToken().isEmpty() ? SessionMarks.NONE : marks(options.getAfterToken());
        ReadTerms.Level level = switch (options.getReadLevel()) {
            case READ_LEVEL_UNSPECIFIED, READ_LEVEL_LINEARIZABLE -> ReadTerms.Level.LINEARIZABLE;
            case READ_LEVEL_LEASE -> ReadTerms.Level.LEASE;
            case READ_LEVEL_BOUNDED_STALENESS -> ReadTerms.Level.BOUNDED_STALENESS;
            case READ_LEVEL_ANY -> ReadTerms.Level.ANY;
            case READ_LEVEL_AFTER -> ReadTerms.Level.AFTER;
            case UNRECOGNIZED -> throw badRequest("options.read_level is unknown: " + options.getReadLevelValue());
        };
        if (level == ReadTerms.Level.AFTER && options.getAfterToken().isEmpty()) {
            throw badRequest("options.after_token is empty; read level AFTER needs the session token of an answer");
        }
        Duration maxStaleness = level == ReadTerms.Level.BOUNDED_STALENESS ? staleness(options) : Duration.ZERO;
        return new ReadTerms(level, maxStaleness, seen, options);
    }

    private SessionMarks marks(ByteString token) {
        if (token.size() > SESSION_TOKEN_BYTES_MAX) {
            throw badRequest(
                    "options.after_token has " + token.size() + " bytes; the limit is " + SESSION_TOKEN_BYTES_MAX);
        }
        return SessionTokenFormat.decode(token, clusterId)
                .orElseThrow(() -> badRequest(
                        "options.after_token is not one that this cluster gave out: " + token.size() + " bytes"));
    }

    private static Duration staleness(RequestOptions options) {
        if (!options.hasMaxStaleness()) {
            throw badRequest("options.max_staleness is missing; read level BOUNDED_STALENESS needs it");
        }
        com.google.protobuf.Duration wire = options.getMaxStaleness();
        Duration asked;
        try {
            asked = Duration.ofSeconds(wire.getSeconds(), wire.getNanos());
        } catch (ArithmeticException | DateTimeException e) {
            asked = Duration.ZERO;
        }
        if (asked.compareTo(STALENESS_MIN) < 0 || asked.compareTo(STALENESS_MAX) > 0) {
            throw badRequest("options.max_staleness is " + wire.getSeconds() + " s " + wire.getNanos()
                    + " ns; it must be 1 ms to 1 h");
        }
        return asked;
    }

    private static boolean onAllReplicas(RequestOptions options) {
        return switch (options.getWriteLevel()) {
            case WRITE_LEVEL_UNSPECIFIED, WRITE_LEVEL_MAJORITY -> false;
            case WRITE_LEVEL_ALL -> true;
            case UNRECOGNIZED -> throw badRequest("options.write_level is unknown: " + options.getWriteLevelValue());
        };
    }

    // ---- batches

    private static void requireBatch(int operations, int bytes) {
        if (operations == 0) {
            throw batchTooLarge(
                    "batch holds no operations; it must hold 1 to " + Limits.REQUEST_OPERATIONS_MAX,
                    Limits.REQUEST_OPERATIONS_MAX);
        }
        requireBatchBounds("batch", operations, bytes);
    }

    /** Throws for more than one request may hold. */
    static void requireBatchBounds(String name, int operations, int bytes) {
        if (operations > Limits.REQUEST_OPERATIONS_MAX) {
            throw batchTooLarge(
                    name + " holds " + operations + " operations; the limit is " + Limits.REQUEST_OPERATIONS_MAX,
                    Limits.REQUEST_OPERATIONS_MAX);
        }
        if (bytes > Limits.REQUEST_BYTES_MAX) {
            throw batchTooLarge(
                    name + " has " + bytes + " bytes; the limit is " + Limits.REQUEST_BYTES_MAX,
                    Limits.REQUEST_BYTES_MAX);
        }
    }

    private static RequestRefusedException batchTooLarge(String message, long limit) {
        return refused(TitanError.of(ErrorReason.BATCH_TOO_LARGE, message).withLimit(limit));
    }

    // ---- common

    private static long requireNatural(String name, long value) {
        if (value < 0) {
            throw badRequest(name + " is " + Long.toUnsignedString(value) + "; the limit is " + Long.MAX_VALUE);
        }
        return value;
    }

    static RequestRefusedException badRequest(String message) {
        return refused(TitanError.of(ErrorReason.BAD_REQUEST, message));
    }

    private static RequestRefusedException refused(TitanError error) {
        return new RequestRefusedException(error);
    }

    private static String shown(Key key) {
        String text = key.bytes().substring(0, Math.min(64, key.bytes().size())).toStringUtf8();
        return key.bytes().size() + " bytes, \"" + text + "\"";
    }
}
