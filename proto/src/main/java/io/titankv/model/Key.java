package io.titankv.model;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;

/**
 * A key as a client names it: its bytes, and the routing tag under which it is placed (empty: none). The tag is a part of the
 * key's identity. Immutable.
 *
 * <p>A key's <em>stored</em> form is what shards and data files hold. Without a tag: the byte 0, then the key. With one: the
 * byte 1, the tag's length as two bytes big-endian, the tag, the key.
 *
 * @param bytes 1 to {@link Limits#KEY_BYTES_MAX} bytes
 * @param routingTag 0 to {@link Limits#KEY_BYTES_MAX} bytes
 */
public record Key(ByteString bytes, ByteString routingTag) {
    private static final byte UNTAGGED = 0;
    private static final byte TAGGED = 1;
    private static final int TAG_HEADER_BYTES = 3;

    /** A key without a routing tag. */
    public static Key of(ByteString bytes) {
        return new Key(bytes, ByteString.EMPTY);
    }

    /** A key of these characters in UTF-8, without a routing tag. */
    public static Key of(String text) {
        return of(ByteString.copyFromUtf8(text));
    }

    /** The key's place on the ring: the hash of the tag if there is one, else of the key. */
    public Token token() {
        return Tokens.of(routingTag.isEmpty() ? bytes : routingTag);
    }

    /** The form in which shards and data files hold the key. A fresh array, which the caller owns. */
    public byte[] toStored() {
        if (routingTag.isEmpty()) {
            byte[] stored = new byte[1 + bytes.size()];
            stored[0] = UNTAGGED;
            bytes.copyTo(stored, 1);
            return stored;
        }
        byte[] stored = new byte[TAG_HEADER_BYTES + routingTag.size() + bytes.size()];
        stored[0] = TAGGED;
        stored[1] = (byte) (routingTag.size() >>> 8);
        stored[2] = (byte) routingTag.size();
        routingTag.copyTo(stored, TAG_HEADER_BYTES);
        bytes.copyTo(stored, TAG_HEADER_BYTES + routingTag.size());
        return stored;
    }

    /**
     * Reads a stored form. The array must not be changed afterwards: the key keeps it.
     *
     * @throws IllegalArgumentException when it is none
     */
    public static Key fromStored(byte[] stored) {
        ByteString all = UnsafeByteOperations.unsafeWrap(stored);
        if (stored.length > 1 && stored[0] == UNTAGGED) {
            return of(all.substring(1));
        }
        if (stored.length > TAG_HEADER_BYTES && stored[0] == TAGGED) {
            int tagEnd = TAG_HEADER_BYTES + (((stored[1] & 0xff) << 8) | (stored[2] & 0xff));
            if (tagEnd > TAG_HEADER_BYTES && tagEnd < stored.length) {
                return new Key(all.substring(tagEnd), all.substring(TAG_HEADER_BYTES, tagEnd));
            }
        }
        throw new IllegalArgumentException("not a stored key: " + stored.length + " bytes");
    }
}
