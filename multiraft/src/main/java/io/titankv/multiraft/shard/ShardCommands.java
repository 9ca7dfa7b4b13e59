package io.titankv.multiraft.shard;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.UnsafeByteOperations;
import io.titankv.model.Epoch;
import io.titankv.model.TokenRange;
import io.titankv.proto.durable.v1.AbsentCondition;
import io.titankv.proto.durable.v1.AssignRanges;
import io.titankv.proto.durable.v1.DeleteAction;
import io.titankv.proto.durable.v1.OwnedRange;
import io.titankv.proto.durable.v1.PresentCondition;
import io.titankv.proto.durable.v1.ShardCommand;
import io.titankv.proto.durable.v1.WriteEntry;
import io.titankv.proto.durable.v1.WriteOperation;
import io.titankv.proto.durable.v1.WriteRequestId;
import java.util.List;

/** Commands to and from the bytes of log entries. Reading is strict: what is not known stops the replica. Stateless. */
final class ShardCommands {
    private ShardCommands() {}

    /**
     * Reads an entry.
     *
     * @throws ShardFaultException when anything in it is not known here
     */
    static ShardCommand parse(ByteString entry) {
        ShardCommand command;
        try {
            command = ShardCommand.parseFrom(entry);
        } catch (InvalidProtocolBufferException e) {
            throw new ShardFaultException("log entry cannot be read", e);
        }
        requireKnown(command);
        switch (command.getKindCase()) {
            case WRITE -> requireKnown(command.getWrite());
            case ASSIGN_RANGES,
                    BEGIN_IMPORT,
                    IMPORT_RECORDS,
                    FINISH_IMPORT,
                    ABORT_IMPORT,
                    FREEZE_RANGES,
                    UNFREEZE_RANGES,
                    FORGET_RANGES -> requireAllKnown(command);
            case KIND_NOT_SET -> throw new ShardFaultException("log entry of an unknown kind", null);
        }
        return command;
    }

    static ByteString write(long stamp, List<WriteOperation> operations) {
        return ShardCommand.newBuilder()
                .setWrite(WriteEntry.newBuilder().setStamp(stamp).addAllOperations(operations))
                .build()
                .toByteString();
    }

    static ByteString assignRanges(Epoch epoch, List<TokenRange> ranges) {
        return ShardCommand.newBuilder()
                .setAssignRanges(
                        AssignRanges.newBuilder().setEpoch(epoch.value()).addAllRanges(owned(ranges)))
                .build()
                .toByteString();
    }

    static List<OwnedRange> owned(List<TokenRange> ranges) {
        return ranges.stream()
                .map(range -> OwnedRange.newBuilder()
                        .setStartInclusive(range.startInclusive())
                        .setEndExclusive(range.endExclusive())
                        .build())
                .toList();
    }

    /** @throws IllegalArgumentException when one of them ends before it begins */
    static List<TokenRange> ranges(List<OwnedRange> ranges) {
        return ranges.stream()
                .map(range -> new TokenRange(range.getStartInclusive(), range.getEndExclusive()))
                .toList();
    }

    static WriteOperation operation(ShardWrite write, int atomicGroup) {
        WriteOperation.Builder operation = WriteOperation.newBuilder()
                .setKey(UnsafeByteOperations.unsafeWrap(write.key().toStored()))
                .setToken(write.key().token().bits())
                .setEpoch(write.epoch().value())
                .setAtomicGroup(atomicGroup);
        switch (write.action()) {
            case ShardWrite.Action.Put put -> operation.setPut(put.value());
            case ShardWrite.Action.Delete delete -> operation.setDelete(DeleteAction.getDefaultInstance());
        }
        switch (write.condition()) {
            case ShardWrite.Condition.Always always -> {}
            case ShardWrite.Condition.Absent absent -> operation.setAbsent(AbsentCondition.getDefaultInstance());
            case ShardWrite.Condition.Present present -> operation.setPresent(PresentCondition.getDefaultInstance());
            case ShardWrite.Condition.VersionIs is -> operation.setVersionIs(is.version());
        }
        ShardWrite.RequestId id = write.requestId();
        if (id != null) {
            operation.setRequestId(WriteRequestId.newBuilder()
                    .setClientHigh(id.clientHigh())
                    .setClientLow(id.clientLow())
                    .setSequence(id.sequence())
                    .setAnsweredBelow(id.answeredBelow()));
        }
        return operation.build();
    }

    private static void requireKnown(WriteEntry write) {
        requireKnown((Message) write);
        for (WriteOperation operation : write.getOperationsList()) {
            requireKnown((Message) operation);
            requireKnown(operation.getRequestId());
            requireKnown(operation.getDelete());
            requireKnown(operation.getAbsent());
            requireKnown(operation.getPresent());
            if (operation.getActionCase() == WriteOperation.ActionCase.ACTION_NOT_SET) {
                throw new ShardFaultException("write of an unknown kind", null);
            }
        }
    }

    /** As {@link #requireKnown(Message)}, and all that is in it: for what is not proposed thousands of times a second. */
    private static void requireAllKnown(Message message) {
        requireKnown(message);
        for (Object field : message.getAllFields().values()) {
            if (field instanceof Message part) {
                requireAllKnown(part);
            } else if (field instanceof List<?> parts) {
                for (Object part : parts) {
                    if (!(part instanceof Message each)) {
                        break;
                    }
                    requireAllKnown(each);
                }
            }
        }
    }

    private static void requireKnown(Message message) {
        if (!message.getUnknownFields().asMap().isEmpty()) {
            throw new ShardFaultException(
                    "log entry holds unknown fields: "
                            + message.getDescriptorForType().getName() + " "
                            + message.getUnknownFields().asMap().keySet(),
                    null);
        }
    }
}
