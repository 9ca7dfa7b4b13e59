package io.titankv.client;

import com.google.protobuf.ByteString;
import io.titankv.model.Key;

/** One write of a batch. Immutable. */
public sealed interface BatchWrite {
    Key key();

    Condition condition();

    /** Puts a value. */
    record Put(Key key, ByteString value, Condition condition) implements BatchWrite {}

    /** Deletes a key. */
    record Delete(Key key, Condition condition) implements BatchWrite {}

    static BatchWrite put(Key key, ByteString value) {
        return new Put(key, value, Condition.none());
    }

    static BatchWrite delete(Key key) {
        return new Delete(key, Condition.none());
    }
}
