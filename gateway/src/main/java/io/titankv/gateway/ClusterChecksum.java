package io.titankv.gateway;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.zip.CRC32C;

/** Guards the opaque tokens that clients carry: a torn one fails, and so does another cluster's. No secret, no signature. */
final class ClusterChecksum {
    private ClusterChecksum() {}

    static int of(String clusterId, byte[] bytes, int length) {
        CRC32C crc = new CRC32C();
        crc.update(clusterId.getBytes(UTF_8));
        crc.update(bytes, 0, length);
        return (int) crc.getValue();
    }
}
