package io.titankv.gateway;

import static io.titankv.gateway.SimCluster.bytes;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.google.protobuf.ByteString;
import io.titankv.model.Epoch;
import io.titankv.model.ErrorReason;
import io.titankv.model.GroupId;
import io.titankv.model.ShardMap;
import io.titankv.proto.kv.v1.GetRequest;
import io.titankv.proto.kv.v1.RequestOptions;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The bytes of version 1 stay what they are: clients keep tokens over an upgrade of the gateways. */
class SessionTokenFormatTest {
    private static final String CLUSTER = "c1";
    private static final SessionMarks MARKS = new SessionMarks(
            Map.of(new GroupId(3), 70L, new GroupId(1), 9L, new GroupId(258), 0x1122334455667788L), false);

    private static final ByteString GOLDEN = hex("0100" + "0003" + "00000001" + "0000000000000009" + "00000003"
            + "0000000000000046" + "00000102" + "1122334455667788" + "26da992e");
    private static final ByteString GOLDEN_OVERFLOWED =
            hex("0101" + "0001" + "00000001" + "0000000000000009" + "a3c23fe4");
    private static final ByteString GOLDEN_EMPTY = hex("0100" + "0000" + "99b8eba6");

    private static ByteString hex(String digits) {
        return ByteString.copyFrom(HexFormat.of().parseHex(digits));
    }

    private static void assertGolden(SessionMarks marks, ByteString golden) {
        assertThat(SessionTokenFormat.encode(marks, CLUSTER)).isEqualTo(golden);
        assertThat(SessionTokenFormat.decode(golden, CLUSTER)).contains(marks);
    }

    private static void assertRefused(ByteString token) {
        assertThat(SessionTokenFormat.decode(token, CLUSTER)).as("%s", token).isEmpty();
    }

    @Test
    void versionOneIsWrittenAndReadExactly() {
        assertGolden(MARKS, GOLDEN);
        assertGolden(new SessionMarks(Map.of(new GroupId(1), 9L), true), GOLDEN_OVERFLOWED);
        assertGolden(SessionMarks.NONE, GOLDEN_EMPTY);
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
        assertRefused(GOLDEN.concat(GOLDEN));
    }

    @Test
    void theTokenOfAnotherClusterIsRefused() {
        assertThat(SessionTokenFormat.decode(GOLDEN, "c2")).isEmpty();
    }

    /** Well formed, with a true checksum, and yet not what version 1 writes. */
    @Test
    void contentsThatMakeNoSenseAreRefused() {
        assertRefused(sealed("0200" + "0000"));
        assertRefused(sealed("0100" + "0002" + "00000001" + "0000000000000009"));
        assertRefused(sealed("0100" + "0001" + "80000001" + "0000000000000009"));
        assertRefused(sealed("0100" + "ffff"));
        assertRefused(sealed("0100" + "0101" + "000000010000000000000009".repeat(257)));
        assertThat(SessionTokenFormat.decode(sealed("0100" + "0000"), CLUSTER)).contains(SessionMarks.NONE);
    }

    private static ByteString sealed(String body) {
        byte[] bytes = HexFormat.of().parseHex(body);
        return hex(body + HexFormat.of().toHexDigits(ClusterChecksum.of(CLUSTER, bytes, bytes.length)));
    }

    @Test
    void theCallerIsToldWhichFieldIsWrong() {
        RequestCheck check =
                new RequestCheck(new ShardMap(CLUSTER, Epoch.NONE, 0, List.of(), List.of(), List.of(), 100));
        RequestRefusedException refused = catchThrowableOfType(
                RequestRefusedException.class,
                () -> check.get(GetRequest.newBuilder()
                        .setKey(bytes("k"))
                        .setOptions(RequestOptions.newBuilder().setAfterToken(GOLDEN.substring(1)))
                        .build()));
        assertThat(refused.error().reason()).isEqualTo(ErrorReason.BAD_REQUEST);
        assertThat(refused.error().message())
                .contains("options.after_token is not one that this cluster gave out: 43 bytes");
    }
}
