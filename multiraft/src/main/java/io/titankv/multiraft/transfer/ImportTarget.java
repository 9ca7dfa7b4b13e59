package io.titankv.multiraft.transfer;

import io.titankv.model.TokenRange;
import io.titankv.proto.internal.v1.ReadExportResponse;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** The shard that gets ranges, where it is led. Thread-safe; nothing here blocks. */
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

    Standing standing(long transfer);

    boolean leads();

    /** The attempt to copy that was begun last, 0: none. */
    long attempt(long transfer);

    /**
     * Begins an attempt: what an earlier one brought is deleted. Ends with why it was refused, empty when it is begun, exceptionally when
     * that is not known.
     */
    CompletableFuture<String> begin(long transfer, List<TokenRange> ranges, long attempt);

    /** Takes in the next part of an export; ends as {@link #begin} does. Parts given by one thread are taken in in the order of the calls. */
    CompletableFuture<String> take(long transfer, long attempt, long sequence, ReadExportResponse part);

    /** Most bytes that one part may have. */
    int partBytesMax();
}
