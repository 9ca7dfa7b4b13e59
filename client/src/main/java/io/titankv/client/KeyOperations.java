package io.titankv.client;

import com.google.protobuf.ByteString;
import io.titankv.client.RetryLoop.Job;
import io.titankv.client.RetryRule.Repeat;
import io.titankv.model.ErrorReason;
import io.titankv.model.Key;
import io.titankv.model.Limits;
import io.titankv.proto.errors.TitanError;
import io.titankv.proto.errors.TitanErrors;
import io.titankv.proto.kv.v1.DeleteRequest;
import io.titankv.proto.kv.v1.GetRequest;
import io.titankv.proto.kv.v1.PutRequest;
import io.titankv.proto.kv.v1.SessionOperation;
import io.titankv.proto.kv.v1.SessionResult;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Gets, puts and deletes of one key, over sessions. Thread-safe. */
final class KeyOperations {
    /** What an operation holds besides its key and value; a guess. */
    private static final int OVERHEAD_BYTES = 128;

    private final Requests requests;
    private final RequestIds ids;
    private final Duration defaultTimeout;

    KeyOperations(Requests requests, RequestIds ids, Duration defaultTimeout) {
        this.requests = requests;
        this.ids = ids;
        this.defaultTimeout = defaultTimeout;
    }

    CompletableFuture<Optional<Versioned>> get(Key key, ReadOptions options) {
        @Nullable TitanException refusal = refusalOrNull(key, ByteString.EMPTY);
        if (refusal != null) {
            return CompletableFuture.failedFuture(refusal);
        }
        Supplier<SessionOperation> operation = () -> SessionOperation.newBuilder()
                .setGet(GetRequest.newBuilder()
                        .setKey(key.bytes())
                        .setRoutingTag(key.routingTag())
                        .setOptions(WireForms.readOptions(
                                options.level(), requests.routes().epoch())))
                .build();
        Job<Optional<Versioned>> job = new Job<>(
                key.token(),
                Requests.anyReplica(options.level()),
                Repeat.HARMLESS,
                options.timeout().orElse(defaultTimeout),
                false,
                false,
                overSession(operation, SessionResult::hasGet, result -> WireForms.read(result.getGet())));
        return requests.submit(job, 1, heldBytes(key, 0));
    }

    CompletableFuture<WriteResult> put(Key key, ByteString value, WriteOptions options) {
        @Nullable TitanException refusal = refusalOrNull(key, value);
        if (refusal != null) {
            return CompletableFuture.failedFuture(refusal);
        }
        return write(key, value.size(), options, sequence -> {
            PutRequest.Builder put = PutRequest.newBuilder()
                    .setKey(key.bytes())
                    .setRoutingTag(key.routingTag())
                    .setValue(value)
                    .setOptions(WireForms.writeOptions(
                            options.level(), requests.routes().epoch()));
            if (!(options.condition() instanceof Condition.None)) {
                put.setPrecondition(WireForms.precondition(options.condition()));
            }
            sequence.ifPresent(number -> put.setRequestId(ids.toProto(number)));
            return SessionOperation.newBuilder().setPut(put).build();
        });
    }

    CompletableFuture<WriteResult> delete(Key key, WriteOptions options) {
        @Nullable TitanException refusal = refusalOrNull(key, ByteString.EMPTY);
        if (refusal != null) {
            return CompletableFuture.failedFuture(refusal);
        }
        return write(key, 0, options, sequence -> {
            DeleteRequest.Builder delete = DeleteRequest.newBuilder()
                    .setKey(key.bytes())
                    .setRoutingTag(key.routingTag())
                    .setOptions(WireForms.writeOptions(
                            options.level(), requests.routes().epoch()));
            if (!(options.condition() instanceof Condition.None)) {
                delete.setPrecondition(WireForms.precondition(options.condition()));
            }
            sequence.ifPresent(number -> delete.setRequestId(ids.toProto(number)));
            return SessionOperation.newBuilder().setDelete(delete).build();
        });
    }

    private CompletableFuture<WriteResult> write(
            Key key, int valueBytes, WriteOptions options, Function<Optional<Long>, SessionOperation> operation) {
        Optional<Long> sequence = options.exactlyOnce() ? Optional.of(ids.take()) : Optional.empty();
        Job<WriteResult> job = new Job<>(
                key.token(),
                false,
                repeatOf(options),
                options.timeout().orElse(defaultTimeout),
                options.level() == WriteLevel.ALL,
                false,
                overSession(
                        () -> operation.apply(sequence),
                        result -> result.hasPut() || result.hasDelete(),
                        result -> result.hasDelete()
                                ? WireForms.written(result.getDelete())
                                : WireForms.written(result.getPut())));
        CompletableFuture<WriteResult> written = requests.submit(job, 1, heldBytes(key, valueBytes));
        sequence.ifPresent(number -> {
            var _ = written.whenComplete((result, failure) -> ids.giveBack(number));
        });
        return written;
    }

    static Repeat repeatOf(WriteOptions options) {
        if (options.exactlyOnce()) {
            return Repeat.ONCE_BY_ID;
        }
        return options.idempotent() ? Repeat.BY_CALLERS_WORD : Repeat.HARMFUL;
    }

    static long heldBytes(Key key, int valueBytes) {
        return OVERHEAD_BYTES + (long) key.bytes().size() + key.routingTag().size() + valueBytes;
    }

    /** The operation is built for each try anew: epoch and answered_below move on. */
    private <T> RetryLoop.Try<T> overSession(
            Supplier<SessionOperation> operation, Predicate<SessionResult> answersIt, Function<SessionResult, T> read) {
        return (connection, timeout) -> connection
                .link()
                .send(operation.get(), timeout)
                .thenApply(result -> {
                    noticeEpoch(connection, result);
                    TitanErrors.fromKeyStatus(result.getStatus()).ifPresent(error -> {
                        throw new TryFailure.Answered(error);
                    });
                    if (!answersIt.test(result)) {
                        throw new TryFailure.Answered(
                                TitanError.of(ErrorReason.INTERNAL, "the answer is to another kind of operation"));
                    }
                    return read.apply(result);
                });
    }

    private void noticeEpoch(Connections.Connection connection, SessionResult result) {
        // The watch will tell too, but an answer that was forwarded is a hop too many until then.
        if (requests.routing()
                && result.getCurrentEpoch() > requests.routes().epoch().value()) {
            var _ = requests.routes().refresh(connection.address());
        }
    }

    /** What is over a limit must not even be sent: it would end the stream under others' operations. */
    static @Nullable TitanException refusalOrNull(Key key, ByteString value) {
        if (key.bytes().isEmpty()) {
            return new TitanException.Refused(ErrorReason.KEY_EMPTY, "a key must not be empty", null);
        }
        int longest = Math.max(key.bytes().size(), key.routingTag().size());
        if (longest > Limits.KEY_BYTES_MAX) {
            return new TitanException.Refused(
                    ErrorReason.KEY_TOO_LARGE,
                    "key or routing tag has " + longest + " bytes; the limit is " + Limits.KEY_BYTES_MAX,
                    null);
        }
        if (value.size() > Limits.VALUE_BYTES_SETTING_MAX) {
            return new TitanException.Refused(
                    ErrorReason.VALUE_TOO_LARGE,
                    "value has " + value.size() + " bytes; no cluster takes more than "
                            + Limits.VALUE_BYTES_SETTING_MAX,
                    null);
        }
        return null;
    }
}
