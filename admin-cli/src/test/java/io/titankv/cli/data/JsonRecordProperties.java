package io.titankv.cli.data;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.titankv.cli.data.JsonRecord.BadRecordException;
import io.titankv.model.Key;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.NotEmpty;
import net.jqwik.api.constraints.Size;

final class JsonRecordProperties {
    @Property
    void anyBytesAreFoundAgain(
            @ForAll @Size(min = 1, max = 100) byte[] key, @ForAll byte[] value, @ForAll @Size(max = 20) byte[] tag)
            throws BadRecordException {
        JsonRecord record =
                new JsonRecord(new Key(ByteString.copyFrom(key), ByteString.copyFrom(tag)), ByteString.copyFrom(value));
        String line = record.toLine();
        assertThat(line).doesNotContain("\n", "\r");
        assertThat(JsonRecord.parse(line)).isEqualTo(record);
    }

    @Property
    void anyTextIsFoundAgain(
            @ForAll @NotEmpty @net.jqwik.api.constraints.StringLength(max = 200) String key, @ForAll String value)
            throws BadRecordException {
        JsonRecord record = new JsonRecord(Key.of(key), ByteString.copyFromUtf8(value));
        assertThat(JsonRecord.parse(record.toLine())).isEqualTo(record);
    }
}
