package io.titankv.cli.common;

import com.google.protobuf.ByteString;
import io.titankv.cli.common.ByteText.Form;
import io.titankv.model.Key;
import io.titankv.model.Limits;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Option;

/** How keys and values are written, and the tag they go by: for commands that take a key. Filled in by the parser. */
public final class KeyOptions {
    @ArgGroup
    private FormOptions form = new FormOptions();

    /** Text unless one of these is given. */
    static final class FormOptions {
        @Option(names = "--hex", description = "Keys and values are hexadecimal, going in and coming out")
        private boolean isHex;

        @Option(names = "--base64", description = "Keys and values are base64, going in and coming out")
        private boolean isBase64;
    }

    @Option(
            names = "--tag",
            paramLabel = "TAG",
            description = "The routing tag that the key was written with: keys with one tag share a shard")
    private @Nullable String tag;

    public Form form() {
        return form.isHex ? Form.HEX : form.isBase64 ? Form.BASE64 : Form.TEXT;
    }

    /** The bytes that were typed. */
    public ByteString bytes(String typed) {
        return ByteText.parse(typed, form());
    }

    /**
     * The key that was typed.
     *
     * @throws CliException when it is empty or too long
     */
    public Key key(String typed) {
        ByteString key = bytes(typed);
        if (key.isEmpty()) {
            throw CliException.usage("the key is empty: a key has 1 to " + Limits.KEY_BYTES_MAX + " bytes");
        }
        requireAtMost("key", key);
        ByteString routingTag = tag == null ? ByteString.EMPTY : bytes(tag);
        requireAtMost("tag", routingTag);
        return new Key(key, routingTag);
    }

    private static void requireAtMost(String what, ByteString bytes) {
        if (bytes.size() > Limits.KEY_BYTES_MAX) {
            throw CliException.usage(
                    "the " + what + " has " + bytes.size() + " bytes; the limit is " + Limits.KEY_BYTES_MAX);
        }
    }

    /** For a cell of a table. */
    public String show(ByteString bytes) {
        return ByteText.show(bytes, form());
    }
}
