package io.titankv.cli.data;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.google.protobuf.ByteString;
import io.titankv.cli.common.ByteText;
import io.titankv.cli.common.Json;
import io.titankv.model.Key;
import io.titankv.model.Limits;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * One record as a line of JSON: {@code {"key": "K", "value": "V"}}. What is not UTF-8 stands as {@code key_b64} or
 * {@code value_b64}; a routing tag as {@code tag} or {@code tag_b64}. Reading takes the fields in any order; writing gives them
 * in this one, with a space after each comma and colon, and characters above ASCII as themselves. Immutable.
 */
public record JsonRecord(Key key, ByteString value) {
    private static final int BASE64_GROWTH = 2;

    private static final JsonFactory JSON = JsonFactory.builder()
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxStringLength(Limits.VALUE_BYTES_SETTING_MAX * BASE64_GROWTH)
                    .maxNestingDepth(8)
                    .build())
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
            .build();

    /** A line that is no record; the message says why, for people. */
    static final class BadRecordException extends Exception {
        private static final long serialVersionUID = 1;

        BadRecordException(String message) {
            super(message);
        }
    }

    /** Reads a line of bytes. */
    static JsonRecord parse(byte[] line) throws BadRecordException {
        try {
            return parse(StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(line))
                    .toString());
        } catch (CharacterCodingException e) {
            throw new BadRecordException("not UTF-8; bytes that are no text go into key_b64 and value_b64");
        }
    }

    /** Reads a line. */
    static JsonRecord parse(String line) throws BadRecordException {
        try (JsonParser json = JSON.createParser(line)) {
            if (json.nextToken() != JsonToken.START_OBJECT) {
                throw new BadRecordException("not a JSON object like {\"key\": \"k\", \"value\": \"v\"}");
            }
            Reader reader = new Reader();
            while (json.nextToken() == JsonToken.FIELD_NAME) {
                reader.field(json.currentName(), json);
            }
            if (json.nextToken() != null) {
                throw new BadRecordException("something follows the JSON object");
            }
            return reader.record();
        } catch (com.fasterxml.jackson.core.JsonProcessingException e) {
            throw new BadRecordException(
                    "not JSON: " + e.getOriginalMessage().lines().findFirst().orElse("") + columnOf(e));
        } catch (IOException e) {
            throw new BadRecordException("not JSON: " + e.getMessage());
        }
    }

    private static String columnOf(com.fasterxml.jackson.core.JsonProcessingException e) {
        return e.getLocation() == null ? "" : " (column " + e.getLocation().getColumnNr() + ")";
    }

    /** The fields as they come. */
    private static final class Reader {
        private @Nullable ByteString key;
        private @Nullable ByteString value;
        private @Nullable ByteString tag;

        void field(String name, JsonParser json) throws IOException, BadRecordException {
            JsonToken token = json.nextToken();
            switch (name) {
                case "key" -> key = once(key, text(name, token, json), name);
                case "key_b64" -> key = once(key, base64(name, token, json), name);
                case "value" -> value = once(value, text(name, token, json), name);
                case "value_b64" -> value = once(value, base64(name, token, json), name);
                case "tag" -> tag = once(tag, text(name, token, json), name);
                case "tag_b64" -> tag = once(tag, base64(name, token, json), name);
                // What other commands print beside a record.
                case "version", "token" -> json.skipChildren();
                default ->
                    throw new BadRecordException("unknown field \"" + name
                            + "\"; a record has key or key_b64, value or value_b64, and may have tag or tag_b64");
            }
        }

        private static ByteString once(@Nullable ByteString before, ByteString now, String name)
                throws BadRecordException {
            if (before != null) {
                throw new BadRecordException("\"" + name + "\" is given a second time");
            }
            return now;
        }

        private static String string(String name, JsonToken token, JsonParser json)
                throws IOException, BadRecordException {
            if (token != JsonToken.VALUE_STRING) {
                throw new BadRecordException("\"" + name + "\" must be a string");
            }
            return json.getText();
        }

        private static ByteString text(String name, JsonToken token, JsonParser json)
                throws IOException, BadRecordException {
            String text = string(name, token, json);
            try {
                return ByteString.copyFrom(StandardCharsets.UTF_8.newEncoder().encode(java.nio.CharBuffer.wrap(text)));
            } catch (CharacterCodingException e) {
                throw new BadRecordException(
                        "\"" + name + "\" holds half of a surrogate pair, which is no text; use " + name + "_b64");
            }
        }

        private static ByteString base64(String name, JsonToken token, JsonParser json)
                throws IOException, BadRecordException {
            try {
                return ByteString.copyFrom(Base64.getDecoder().decode(string(name, token, json)));
            } catch (IllegalArgumentException e) {
                throw new BadRecordException("\"" + name + "\" is not base64");
            }
        }

        JsonRecord record() throws BadRecordException {
            if (key == null) {
                throw new BadRecordException("there is no \"key\"");
            }
            if (value == null) {
                throw new BadRecordException("there is no \"value\"");
            }
            if (key.isEmpty()) {
                throw new BadRecordException("the key is empty");
            }
            requireKeyBytes("key", key);
            ByteString routingTag = tag == null ? ByteString.EMPTY : tag;
            requireKeyBytes("tag", routingTag);
            return new JsonRecord(new Key(key, routingTag), value);
        }

        private static void requireKeyBytes(String name, ByteString bytes) throws BadRecordException {
            if (bytes.size() > Limits.KEY_BYTES_MAX) {
                throw new BadRecordException(
                        "the " + name + " has " + bytes.size() + " bytes; the limit is " + Limits.KEY_BYTES_MAX);
            }
        }
    }

    /** A key alone, in the form in which a record has it. */
    public static String keyLine(Key key) {
        StringBuilder json = new StringBuilder(key.bytes().size() + 64);
        json.append('{');
        appendBytes(json, "key", key.bytes());
        appendTag(json, key);
        return json.append('}').toString();
    }

    /** The record as a line, without its end. */
    public String toLine() {
        StringBuilder json = new StringBuilder(value.size() + key.bytes().size() + 64);
        json.append('{');
        appendBytes(json, "key", key.bytes());
        json.append(", ");
        appendBytes(json, "value", value);
        appendTag(json, key);
        return json.append('}').toString();
    }

    private static void appendTag(StringBuilder json, Key key) {
        if (!key.routingTag().isEmpty()) {
            json.append(", ");
            appendBytes(json, "tag", key.routingTag());
        }
    }

    private static void appendBytes(StringBuilder json, String name, ByteString bytes) {
        Optional<String> text = ByteText.textOf(bytes);
        json.append('"').append(name).append(text.isPresent() ? "\": " : "_b64\": ");
        Json.quote(json, text.orElseGet(() -> Base64.getEncoder().encodeToString(bytes.toByteArray())));
    }
}
