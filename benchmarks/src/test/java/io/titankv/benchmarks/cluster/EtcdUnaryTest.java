package io.titankv.benchmarks.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.UnknownFieldSet;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;

class EtcdUnaryTest {
    private static UnknownFieldSet parse(String hex) throws Exception {
        return UnknownFieldSet.parseFrom(HexFormat.ofDelimiter(" ").parseHex(hex));
    }

    @Test
    void theValueIsTheFifthFieldOfTheFirstKeyAndValue() throws Exception {
        // header { revision: 5 } kvs { key: "k" create_revision: 2 mod_revision: 5 version: 4 value: "hello" } count: 1
        UnknownFieldSet response = parse("0a 02 18 05 12 10 0a 01 6b 10 02 18 05 20 04 2a 05 68 65 6c 6c 6f 20 01");
        assertThat(StandardCharsets.UTF_8
                        .decode(EtcdUnary.valueOrNull(response))
                        .toString())
                .isEqualTo("hello");
    }

    @Test
    void anAbsentKeyHasNone() throws Exception {
        assertThat(EtcdUnary.valueOrNull(parse("0a 02 18 05"))).isNull();
    }
}
