package io.titankv.engine;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import org.jspecify.annotations.Nullable;

/**
 * Tells the system how mapped memory will be read, by madvise(2). That is a call to native code, so it is made only where the program was
 * started with {@code --enable-native-access}, and otherwise left out: reads are right without it, but each that the disk must answer
 * brings in all that the system reads ahead of a mapping, which can be megabytes.
 */
final class MemoryAdvice {
    /** MADV_RANDOM, the same number on Linux and macOS. */
    private static final int RANDOM = 1;

    private static final @Nullable MethodHandle MADVISE = NativeCalls.findOrNull(
            "madvise",
            FunctionDescriptor.of(
                    ValueLayout.JAVA_INT, ValueLayout.ADDRESS, ValueLayout.JAVA_LONG, ValueLayout.JAVA_INT));

    private MemoryAdvice() {}

    /** Reads will be here and there: only what is asked for is brought in. */
    static void random(MemorySegment mapped) {
        if (MADVISE == null) {
            return;
        }
        try {
            // A system that does not take the advice reads ahead, and no more.
            int _ = (int) MADVISE.invokeExact(mapped, mapped.byteSize(), RANDOM);
        } catch (Throwable e) {
            throw new IllegalStateException("madvise cannot be called", e);
        }
    }
}
