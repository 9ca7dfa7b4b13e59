package io.titankv.benchmarks.ycsb;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedInputStream;
import com.google.protobuf.CodedOutputStream;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;

/** YCSB's records have fields, ours have a value: the value is each field's name and bytes, both with their length before. Pure. */
final class FieldsCodec {
    private FieldsCodec() {}

    static ByteString encode(Map<String, byte[]> fields) {
        ByteString.Output value = ByteString.newOutput();
        CodedOutputStream out = CodedOutputStream.newInstance(value);
        try {
            for (Map.Entry<String, byte[]> field : fields.entrySet()) {
                out.writeStringNoTag(field.getKey());
                out.writeByteArrayNoTag(field.getValue());
            }
            out.flush();
        } catch (IOException e) {
            throw new AssertionError("memory cannot be written", e);
        }
        return value.toByteString();
    }

    /**
     * Reads what {@link #encode} made, in its order.
     *
     * @throws IOException when it is something else
     */
    static Map<String, byte[]> decode(ByteString value) throws IOException {
        CodedInputStream in = value.newCodedInput();
        Map<String, byte[]> fields = new LinkedHashMap<>();
        while (!in.isAtEnd()) {
            fields.put(in.readStringRequireUtf8(), in.readByteArray());
        }
        return fields;
    }
}
