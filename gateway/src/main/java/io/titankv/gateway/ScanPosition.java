package io.titankv.gateway;

import com.google.protobuf.ByteString;
import io.titankv.model.TokenRange;

/**
 * Where a scan goes on: behind {@code afterKey} among the keys of {@code token}, then at the tokens after it. It names places on
 * the ring only, so it means the same whoever owns them. Immutable.
 *
 * @param token first token that is not done, unsigned
 * @param afterKey stored form of the last key that was given at that token; empty: none was
 */
record ScanPosition(long token, ByteString afterKey) {
    static ScanPosition at(long token) {
        return new ScanPosition(token, ByteString.EMPTY);
    }

    /** What is left of a scan that ends at {@code endExclusive} (0: the end of the ring). */
    TokenRange upTo(long endExclusive) {
        return new TokenRange(token, endExclusive);
    }
}
