package io.titankv.gateway;

import com.google.protobuf.ByteString;
import io.titankv.model.Epoch;
import io.titankv.multiraft.shard.ShardWrite;
import io.titankv.proto.kv.v1.DeleteRequest;
import io.titankv.proto.kv.v1.GetRequest;
import io.titankv.proto.kv.v1.Precondition;
import io.titankv.proto.kv.v1.PutRequest;
import io.titankv.proto.kv.v1.RequestId;
import io.titankv.proto.kv.v1.RequestOptions;
import io.titankv.proto.kv.v1.SessionOperation;
import io.titankv.proto.kv.v1.WriteOperation;
import java.nio.ByteBuffer;
import java.util.Optional;

/** Writes operations down again for another gateway, which is told the epoch that this one routed by. Pure functions. */
final class ForwardedForm {
    private static final int CLIENT_ID_BYTES = 16;

    private ForwardedForm() {}

    static RequestOptions options(RequestOptions options, Epoch epoch) {
        return options.toBuilder().setEpoch(epoch.value()).build();
    }

    /** @param roomBytes most that the result may have */
    static SessionOperation of(KeyOperation.Read read, Epoch epoch, int roomBytes) {
        return SessionOperation.newBuilder()
                .setRoomBytes(roomBytes)
                .setGet(GetRequest.newBuilder()
                        .setKey(read.key().bytes())
                        .setRoutingTag(read.key().routingTag())
                        .setOptions(options(read.options(), epoch)))
                .build();
    }

    static SessionOperation of(KeyOperation.Write write, Epoch epoch) {
        SessionOperation.Builder operation = SessionOperation.newBuilder();
        switch (write.action()) {
            case ShardWrite.Action.Put(ByteString value) -> {
                PutRequest.Builder put = operation
                        .getPutBuilder()
                        .setKey(write.key().bytes())
                        .setRoutingTag(write.key().routingTag())
                        .setValue(value)
                        .setOptions(options(write.options(), epoch));
                precondition(write).ifPresent(put::setPrecondition);
                requestId(write).ifPresent(put::setRequestId);
            }
            case ShardWrite.Action.Delete() -> {
                DeleteRequest.Builder delete = operation
                        .getDeleteBuilder()
                        .setKey(write.key().bytes())
                        .setRoutingTag(write.key().routingTag())
                        .setOptions(options(write.options(), epoch));
                precondition(write).ifPresent(delete::setPrecondition);
                requestId(write).ifPresent(delete::setRequestId);
            }
        }
        return operation.build();
    }

    /** For a batch, which carries its options once. */
    static WriteOperation item(KeyOperation.Write write) {
        WriteOperation.Builder item = WriteOperation.newBuilder()
                .setKey(write.key().bytes())
                .setRoutingTag(write.key().routingTag());
        switch (write.action()) {
            case ShardWrite.Action.Put(ByteString value) ->
                item.setPut(WriteOperation.Put.newBuilder().setValue(value));
            case ShardWrite.Action.Delete() -> item.setDelete(WriteOperation.Delete.getDefaultInstance());
        }
        precondition(write).ifPresent(item::setPrecondition);
        requestId(write).ifPresent(item::setRequestId);
        return item.build();
    }

    private static Optional<Precondition> precondition(KeyOperation.Write write) {
        Precondition.Builder precondition = Precondition.newBuilder();
        return switch (write.condition()) {
            case ShardWrite.Condition.Always() -> Optional.empty();
            case ShardWrite.Condition.Absent() ->
                Optional.of(precondition.setAbsent(true).build());
            case ShardWrite.Condition.Present() ->
                Optional.of(precondition.setPresent(true).build());
            case ShardWrite.Condition.VersionIs(long version) ->
                Optional.of(precondition.setVersion(version).build());
        };
    }

    private static Optional<RequestId> requestId(KeyOperation.Write write) {
        return Optional.ofNullable(write.requestId())
                .map(id -> RequestId.newBuilder()
                        .setClientId(ByteString.copyFrom(ByteBuffer.allocate(CLIENT_ID_BYTES)
                                .putLong(id.clientHigh())
                                .putLong(id.clientLow())
                                .flip()))
                        .setSequence(id.sequence())
                        .setAnsweredBelow(id.answeredBelow())
                        .build());
    }
}
