package io.titankv.multiraft.shard;

import io.titankv.proto.durable.v1.WriteOperation;
import java.util.ArrayList;
import java.util.List;

/** Writes that share a Raft entry, and whoever waits for them. Not thread-safe. */
final class WriteEntryInFlight {
    /** Room for the entry's own fields: two tags, two lengths, the stamp. */
    static final int HEADER_BYTES = 32;

    final long proposedAtNanos;
    final List<WaitingWrites> waiting = new ArrayList<>();
    private final int bytesMax;
    private final int operationsMax;

    /** Of writes. */
    int count;

    long bytes = HEADER_BYTES;

    WriteEntryInFlight(long proposedAtNanos, int bytesMax, int operationsMax) {
        this.proposedAtNanos = proposedAtNanos;
        this.bytesMax = bytesMax;
        this.operationsMax = operationsMax;
    }

    boolean hasRoomFor(WaitingWrites next) {
        return waiting.isEmpty() || (bytes + next.bytes <= bytesMax && count + next.count <= operationsMax);
    }

    void add(WaitingWrites next) {
        waiting.add(next);
        count += next.count;
        bytes += next.bytes;
    }

    /** The writes, once: from then on the Raft entry alone holds their values. */
    List<WriteOperation> takeOperations() {
        List<WriteOperation> operations = new ArrayList<>(count);
        waiting.forEach(next -> operations.addAll(next.take()));
        return operations;
    }

    void complete(List<WriteOutcome> outcomes, ShardCounters counters) {
        int from = 0;
        for (WaitingWrites next : waiting) {
            int to = from + next.count;
            List<WriteOutcome> own = List.copyOf(outcomes.subList(from, to));
            if (next.done.complete(own) && own.getFirst() instanceof WriteOutcome.Undetermined) {
                counters.writesUndetermined.add(own.size());
            }
            from = to;
        }
    }
}
