package io.titankv.multiraft.host;

import io.titankv.model.LogPosition;

/** A replica's state ends before its log begins: what lay between is gone here. Rebuild the replica from its peers. */
final class StateLostException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    StateLostException(LogPosition stateEnd, long logFirst) {
        super("state lost: it ends at " + stateEnd + ", and the log begins only at " + logFirst);
    }
}
