package io.titankv.multiraft.shard;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import io.titankv.model.Epoch;
import io.titankv.model.LogPosition;
import io.titankv.multiraft.host.ProposeOutcome;
import io.titankv.proto.durable.v1.ShardResult;
import io.titankv.proto.durable.v1.WriteResult;
import java.time.Duration;
import java.util.Collections;
import java.util.List;

/** Turns what became of an entry into what became of each of its writes. Stateless. */
final class WriteOutcomes {
    private WriteOutcomes() {}

    /** One outcome for each of so many operations. */
    static List<WriteOutcome> of(ProposeOutcome outcome, int operations, Duration retryAfter) {
        return switch (outcome) {
            case ProposeOutcome.Applied applied ->
                ofResults(applied.position(), applied.result(), operations, retryAfter);
            case ProposeOutcome.NotLeader notLeader -> all(operations, new WriteOutcome.NotLeader(notLeader.leader()));
            case ProposeOutcome.Busy busy -> all(operations, new WriteOutcome.Busy(retryAfter));
            case ProposeOutcome.OutOfService out -> all(operations, new WriteOutcome.OutOfService(out.why()));
            case ProposeOutcome.Undetermined undetermined ->
                all(operations, new WriteOutcome.Undetermined(undetermined.why()));
        };
    }

    private static List<WriteOutcome> ofResults(
            LogPosition position, ByteString bytes, int operations, Duration retryAfter) {
        ShardResult result;
        try {
            result = ShardResult.parseFrom(bytes);
        } catch (InvalidProtocolBufferException e) {
            return all(operations, new WriteOutcome.Undetermined("the result cannot be read: " + e.getMessage()));
        }
        return switch (result.getKindCase()) {
            case WRITE -> {
                List<WriteResult> results = result.getWrite().getResultsList();
                Invariants.check(results.size() == operations, "one result for each operation");
                yield results.stream()
                        .map(each -> ofResult(position, each, retryAfter))
                        .toList();
            }
            case ALREADY_APPLIED ->
                all(operations, new WriteOutcome.Undetermined("applied by an earlier run of the replica"));
            case ASSIGN_RANGES, TRANSFER, KIND_NOT_SET ->
                all(operations, new WriteOutcome.Undetermined("the result is not one of a write"));
        };
    }

    private static WriteOutcome ofResult(LogPosition position, WriteResult result, Duration retryAfter) {
        return switch (result.getKindCase()) {
            case WRITTEN ->
                new WriteOutcome.Written(
                        result.getWritten().getVersion(), result.getWritten().getExisted(), position);
            case VERSION_MISMATCH -> new WriteOutcome.VersionMismatch(result.getVersionMismatch());
            case ABORTED -> new WriteOutcome.Aborted();
            case STALE_ROUTE -> new WriteOutcome.StaleRoute(new Epoch(result.getStaleRoute()));
            case IN_TRANSITION -> new WriteOutcome.InTransition();
            case REQUEST_ID_EXPIRED -> new WriteOutcome.RequestIdExpired();
            case SESSIONS_FULL -> new WriteOutcome.Busy(retryAfter);
            case KIND_NOT_SET -> new WriteOutcome.Undetermined("the result is of an unknown kind");
        };
    }

    private static List<WriteOutcome> all(int operations, WriteOutcome outcome) {
        return Collections.nCopies(operations, outcome);
    }
}
