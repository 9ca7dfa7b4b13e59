package io.titankv.proto.errors;

import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.rpc.ErrorInfo;
import com.google.rpc.RetryInfo;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import io.titankv.model.Epoch;
import io.titankv.model.ErrorReason;
import io.titankv.model.Version;
import io.titankv.proto.kv.v1.KeyStatus;
import java.time.Duration;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Puts a {@link TitanError} on the wire and takes it off again. Pure functions. */
public final class TitanErrors {
    /** Metadata: the node that leads the shard. */
    public static final String LEADER_NODE_ID = "leader_node_id";

    /** Metadata: HOST:PORT of that node's gateway. */
    public static final String LEADER_ADDRESS = "leader_address";

    /** Metadata: the key's version now, decimal; 0 when it has no value. */
    public static final String CURRENT_VERSION = "current_version";

    /** Metadata: the ring's epoch as the answering node knows it, decimal. */
    public static final String EPOCH = "epoch";

    /** Metadata: the limit that was passed, decimal. */
    public static final String LIMIT = "limit";

    /** Metadata: what kind of refusal PLAN_REFUSED is, such as TOO_FEW_NODES or QUORUM. */
    public static final String CAUSE = "cause";

    private static final Map<String, ErrorReason> REASONS =
            Arrays.stream(ErrorReason.values()).collect(Collectors.toMap(Enum::name, Function.identity()));

    private TitanErrors() {}

    /** The gRPC code that goes with a reason. */
    public static Status.Code codeOf(ErrorReason reason) {
        return switch (reason) {
            case NOT_LEADER, NO_LEADER, ROUTE_STALE, SHARD_TRANSITION, NOT_READY -> Status.Code.UNAVAILABLE;
            case BUSY, DISK_FULL -> Status.Code.RESOURCE_EXHAUSTED;
            case VERSION_MISMATCH, PLAN_REFUSED -> Status.Code.FAILED_PRECONDITION;
            case BATCH_ABORTED -> Status.Code.ABORTED;
            case KEY_EMPTY, KEY_TOO_LARGE, VALUE_TOO_LARGE, BATCH_TOO_LARGE, BAD_PAGE_TOKEN, BAD_REQUEST ->
                Status.Code.INVALID_ARGUMENT;
            case REQUEST_ID_EXPIRED, OUTCOME_UNDETERMINED -> Status.Code.UNKNOWN;
            case TIMED_OUT -> Status.Code.DEADLINE_EXCEEDED;
            case DATA_QUARANTINED -> Status.Code.DATA_LOSS;
            case NODE_UNKNOWN, SHARD_UNKNOWN, PLAN_UNKNOWN, OPERATION_UNKNOWN -> Status.Code.NOT_FOUND;
            case UNAUTHENTICATED -> Status.Code.UNAUTHENTICATED;
            case PERMISSION_DENIED -> Status.Code.PERMISSION_DENIED;
            case INTERNAL -> Status.Code.INTERNAL;
        };
    }

    /** The reason of that name; empty for one that this version does not know. */
    public static Optional<ErrorReason> reasonNamed(String name) {
        return Optional.ofNullable(REASONS.get(name));
    }

    /** An exception that gRPC turns into a status with ErrorInfo and, where there is a delay, RetryInfo. */
    public static StatusRuntimeException toException(
            ErrorReason reason, String message, Map<String, String> metadata, @Nullable Duration retryDelay) {
        return toException(new TitanError(reason, message, metadata, Optional.ofNullable(retryDelay)));
    }

    /** Without facts and without a delay. */
    public static StatusRuntimeException toException(ErrorReason reason, String message) {
        return toException(TitanError.of(reason, message));
    }

    public static StatusRuntimeException toException(TitanError error) {
        return StatusProto.toStatusRuntimeException(toStatus(error));
    }

    /** The error as google.rpc.Status. */
    public static com.google.rpc.Status toStatus(TitanError error) {
        com.google.rpc.Status.Builder status = com.google.rpc.Status.newBuilder()
                .setCode(codeOf(error.reason()).value())
                .setMessage(error.message())
                .addDetails(Any.pack(ErrorInfo.newBuilder()
                        .setDomain(ErrorReason.DOMAIN)
                        .setReason(error.reason().name())
                        .putAllMetadata(error.metadata())
                        .build()));
        error.retryDelay()
                .ifPresent(delay -> status.addDetails(Any.pack(
                        RetryInfo.newBuilder().setRetryDelay(toProto(delay)).build())));
        return status.build();
    }

    /**
     * The error in a gRPC exception (or in what caused it).
     *
     * @return empty when it carries no ErrorInfo of our domain with a reason that this version knows: it came from gRPC itself,
     *     from something between, or from a later version; only its code is to be trusted
     */
    public static Optional<TitanError> parse(Throwable failure) {
        com.google.rpc.@Nullable Status status = StatusProto.fromThrowable(failure);
        return status == null ? Optional.empty() : fromStatus(status);
    }

    /** Reads what {@link #toStatus} wrote; empty as for {@link #parse}. */
    public static Optional<TitanError> fromStatus(com.google.rpc.Status status) {
        Optional<TitanError> error = Optional.empty();
        Optional<Duration> delay = Optional.empty();
        try {
            for (Any detail : status.getDetailsList()) {
                if (detail.is(ErrorInfo.class)) {
                    error = fromInfo(detail.unpack(ErrorInfo.class), status.getMessage());
                } else if (detail.is(RetryInfo.class)) {
                    delay = toDelay(detail.unpack(RetryInfo.class).getRetryDelay());
                }
            }
        } catch (InvalidProtocolBufferException e) {
            // Bytes that do not parse were not written by us.
            return Optional.empty();
        }
        Optional<Duration> retryDelay = delay;
        return error.map(found -> new TitanError(found.reason(), found.message(), found.metadata(), retryDelay));
    }

    private static Optional<TitanError> fromInfo(ErrorInfo info, String message) {
        if (!info.getDomain().equals(ErrorReason.DOMAIN)) {
            return Optional.empty();
        }
        return reasonNamed(info.getReason())
                .map(reason -> new TitanError(reason, message, info.getMetadataMap(), Optional.empty()));
    }

    /** The error as the status of one key among many. Facts that KeyStatus has no field for are left out. */
    public static KeyStatus toKeyStatus(TitanError error) {
        KeyStatus.Builder status = KeyStatus.newBuilder()
                .setCode(codeOf(error.reason()).value())
                .setReason(error.reason().name())
                .setMessage(error.message());
        error.currentVersion().ifPresent(version -> status.setCurrentVersion(version.value()));
        error.epoch().ifPresent(epoch -> status.setCurrentEpoch(epoch.value()));
        error.leaderNodeId().ifPresent(status::setLeaderNodeId);
        error.leaderAddress().ifPresent(status::setLeaderAddress);
        error.retryDelay().ifPresent(delay -> status.setRetryDelay(toProto(delay)));
        return status.build();
    }

    /**
     * Reads what {@link #toKeyStatus} wrote. A reason that this version does not know is read by its code alone.
     *
     * @return empty when the status is OK
     */
    public static Optional<TitanError> fromKeyStatus(KeyStatus status) {
        if (status.getCode() == Status.Code.OK.value()) {
            return Optional.empty();
        }
        ErrorReason reason = reasonNamed(status.getReason()).orElseGet(() -> ofUnknown(status.getCode()));
        Map<String, String> facts = new LinkedHashMap<>();
        if (reason == ErrorReason.VERSION_MISMATCH) {
            facts.put(CURRENT_VERSION, Long.toString(status.getCurrentVersion()));
        }
        if (status.getCurrentEpoch() != 0) {
            facts.put(EPOCH, Long.toString(status.getCurrentEpoch()));
        }
        if (!status.getLeaderNodeId().isEmpty()) {
            facts.put(LEADER_NODE_ID, status.getLeaderNodeId());
        }
        if (!status.getLeaderAddress().isEmpty()) {
            facts.put(LEADER_ADDRESS, status.getLeaderAddress());
        }
        return Optional.of(new TitanError(
                reason,
                status.getMessage(),
                facts,
                status.hasRetryDelay() ? toDelay(status.getRetryDelay()) : Optional.empty()));
    }

    /** A code that promises "not done" may be believed; any other leaves the outcome open. */
    private static ErrorReason ofUnknown(int code) {
        return switch (Status.fromCodeValue(code).getCode()) {
            case INVALID_ARGUMENT, OUT_OF_RANGE, UNIMPLEMENTED, FAILED_PRECONDITION -> ErrorReason.BAD_REQUEST;
            case UNKNOWN -> ErrorReason.OUTCOME_UNDETERMINED;
            case DATA_LOSS -> ErrorReason.DATA_QUARANTINED;
            case ABORTED -> ErrorReason.BATCH_ABORTED;
            case UNAUTHENTICATED -> ErrorReason.UNAUTHENTICATED;
            case PERMISSION_DENIED -> ErrorReason.PERMISSION_DENIED;
            default -> ErrorReason.INTERNAL;
        };
    }

    /** The precondition error, with the version that a writer needs to try again. */
    public static TitanError versionMismatch(String message, Version current) {
        return TitanError.of(ErrorReason.VERSION_MISMATCH, message).withCurrentVersion(current);
    }

    /** The error for a request that was routed by an older ring. */
    public static TitanError routeStale(String message, Epoch current) {
        return TitanError.of(ErrorReason.ROUTE_STALE, message).withEpoch(current);
    }

    private static com.google.protobuf.Duration toProto(Duration delay) {
        return com.google.protobuf.Duration.newBuilder()
                .setSeconds(delay.getSeconds())
                .setNanos(delay.getNano())
                .build();
    }

    /** A delay that is none of RetryInfo's legal ones is no advice. */
    private static Optional<Duration> toDelay(com.google.protobuf.Duration delay) {
        if (delay.getSeconds() < 0 || delay.getNanos() < 0) {
            return Optional.empty();
        }
        return Optional.of(Duration.ofSeconds(delay.getSeconds(), delay.getNanos()));
    }
}
