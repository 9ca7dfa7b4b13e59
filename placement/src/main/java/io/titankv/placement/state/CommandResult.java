package io.titankv.placement.state;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import io.titankv.model.Epoch;
import io.titankv.proto.durable.v1.PlacementResult;

/** What became of a command. */
public sealed interface CommandResult {
    /**
     * The state is now as the command wants it.
     *
     * @param changed false when it was so already
     */
    record Done(long revision, Epoch epoch, boolean changed) implements CommandResult {}

    /** Nothing changed. {@code message}: one line for people. */
    record Refused(Refusal refusal, String message) implements CommandResult {}

    /** The form in which the result goes back to the proposer. */
    default ByteString toBytes() {
        return switch (this) {
            case Done done ->
                PlacementResult.newBuilder()
                        .setRevision(done.revision)
                        .setEpoch(done.epoch.value())
                        .setChanged(done.changed)
                        .build()
                        .toByteString();
            case Refused refused ->
                PlacementResult.newBuilder()
                        .setRefusal(refused.refusal.name())
                        .setMessage(refused.message)
                        .build()
                        .toByteString();
        };
    }

    /**
     * Reads what {@link #toBytes} wrote.
     *
     * @throws IllegalArgumentException when it is none
     */
    static CommandResult fromBytes(ByteString bytes) {
        try {
            PlacementResult result = PlacementResult.parseFrom(bytes);
            return result.getRefusal().isEmpty()
                    ? new Done(result.getRevision(), new Epoch(result.getEpoch()), result.getChanged())
                    : new Refused(Refusal.valueOf(result.getRefusal()), result.getMessage());
        } catch (InvalidProtocolBufferException e) {
            throw new IllegalArgumentException("not the result of a placement command", e);
        }
    }
}
