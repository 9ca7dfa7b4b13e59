package io.titankv.gateway;

import io.titankv.gateway.GatewayMeters.Kind;
import io.titankv.model.ShardMap;
import io.titankv.proto.errors.TitanError;
import io.titankv.proto.errors.TitanErrors;
import io.titankv.proto.kv.v1.RequestOptions;
import io.titankv.proto.kv.v1.SessionOperation;
import io.titankv.proto.kv.v1.SessionResult;

/** Writes down what became of a session's operations. Pure functions. */
final class SessionResults {
    private SessionResults() {}

    /** The answer to an operation that was routed by {@code map}. */
    static SessionResult of(SessionOperation operation, ShardMap map, Answer<SessionResult> answer) {
        SessionResult.Builder result = switch (answer) {
            case Answer.Done<SessionResult>(SessionResult done) ->
                done.toBuilder().clearCurrentEpoch();
            case Answer.Refused<SessionResult>(TitanError error) ->
                SessionResult.newBuilder().setStatus(TitanErrors.toKeyStatus(error));
        };
        long routedBy = options(operation).getEpoch();
        if (routedBy != 0 && routedBy < map.epoch().value()) {
            result.setCurrentEpoch(map.epoch().value());
        }
        return result.setId(operation.getId()).build();
    }

    private static RequestOptions options(SessionOperation operation) {
        return switch (operation.getOperationCase()) {
            case GET -> operation.getGet().getOptions();
            case PUT -> operation.getPut().getOptions();
            case DELETE -> operation.getDelete().getOptions();
            case OPERATION_NOT_SET -> RequestOptions.getDefaultInstance();
        };
    }

    static Kind kind(SessionOperation operation) {
        return switch (operation.getOperationCase()) {
            case GET, OPERATION_NOT_SET -> Kind.SESSION_GET;
            case PUT -> Kind.SESSION_PUT;
            case DELETE -> Kind.SESSION_DELETE;
        };
    }
}
