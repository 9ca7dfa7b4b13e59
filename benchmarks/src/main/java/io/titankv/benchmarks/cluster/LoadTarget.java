package io.titankv.benchmarks.cluster;

import io.titankv.benchmarks.comparison.Records;
import io.titankv.benchmarks.comparison.WrongValueException;
import io.titankv.cli.perf.Kind;
import io.titankv.cli.perf.Target;
import java.nio.ByteBuffer;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;

/**
 * Keys and values for a way. Every 16th value read is compared byte by byte with what was put; of the others the length. A read that
 * finds nothing or something else has failed. Begins on one thread; answers come on any.
 */
final class LoadTarget implements Target {
    static final int CHECKED_EVERY = 16;
    /** Bytes of a key: two well-mixed longs. */
    static final int KEY_BYTES = 16;

    private final Way way;
    private final int valueBytes;
    private final boolean isChecked;
    private final Records written;
    /** Guarded by itself. */
    private final Records checking;

    private long version;
    private long reads;

    /** @param isChecked whether what is read is what was put: the echo makes values up */
    LoadTarget(Way way, int valueBytes, boolean isChecked) {
        this.way = way;
        this.valueBytes = valueBytes;
        this.isChecked = isChecked;
        this.written = new Records(valueBytes);
        this.checking = new Records(valueBytes);
    }

    static byte[] key(int index) {
        byte[] key = new byte[KEY_BYTES];
        Records.key(index, key);
        return key;
    }

    @Override
    public void begin(Kind kind, int index, Completion completion) {
        switch (kind) {
            case WRITE -> {
                byte[] value = new byte[valueBytes];
                written.value(index, ++version, value);
                var _ = way.put(key(index), value).whenComplete((_, failure) -> ended(failure, completion));
            }
            case READ -> {
                boolean compares = isChecked && ++reads % CHECKED_EVERY == 0;
                var _ = way.get(key(index)).whenComplete((value, failure) -> {
                    Throwable wrong = failure == null ? wrongOrNull(value, index, compares) : failure;
                    ended(wrong, completion);
                });
            }
        }
    }

    private static void ended(@Nullable Throwable failure, Completion completion) {
        if (failure == null) {
            completion.done(true);
        } else {
            Throwable cause = failure.getCause();
            completion.failed(failure instanceof CompletionException && cause != null ? cause : failure);
        }
    }

    private @Nullable Throwable wrongOrNull(@Nullable ByteBuffer value, int index, boolean compares) {
        if (value == null) {
            return new WrongValueException("a key that was put has no value", index);
        }
        if (value.remaining() != valueBytes) {
            return new WrongValueException("a value has the wrong length", index);
        }
        if (!compares) {
            return null;
        }
        byte[] bytes = new byte[valueBytes];
        value.duplicate().get(bytes);
        try {
            synchronized (checking) {
                checking.requireValue(index, bytes);
            }
            return null;
        } catch (WrongValueException e) {
            return e;
        }
    }
}
