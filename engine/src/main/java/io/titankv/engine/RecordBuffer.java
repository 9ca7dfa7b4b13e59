package io.titankv.engine;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** A little-endian buffer and the memory segment over all of it, kept together. Confined to one thread at a time. */
final class RecordBuffer {
    private final ByteBuffer buffer;
    private final MemorySegment bytes;

    private RecordBuffer(ByteBuffer buffer) {
        this.buffer = buffer.order(ByteOrder.LITTLE_ENDIAN);
        this.bytes = MemorySegment.ofBuffer(buffer);
    }

    /** Off-heap: files are read and written without another copy. */
    static RecordBuffer direct(int capacity) {
        return new RecordBuffer(ByteBuffer.allocateDirect(capacity));
    }

    static RecordBuffer onHeap(int capacity) {
        return new RecordBuffer(ByteBuffer.allocate(capacity));
    }

    int capacity() {
        return buffer.capacity();
    }

    ByteBuffer buffer() {
        return buffer;
    }

    MemorySegment bytes() {
        return bytes;
    }

    /** The key of the record at {@code at}; valid until the buffer is filled again. */
    MemorySegment key(int at) {
        return bytes.asSlice(RecordFormat.keyOffset(buffer, at), RecordFormat.keyBytes(buffer, at));
    }

    /** The value of the record at {@code at}; valid until the buffer is filled again. */
    MemorySegment value(int at) {
        return bytes.asSlice(RecordFormat.valueOffset(buffer, at), RecordFormat.valueBytes(buffer, at));
    }
}
