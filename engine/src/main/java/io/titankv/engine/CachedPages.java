package io.titankv.engine;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * What of a mapped file is in the system's cache, by mincore(2). The system is asked about a stretch of the file at a time, and its
 * answer serves for some questions: the call would cost as much as the read that it may save. So an answer can be out of date. Where
 * native calls are not allowed everything counts as cached. Confined to one thread.
 */
final class CachedPages {
    /** Bytes of a stretch, as a power of two: a larger one is all in the cache more seldom, a smaller one takes more calls. A guess. */
    private static final int STRETCH_SHIFT = 18;

    /** Questions that one answer serves. A guess: a call of some microseconds is nothing beside so many writes. */
    private static final int SERVES = 256;

    /** The smallest page that a system has. */
    private static final int PAGE_BYTES_MIN = 4096;

    private static final @Nullable MethodHandle MINCORE = NativeCalls.findOrNull(
            "mincore",
            FunctionDescriptor.of(
                    ValueLayout.JAVA_INT, ValueLayout.ADDRESS, ValueLayout.JAVA_LONG, ValueLayout.ADDRESS));

    /** Questions that the last answer on each stretch still serves: positive when it is in the cache, negative when it is not. */
    private short[] answers = {};

    private @Nullable MemorySegment pages;

    /**
     * Whether the stretch around the offset is in the cache as a whole, as far as the file is written.
     *
     * @param view the file's bytes
     * @param writtenEnd up to here it is written; within the view
     */
    boolean hold(MemorySegment view, long offset, long writtenEnd) {
        if (MINCORE == null || offset >= writtenEnd) {
            return true;
        }
        int stretch = (int) (offset >>> STRETCH_SHIFT);
        if (stretch >= answers.length) {
            answers = Arrays.copyOf(answers, (int) (view.byteSize() >>> STRETCH_SHIFT) + 1);
        }
        short answer = answers[stretch];
        if (answer == 0) {
            long start = (long) stretch << STRETCH_SHIFT;
            long bytes = Math.min(1L << STRETCH_SHIFT, writtenEnd - start);
            answer = (short) (areAllIn(MINCORE, view.asSlice(start, bytes)) ? SERVES : -SERVES);
        }
        answers[stretch] = (short) (answer - Integer.signum(answer));
        return answer > 0;
    }

    private boolean areAllIn(MethodHandle mincore, MemorySegment stretch) {
        MemorySegment found = pages;
        if (found == null) {
            found = Arena.ofAuto().allocate((1 << STRETCH_SHIFT) / PAGE_BYTES_MIN);
            pages = found;
        }
        // A system with larger pages answers in fewer bytes.
        found.fill((byte) 1);
        int outcome;
        try {
            outcome = (int) mincore.invokeExact(stretch, stretch.byteSize(), found);
        } catch (Throwable e) {
            throw new IllegalStateException("mincore cannot be called", e);
        }
        if (outcome != 0) {
            // It does not say: the read will show.
            return true;
        }
        for (long page = 0; page < found.byteSize(); page++) {
            if ((found.get(ValueLayout.JAVA_BYTE, page) & 1) == 0) {
                return false;
            }
        }
        return true;
    }
}
