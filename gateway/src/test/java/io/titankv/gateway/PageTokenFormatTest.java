package io.titankv.gateway;

import static io.titankv.gateway.SimCluster.bytes;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.titankv.proto.kv.v1.ReadLevel;
import io.titankv.proto.kv.v1.RequestOptions;
import io.titankv.proto.kv.v1.ScanRequest;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The bytes of version 1 stay what they are: clients keep tokens over an upgrade of the gateways. */
class PageTokenFormatTest {
    private static final String CLUSTER = "c1";
    private static final ScanRequest REQUEST = ScanRequest.newBuilder()
            .setStartToken(0x10)
            .setEndToken(0x9000000000000000L)
            .setKeyPrefix(bytes("ci"))
            .setKeysOnly(true)
            .build();
    private static final ScanPosition POSITION = new ScanPosition(0x8000000000000001L, bytes("city"));

    private static final ByteString GOLDEN =
            hex("01" + "8000000000000001" + "b9d1da9710e6553d" + "0004" + "63697479" + "4611367c");
    private static final ByteString GOLDEN_WITHOUT_KEY =
            hex("01" + "0000000000000020" + "2d06800538d394c2" + "0000" + "8804c9bc");

    private static ByteString hex(String digits) {
        return ByteString.copyFrom(HexFormat.of().parseHex(digits));
    }

    private static void assertRefused(ByteString token) {
        assertThat(PageTokenFormat.decode(token, REQUEST, CLUSTER))
                .as("%s", token)
                .isEmpty();
    }

    @Test
    void versionOneIsWrittenAndReadExactly() {
        assertThat(PageTokenFormat.encode(POSITION, REQUEST, CLUSTER)).isEqualTo(GOLDEN);
        assertThat(PageTokenFormat.decode(GOLDEN, REQUEST, CLUSTER)).contains(POSITION);
        ScanRequest all = ScanRequest.getDefaultInstance();
        assertThat(PageTokenFormat.encode(ScanPosition.at(0x20), all, CLUSTER)).isEqualTo(GOLDEN_WITHOUT_KEY);
        assertThat(PageTokenFormat.decode(GOLDEN_WITHOUT_KEY, all, CLUSTER)).contains(ScanPosition.at(0x20));
    }

    @Test
    void theLongestKeyFits() {
        ScanPosition position = new ScanPosition(-1, ByteString.copyFrom(new byte[0xffff]));
        ByteString token = PageTokenFormat.encode(position, REQUEST, CLUSTER);
        assertThat(PageTokenFormat.decode(token, REQUEST, CLUSTER)).contains(position);
    }

    @Test
    void everyFlippedBitIsNoticed() {
        for (int bit = 0; bit < GOLDEN.size() * 8; bit++) {
            byte[] flipped = GOLDEN.toByteArray();
            flipped[bit / 8] ^= (byte) (1 << bit % 8);
            assertRefused(ByteString.copyFrom(flipped));
        }
    }

    @Test
    void whatIsCutOffOrAddedIsNoticed() {
        for (int size = 0; size < GOLDEN.size(); size++) {
            assertRefused(GOLDEN.substring(0, size));
            assertRefused(GOLDEN.substring(GOLDEN.size() - size));
        }
        assertRefused(GOLDEN.concat(bytes("x")));
    }

    @Test
    void theTokenOfAnotherClusterIsRefused() {
        assertThat(PageTokenFormat.decode(GOLDEN, REQUEST, "c2")).isEmpty();
    }

    @Test
    void theTokenOfAnotherScanIsRefused() {
        for (ScanRequest other : List.of(
                REQUEST.toBuilder().setStartToken(0x11).build(),
                REQUEST.toBuilder().setEndToken(0).build(),
                REQUEST.toBuilder().setKeyPrefix(bytes("c")).build(),
                REQUEST.toBuilder().setKeysOnly(false).build(),
                REQUEST.toBuilder().setCountOnly(true).build())) {
            assertThat(PageTokenFormat.decode(GOLDEN, other, CLUSTER)).isEmpty();
        }
    }

    @Test
    void howTheScanIsReadMayChangeFromPageToPage() {
        ScanRequest other = REQUEST.toBuilder()
                .setPageSize(7)
                .setPageToken(GOLDEN)
                .setOptions(RequestOptions.newBuilder().setReadLevel(ReadLevel.READ_LEVEL_ANY))
                .build();
        assertThat(PageTokenFormat.decode(GOLDEN, other, CLUSTER)).contains(POSITION);
    }

    /** Well formed, with a true checksum, and yet not what version 1 writes. */
    @Test
    void contentsThatMakeNoSenseAreRefused() {
        byte[] head = GOLDEN.substring(0, 17).toByteArray();
        String body = HexFormat.of().formatHex(head);
        assertRefused(sealed("02" + body.substring(2) + "0004" + "63697479"));
        assertRefused(sealed(body + "0005" + "63697479"));
        assertRefused(sealed(body + "0003" + "63697479"));
        assertThat(sealed(body + "0004" + "63697479")).isEqualTo(GOLDEN);
    }

    private static ByteString sealed(String body) {
        byte[] bytes = HexFormat.of().parseHex(body);
        return hex(body + HexFormat.of().toHexDigits(ClusterChecksum.of(CLUSTER, bytes, bytes.length)));
    }
}
