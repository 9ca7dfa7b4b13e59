package io.titankv.gateway;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import io.titankv.model.Tokens;
import io.titankv.proto.kv.v1.ScanRequest;
import java.nio.ByteBuffer;
import java.util.Optional;

/**
 * The page token of a scan: where it goes on, and a fingerprint of what was asked for, so that a token is used with its own scan
 * only. Big-endian.
 *
 * <pre>
 *   offset  bytes  field
 *   0       1      format version, 1
 *   1       8      token to go on at
 *   9       8      fingerprint: hash of bounds, prefix and flags of the request
 *   17      2      length of the key
 *   19      ..     stored form of the last key given at that token, if one was
 *   ..      4      crc32c of the cluster's id and of the bytes before
 * </pre>
 */
final class PageTokenFormat {
    private static final byte VERSION = 1;
    private static final int TOKEN_OFFSET = 1;
    private static final int FINGERPRINT_OFFSET = TOKEN_OFFSET + Long.BYTES;
    private static final int KEY_BYTES_OFFSET = FINGERPRINT_OFFSET + Long.BYTES;
    private static final int HEADER_BYTES = KEY_BYTES_OFFSET + Short.BYTES;

    private PageTokenFormat() {}

    static ByteString encode(ScanPosition position, ScanRequest request, String clusterId) {
        int bodyBytes = HEADER_BYTES + position.afterKey().size();
        ByteBuffer buffer = ByteBuffer.allocate(bodyBytes + Integer.BYTES)
                .put(VERSION)
                .putLong(position.token())
                .putLong(fingerprint(request))
                .putShort((short) position.afterKey().size());
        position.afterKey().copyTo(buffer);
        buffer.putInt(ClusterChecksum.of(clusterId, buffer.array(), bodyBytes));
        return UnsafeByteOperations.unsafeWrap(buffer.array());
    }

    /** Empty when it is not a token that this cluster gave out for this request. */
    static Optional<ScanPosition> decode(ByteString token, ScanRequest request, String clusterId) {
        ByteBuffer buffer = ByteBuffer.wrap(token.toByteArray());
        int bodyBytes = buffer.limit() - Integer.BYTES;
        if (bodyBytes < HEADER_BYTES
                || buffer.get(0) != VERSION
                || buffer.getInt(bodyBytes) != ClusterChecksum.of(clusterId, buffer.array(), bodyBytes)
                || buffer.getLong(FINGERPRINT_OFFSET) != fingerprint(request)
                || bodyBytes != HEADER_BYTES + Short.toUnsignedInt(buffer.getShort(KEY_BYTES_OFFSET))) {
            return Optional.empty();
        }
        return Optional.of(new ScanPosition(buffer.getLong(TOKEN_OFFSET), token.substring(HEADER_BYTES, bodyBytes)));
    }

    private static long fingerprint(ScanRequest request) {
        byte[] asked = ScanRequest.newBuilder()
                .setStartToken(request.getStartToken())
                .setEndToken(request.getEndToken())
                .setKeyPrefix(request.getKeyPrefix())
                .setKeysOnly(request.getKeysOnly())
                .setCountOnly(request.getCountOnly())
                .build()
                .toByteArray();
        return Tokens.of(asked, 0, asked.length).bits();
    }
}
