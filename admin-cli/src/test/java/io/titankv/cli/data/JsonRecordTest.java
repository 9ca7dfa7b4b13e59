package io.titankv.cli.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import io.titankv.cli.data.JsonRecord.BadRecordException;
import io.titankv.model.Key;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class JsonRecordTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"key\": \"a/b\", \"value\": \"{\\\"Package\\\": \\\"x\\\"}\"}",
                "{\"key\": \"ü\", \"value\": \"utilities — Documentation \uD83D\uDE00\"}",
                "{\"key\": \"k\", \"value\": \"\\n\\r\\t\\b\\f\\u0000\\u001f\u007f\u2028/\"}",
                "{\"key\": \"k\", \"value\": \"\"}",
                "{\"key_b64\": \"/w==\", \"value_b64\": \"AP8=\", \"tag\": \"t\"}",
            })
    void aLineComesOutAsItWentIn(String line) throws BadRecordException {
        assertThat(JsonRecord.parse(line).toLine()).isEqualTo(line);
    }

    @Test
    void fieldsComeInAnyOrderAndForm() throws BadRecordException {
        JsonRecord record = JsonRecord.parse(" {\"value\":\"\\u00fc\",\"version\":\"7\", \"key_b64\":\"aw==\"} ");
        assertThat(record).isEqualTo(new JsonRecord(Key.of("k"), ByteString.copyFromUtf8("ü")));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "nonsense | not JSON",
                "[1] | not a JSON object",
                "`` | not a JSON object",
                "{\"key\": \"a\" | not JSON",
                "{\"key\": \"a\"} | there is no \"value\"",
                "{\"value\": \"a\"} | there is no \"key\"",
                "{\"key\": \"\", \"value\": \"\"} | the key is empty",
                "{\"key\": 5, \"value\": \"\"} | \"key\" must be a string",
                "{\"key\": null, \"value\": \"\"} | \"key\" must be a string",
                "{\"key\": \"a\", \"value\": {}} | \"value\" must be a string",
                "{\"key\": \"a\", \"key_b64\": \"YQ==\", \"value\": \"\"} | a second time",
                "{\"key\": \"a\", \"key\": \"b\", \"value\": \"\"} | not JSON: Duplicate",
                "{\"key\": \"a\", \"value_b64\": \"*\"} | \"value_b64\" is not base64",
                "{\"key\": \"a\", \"valeu\": \"\"} | unknown field \"valeu\"",
                "{\"key\": \"a\", \"value\": \"\\ud800\"} | half of a surrogate pair",
                "{\"key\": \"a\", \"value\": \"\"} {} | something follows",
            })
    void whatIsNoRecordIsSaidToBe(String line, String why) {
        assertThatThrownBy(() -> JsonRecord.parse(line))
                .isInstanceOf(BadRecordException.class)
                .hasMessageContaining(why);
    }

    @Test
    void aKeyOverTheLimitIsRefused() {
        String line = "{\"key\": \"" + "k".repeat(4097) + "\", \"value\": \"\"}";
        assertThatThrownBy(() -> JsonRecord.parse(line)).hasMessageContaining("4097 bytes; the limit is 4096");
    }
}
