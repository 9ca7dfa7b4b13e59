package io.titankv.multiraft.shard;

import com.google.protobuf.ByteString;
import io.titankv.model.Epoch;
import io.titankv.model.Key;
import io.titankv.multiraft.shard.ShardWrite.Action;
import io.titankv.multiraft.shard.ShardWrite.Condition;
import io.titankv.multiraft.shard.ShardWrite.RequestId;
import org.jspecify.annotations.Nullable;

/** Short ways to write writes. */
final class TestWrites {
    static final Condition ALWAYS = new Condition.Always();
    static final Condition ABSENT = new Condition.Absent();
    static final Condition PRESENT = new Condition.Present();

    private TestWrites() {}

    static ShardWrite put(String key, String value) {
        return put(key, value, ALWAYS, null);
    }

    static ShardWrite put(String key, String value, Condition condition) {
        return put(key, value, condition, null);
    }

    static ShardWrite put(String key, String value, Condition condition, @Nullable RequestId id) {
        return new ShardWrite(Key.of(key), new Action.Put(ByteString.copyFromUtf8(value)), condition, id, new Epoch(1));
    }

    static ShardWrite delete(String key) {
        return new ShardWrite(Key.of(key), new Action.Delete(), ALWAYS, null, new Epoch(1));
    }

    static Condition versionIs(long version) {
        return new Condition.VersionIs(version);
    }

    static RequestId id(long client, long sequence, long answeredBelow) {
        return new RequestId(7, client, sequence, answeredBelow);
    }
}
