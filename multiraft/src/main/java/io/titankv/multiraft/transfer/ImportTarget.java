package io.titankv.multiraft.transfer;

import io.titankv.model.TokenRange;
import io.titankv.proto.internal.v1.ReadExportResponse;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;

/**
 * The shard that gets ranges, where it is led. What it says of itself is as of what it has applied, which is all that was proposed before
 * it led. Thread-safe; nothing here blocks, and futures never end exceptionally.
 */
public interface ImportTarget {
    /** How far the shard is with a transfer. */
    enum Standing {
        /** To be copied, or being copied. */
        OPEN,
        /** All is there: nothing more is taken in. */
        COMPLETE,
        /** Decided and settled, one way or the other. */
        SETTLED
    }

    /** What became of a proposal. */
    sealed interface Outcome {
        /** Durable on a majority, and applied. */
        record Taken() implements Outcome {}

        /** Not applied so far; perhaps later. */
        record Untaken(String why) implements Outcome {}
    }

    Standing standing(long transfer);

    boolean leads();

    /** The attempt to copy that was begun last, 0: none. */
    long attempt(long transfer);

    /** The sequence number of the part that is taken in next; empty when another attempt was begun, or none. */
    OptionalLong nextSequence(long transfer, long attempt);

    /** Begins an attempt: what an earlier one brought is deleted. */
    CompletableFuture<Outcome> begin(long transfer, List<TokenRange> ranges, long attempt);

    /** Takes in a part. Parts proposed by one thread come in the order of the calls; one out of its turn is not taken. */
    CompletableFuture<Outcome> take(long transfer, long attempt, long sequence, ReadExportResponse part);

    /** Most bytes that the records and clients of one part may take in an entry. */
    int partBytesMax();
}
