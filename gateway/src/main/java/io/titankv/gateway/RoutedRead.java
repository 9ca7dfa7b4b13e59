package io.titankv.gateway;

import com.google.protobuf.ByteString;
import io.titankv.model.GroupId;
import io.titankv.model.LogPosition;
import io.titankv.model.ShardMap;
import io.titankv.multiraft.shard.ReadOutcome;
import io.titankv.multiraft.shard.Shard;
import io.titankv.proto.errors.TitanError;
import io.titankv.proto.errors.TitanErrors;
import io.titankv.proto.kv.v1.GetResponse;
import io.titankv.proto.kv.v1.SessionResult;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;

/**
 * A read of one key. Its value is read only where there is room for it: on this node before it is read here, and before it is sent for to
 * another node, which is told how large it may be.
 */
final class RoutedRead implements Routed<SessionResult> {
    private final KeyOperation.Read read;
    private final Call call;
    private final Peers peers;
    private final ExpectedBytes expected;

    RoutedRead(KeyOperation.Read read, Call call, Peers peers, ExpectedBytes expected) {
        this.read = read;
        this.call = call;
        this.peers = peers;
        this.expected = expected;
    }

    @Override
    public Optional<GroupId> owner(ShardMap map) {
        return Optional.of(map.rangeOf(read.token()).owner());
    }

    @Override
    public boolean needLeader() {
        return read.terms().needLeader();
    }

    @Override
    public boolean isRead() {
        return true;
    }

    @Override
    public CompletableFuture<Answer<SessionResult>> tryHere(Shard shard, Try details) {
        GroupId group = details.group();
        return shard.read(
                        read.key(),
                        read.terms().freshness(group),
                        details.map().epoch(),
                        details.deadline().remaining(),
                        call.room())
                .thenCompose(outcome -> outcome instanceof ReadOutcome.NoRoom(int bytes)
                        ? whenRoomy(bytes, details, () -> tryHere(shard, details))
                        : CompletableFuture.completedFuture(answer(outcome, details)));
    }

    private Answer<SessionResult> answer(ReadOutcome outcome, Try details) {
        return switch (outcome) {
            case ReadOutcome.Found found -> {
                call.room().settle(found.value().size());
                yield Answer.done(result(GetResponse.newBuilder()
                        .setFound(true)
                        .setValue(found.value())
                        .setVersion(found.version())
                        .setSessionToken(token(found.at(), details))));
            }
            case ReadOutcome.Absent absent -> {
                call.room().settle(0);
                yield Answer.done(result(GetResponse.newBuilder().setSessionToken(token(absent.at(), details))));
            }
            case ReadOutcome.Page _, ReadOutcome.Count _, ReadOutcome.Refused _ ->
                Answer.refused(details.outcomes().refusal(outcome));
        };
    }

    private ByteString token(LogPosition at, Try details) {
        return read.terms().tokenAfter(details.group(), at, details.map().clusterId());
    }

    private static SessionResult result(GetResponse.Builder response) {
        return SessionResult.newBuilder().setGet(response).build();
    }

    @Override
    public CompletableFuture<Answer<SessionResult>> tryThere(Target.Peer peer, Try details) {
        int bytes = expected.bytes();
        return call.room().tryTake(bytes) ? send(peer, details) : whenRoomy(bytes, details, () -> send(peer, details));
    }

    private CompletableFuture<Answer<SessionResult>> send(Target.Peer peer, Try details) {
        int roomBytes = call.room().roomyBytes();
        return peers.send(peer, ForwardedForm.of(read, details.map().epoch(), roomBytes), true, details.deadline())
                .thenCompose(answer -> {
                    if (!(answer instanceof Answer.Done<SessionResult>(SessionResult result))) {
                        return CompletableFuture.completedFuture(answer);
                    }
                    if (result.getBytesNeeded() > 0) {
                        expected.add(result.getBytesNeeded());
                        return whenRoomy(result.getBytesNeeded(), details, () -> send(peer, details));
                    }
                    int bytes = result.getGet().getValue().size();
                    expected.add(bytes);
                    call.room().settle(bytes);
                    return CompletableFuture.completedFuture(answer);
                });
    }

    /** Goes on once there is room for a result of that size. */
    private CompletableFuture<Answer<SessionResult>> whenRoomy(
            int bytes, Try details, Supplier<CompletableFuture<Answer<SessionResult>>> then) {
        if (bytes > call.room().askerBytes()) {
            return CompletableFuture.completedFuture(Answer.done(SessionResult.newBuilder()
                    .setBytesNeeded(bytes)
                    .setStatus(TitanErrors.toKeyStatus(details.outcomes().noRoom(bytes)))
                    .build()));
        }
        return call.room().take(bytes, details.deadline()).thenCompose(taken -> {
            if (taken && !call.abandoned().getAsBoolean()) {
                return then.get();
            }
            TitanError error = details.outcomes().noRoom(bytes);
            return CompletableFuture.completedFuture(Answer.refused(error));
        });
    }
}
