package io.titankv.gateway;

import com.google.protobuf.ByteString;
import io.titankv.model.Epoch;
import io.titankv.model.ErrorReason;
import io.titankv.model.GroupId;
import io.titankv.model.ShardMap;
import io.titankv.multiraft.shard.Shard;
import io.titankv.multiraft.shard.ShardWrite;
import io.titankv.multiraft.shard.WriteOutcome;
import io.titankv.proto.errors.TitanError;
import io.titankv.proto.kv.v1.DeleteResponse;
import io.titankv.proto.kv.v1.PutResponse;
import io.titankv.proto.kv.v1.SessionResult;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * Carries out operations on single keys, whichever call they came by. A result is a {@link SessionResult} without an id, since
 * that is what another gateway answers too. Thread-safe.
 */
final class KeyOperations {
    private final Router router;
    private final Peers peers;
    private final ExpectedBytes expected = new ExpectedBytes();

    KeyOperations(Router router, Peers peers) {
        this.router = router;
        this.peers = peers;
    }

    CompletableFuture<Answer<SessionResult>> run(KeyOperation operation, Call call) {
        return switch (operation) {
            case KeyOperation.Read read -> router.route(new RoutedRead(read, call, peers, expected), call);
            case KeyOperation.Write write -> router.route(new RoutedWrite(write), call);
        };
    }

    private final class RoutedWrite implements Routed<SessionResult> {
        private final KeyOperation.Write write;

        RoutedWrite(KeyOperation.Write write) {
            this.write = write;
        }

        @Override
        public Optional<GroupId> owner(ShardMap map) {
            return Optional.of(map.rangeOf(write.token()).owner());
        }

        @Override
        public boolean needLeader() {
            return true;
        }

        @Override
        public boolean isRead() {
            return false;
        }

        @Override
        public CompletableFuture<Answer<SessionResult>> tryHere(Shard shard, Try details) {
            return shard.write(
                            toShard(write, details.map().epoch()),
                            details.deadline().remaining())
                    .thenCompose(outcome -> answer(outcome, shard, details));
        }

        private CompletableFuture<Answer<SessionResult>> answer(WriteOutcome outcome, Shard shard, Try details) {
            if (!(outcome instanceof WriteOutcome.Written written)) {
                return CompletableFuture.completedFuture(
                        Answer.refused(details.outcomes().refusal(outcome)));
            }
            Answer<SessionResult> done = Answer.done(result(written, details));
            return write.onAllReplicas()
                    ? awaitAll(shard, written.position().index(), details.deadline(), done)
                    : CompletableFuture.completedFuture(done);
        }

        private SessionResult result(WriteOutcome.Written written, Try details) {
            ByteString token = SessionTokenFormat.encode(
                    write.seen().with(details.group(), written.position().index()),
                    details.map().clusterId());
            SessionResult.Builder result = SessionResult.newBuilder();
            switch (write.action()) {
                case ShardWrite.Action.Put _ ->
                    result.setPut(PutResponse.newBuilder()
                            .setVersion(written.version())
                            .setSessionToken(token));
                case ShardWrite.Action.Delete _ ->
                    result.setDelete(DeleteResponse.newBuilder()
                            .setVersion(written.version())
                            .setExisted(written.existed())
                            .setSessionToken(token));
            }
            return result.build();
        }

        @Override
        public CompletableFuture<Answer<SessionResult>> tryThere(Target.Peer peer, Try details) {
            return peers.send(peer, ForwardedForm.of(write, details.map().epoch()), false, details.deadline());
        }
    }

    static ShardWrite toShard(KeyOperation.Write write, Epoch epoch) {
        return new ShardWrite(write.key(), write.action(), write.condition(), write.requestId(), epoch);
    }

    /** Write level ALL: {@code done} once every voter holds the index. Until then the write stands, but not as asked. */
    static <T> CompletableFuture<Answer<T>> awaitAll(Shard shard, long index, Deadline deadline, Answer<T> done) {
        return shard.awaitReplicatedToAll(index, deadline.remaining())
                .handle((_, failure) -> failure == null
                        ? done
                        : Answer.refused(TitanError.of(
                                ErrorReason.OUTCOME_UNDETERMINED,
                                "write is durable on a majority, but not on every replica of shard " + shard.group()
                                        + " before the deadline")));
    }
}
