package io.titankv.cli.perf;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import io.titankv.client.ReadOptions;
import io.titankv.client.TitanClient;
import io.titankv.client.WriteOptions;
import io.titankv.model.Key;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;

/** A cluster, through clients that take turns. */
final class ClientTarget implements Target {
    /** Digits of the greatest index. */
    private static final int KEY_DIGITS = 10;
    /** Values are stretches of this many random bytes more than their size, so that hardly two are alike. */
    private static final int VALUE_VARIETY = 1 << 16;

    private final List<TitanClient> clients;
    private final byte[] prefix;
    private final int valueBytes;
    private final ByteString random;
    private final ReadOptions readOptions;
    private final WriteOptions writeOptions;
    private int next;
    private int valueFrom;

    /** @param clients whose room must be greater than what is put on this at once, as a full one lets its caller wait */
    ClientTarget(
            List<TitanClient> clients,
            String keyPrefix,
            int valueBytes,
            ReadOptions readOptions,
            WriteOptions writeOptions) {
        this.clients = List.copyOf(clients);
        this.prefix = keyPrefix.getBytes(StandardCharsets.UTF_8);
        this.valueBytes = valueBytes;
        this.readOptions = readOptions;
        this.writeOptions = writeOptions;
        byte[] bytes = new byte[valueBytes + VALUE_VARIETY];
        new SplittableRandom(1).nextBytes(bytes);
        this.random = UnsafeByteOperations.unsafeWrap(bytes);
    }

    /** The longest prefix with which a key is not too long. */
    static int prefixBytesMax(int keyBytesMax) {
        return keyBytesMax - KEY_DIGITS;
    }

    /** The key of an index: the prefix, and the index with all its digits. */
    static Key key(byte[] prefix, int index) {
        byte[] bytes = Arrays.copyOf(prefix, prefix.length + KEY_DIGITS);
        int rest = index;
        for (int at = bytes.length - 1; at >= prefix.length; at--) {
            bytes[at] = (byte) ('0' + rest % 10);
            rest /= 10;
        }
        return Key.of(UnsafeByteOperations.unsafeWrap(bytes));
    }

    @Override
    public void begin(Kind kind, int index, Completion completion) {
        TitanClient client = clients.get(next);
        next = next + 1 == clients.size() ? 0 : next + 1;
        Key key = key(prefix, index);
        switch (kind) {
            case READ -> {
                var _ = client.get(key, readOptions).whenComplete((found, failure) -> {
                    if (failure == null) {
                        completion.done(found.isPresent());
                    } else {
                        completion.failed(failure);
                    }
                });
            }
            case WRITE -> {
                var _ = client.put(key, nextValue(), writeOptions).whenComplete((written, failure) -> {
                    if (failure == null) {
                        completion.done(true);
                    } else {
                        completion.failed(failure);
                    }
                });
            }
        }
    }

    private ByteString nextValue() {
        // A prime: the stretches begin at every place once before the first comes again.
        valueFrom = (valueFrom + 4099) & (VALUE_VARIETY - 1);
        return random.substring(valueFrom, valueFrom + valueBytes);
    }
}
