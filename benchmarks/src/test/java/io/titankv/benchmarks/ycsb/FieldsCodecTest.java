package io.titankv.benchmarks.ycsb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

class FieldsCodecTest {
    @Test
    void fieldsComeBackInTheirOrder() throws IOException {
        Map<String, byte[]> fields = new LinkedHashMap<>();
        fields.put("field1", new byte[] {1, 0, -1});
        fields.put("field0", new byte[0]);
        fields.put("ü", new byte[300]);
        Map<String, byte[]> read = FieldsCodec.decode(FieldsCodec.encode(fields));
        assertThat(read.keySet()).containsExactly("field1", "field0", "ü");
        assertThat(read.get("field1")).containsExactly(1, 0, -1);
        assertThat(read.get("field0")).isEmpty();
        assertThat(read.get("ü")).isEqualTo(new byte[300]);
        assertThat(FieldsCodec.decode(ByteString.EMPTY)).isEmpty();
    }

    @Test
    void whatIsCutOffIsNoRecord() {
        ByteString whole = FieldsCodec.encode(Map.of("field0", new byte[] {1, 2, 3}));
        for (int length = 1; length < whole.size(); length++) {
            ByteString part = whole.substring(0, length);
            assertThatThrownBy(() -> FieldsCodec.decode(part)).isInstanceOf(IOException.class);
        }
    }
}
