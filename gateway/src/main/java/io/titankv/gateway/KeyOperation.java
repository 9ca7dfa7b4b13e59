package io.titankv.gateway;

import io.titankv.model.Key;
import io.titankv.model.Token;
import io.titankv.multiraft.shard.ShardWrite;
import io.titankv.proto.kv.v1.RequestOptions;
import org.jspecify.annotations.Nullable;

/** An operation on one key whose request has been checked. Immutable. */
sealed interface KeyOperation {
    Key key();

    Token token();

    /** As they came, to be sent on. */
    RequestOptions options();

    record Read(Key key, Token token, ReadTerms terms) implements KeyOperation {
        @Override
        public RequestOptions options() {
            return terms.options();
        }
    }

    /**
     * A put or a delete.
     *
     * @param onAllReplicas write level ALL
     * @param seen what the client has seen before
     */
    record Write(
            Key key,
            Token token,
            ShardWrite.Action action,
            ShardWrite.Condition condition,
            ShardWrite.@Nullable RequestId requestId,
            boolean onAllReplicas,
            SessionMarks seen,
            RequestOptions options)
            implements KeyOperation {

        long bytes() {
            long bytes = (long) key.bytes().size() + key.routingTag().size();
            return switch (action) {
                case ShardWrite.Action.Put(var value) -> bytes + value.size();
                case ShardWrite.Action.Delete() -> bytes;
            };
        }
    }
}
