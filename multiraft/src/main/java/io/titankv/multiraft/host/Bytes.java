package io.titankv.multiraft.host;

import com.google.protobuf.ByteOutput;
import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;

/**
 * Turns our ByteStrings into those of the protobuf that Ratis carries inside, and back, without copying: both are immutable, so
 * they may share the array.
 */
final class Bytes {
    private Bytes() {}

    static org.apache.ratis.thirdparty.com.google.protobuf.ByteString toRatis(ByteString ours) {
        OutwardPieces pieces = new OutwardPieces();
        try {
            UnsafeByteOperations.unsafeWriteTo(ours, pieces);
        } catch (IOException e) {
            throw new UncheckedIOException("memory does not fail", e);
        }
        return pieces.joined;
    }

    static ByteString fromRatis(org.apache.ratis.thirdparty.com.google.protobuf.ByteString theirs) {
        ByteString joined = ByteString.EMPTY;
        for (ByteBuffer piece : theirs.asReadOnlyByteBufferList()) {
            joined = joined.concat(UnsafeByteOperations.unsafeWrap(piece));
        }
        return joined;
    }

    private static final class OutwardPieces extends ByteOutput {
        private org.apache.ratis.thirdparty.com.google.protobuf.ByteString joined =
                org.apache.ratis.thirdparty.com.google.protobuf.ByteString.EMPTY;

        @Override
        public void write(byte value) {
            write(new byte[] {value}, 0, 1);
        }

        @Override
        public void write(byte[] value, int offset, int length) {
            add(org.apache.ratis.thirdparty.com.google.protobuf.ByteString.copyFrom(value, offset, length));
        }

        @Override
        public void write(ByteBuffer value) {
            add(org.apache.ratis.thirdparty.com.google.protobuf.ByteString.copyFrom(value));
        }

        @Override
        public void writeLazy(byte[] value, int offset, int length) {
            add(org.apache.ratis.thirdparty.com.google.protobuf.UnsafeByteOperations.unsafeWrap(value, offset, length));
        }

        @Override
        public void writeLazy(ByteBuffer value) {
            add(org.apache.ratis.thirdparty.com.google.protobuf.UnsafeByteOperations.unsafeWrap(value));
        }

        private void add(org.apache.ratis.thirdparty.com.google.protobuf.ByteString piece) {
            joined = joined.concat(piece);
        }
    }
}
