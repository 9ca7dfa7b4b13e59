package io.titankv.gateway;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import io.titankv.model.GroupId;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * The session token: a client's {@link SessionMarks}, as bytes that only gateways of the same cluster read. Big-endian.
 *
 * <pre>
 *   offset  bytes  field
 *   0       1      format version, 1
 *   1       1      flags: 1 = overflowed
 *   2       2      number of groups
 *   4       12     for each, in order of number: group number (4), applied index (8)
 *   ..      4      crc32c of the cluster's id and of the bytes before
 * </pre>
 */
final class SessionTokenFormat {
    private static final byte VERSION = 1;
    private static final byte OVERFLOWED = 1;
    private static final int HEADER_BYTES = 4;
    private static final int GROUP_BYTES = Integer.BYTES + Long.BYTES;

    private SessionTokenFormat() {}

    static ByteString encode(SessionMarks marks, String clusterId) {
        int bodyBytes = HEADER_BYTES + GROUP_BYTES * marks.indexes().size();
        ByteBuffer buffer = ByteBuffer.allocate(bodyBytes + Integer.BYTES);
        buffer.put(VERSION);
        buffer.put(marks.overflowed() ? OVERFLOWED : 0);
        buffer.putShort((short) marks.indexes().size());
        // In order of group, so that what has seen the same has the same bytes.
        new TreeMap<>(marks.indexes())
                .forEach((group, index) -> buffer.putInt(group.number()).putLong(index));
        buffer.putInt(ClusterChecksum.of(clusterId, buffer.array(), bodyBytes));
        return UnsafeByteOperations.unsafeWrap(buffer.array());
    }

    /** Empty when it is not a token of that cluster. */
    static Optional<SessionMarks> decode(ByteString token, String clusterId) {
        ByteBuffer buffer = ByteBuffer.wrap(token.toByteArray());
        int bodyBytes = buffer.limit() - Integer.BYTES;
        if (bodyBytes < HEADER_BYTES
                || buffer.get(0) != VERSION
                || buffer.getInt(bodyBytes) != ClusterChecksum.of(clusterId, buffer.array(), bodyBytes)) {
            return Optional.empty();
        }
        boolean overflowed = (buffer.get(1) & OVERFLOWED) != 0;
        int groups = buffer.getShort(2);
        if (groups < 0 || groups > SessionMarks.GROUPS_MAX || bodyBytes != HEADER_BYTES + groups * GROUP_BYTES) {
            return Optional.empty();
        }
        Map<GroupId, Long> indexes = new TreeMap<>();
        buffer.position(HEADER_BYTES);
        for (int i = 0; i < groups; i++) {
            int number = buffer.getInt();
            if (number < 0) {
                return Optional.empty();
            }
            indexes.put(new GroupId(number), buffer.getLong());
        }
        return Optional.of(new SessionMarks(indexes, overflowed));
    }
}
