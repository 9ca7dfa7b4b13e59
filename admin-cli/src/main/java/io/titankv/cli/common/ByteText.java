package io.titankv.cli.common;

import com.google.protobuf.ByteString;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Optional;

/**
 * Keys and values as people read and type them. Pure functions.
 *
 * <p>Bytes that are printable UTF-8 are shown as they are. Others are shown escaped: every byte that is no part of a printable
 * character is {@code \xNN}, and so is the backslash, so that {@link #unescape} finds the bytes again.
 */
public final class ByteText {
    /** How bytes are written on the command line and shown. */
    public enum Form {
        TEXT,
        HEX,
        BASE64
    }

    private ByteText() {}

    /**
     * What a person typed.
     *
     * @throws CliException when it is not written in that form
     */
    public static ByteString parse(String typed, Form form) {
        return switch (form) {
            case TEXT -> ByteString.copyFromUtf8(typed);
            case HEX -> {
                try {
                    yield ByteString.copyFrom(HexFormat.of().parseHex(typed));
                } catch (IllegalArgumentException e) {
                    throw CliException.usage("not hexadecimal (two digits a byte, no spaces): " + typed);
                }
            }
            case BASE64 -> {
                try {
                    yield ByteString.copyFrom(Base64.getDecoder().decode(typed));
                } catch (IllegalArgumentException e) {
                    throw CliException.usage("not base64: " + typed);
                }
            }
        };
    }

    /** For a cell of a table: on one line, without tabs. */
    public static String show(ByteString bytes, Form form) {
        return switch (form) {
            case TEXT -> textOf(bytes).filter(ByteText::isPrintable).orElseGet(() -> escape(bytes));
            case HEX -> HexFormat.of().formatHex(bytes.toByteArray());
            case BASE64 -> Base64.getEncoder().encodeToString(bytes.toByteArray());
        };
    }

    /** For a value that stands alone: lines and tabs are text too. */
    public static String showAlone(ByteString bytes, Form form) {
        if (form != Form.TEXT) {
            return show(bytes, form);
        }
        return textOf(bytes)
                .filter(text -> isPrintable(text.replace("\n", "").replace("\t", "")))
                .orElseGet(() -> escape(bytes));
    }

    /** The characters, when the bytes are UTF-8 without fault. */
    public static Optional<String> textOf(ByteString bytes) {
        if (!bytes.isValidUtf8()) {
            return Optional.empty();
        }
        return Optional.of(bytes.toStringUtf8());
    }

    private static boolean isPrintable(String text) {
        return text.codePoints().allMatch(ByteText::isPrintable);
    }

    private static boolean isPrintable(int codePoint) {
        return switch (Character.getType(codePoint)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.SURROGATE,
                    Character.UNASSIGNED,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR -> false;
            default -> true;
        };
    }

    /** Printable characters as they are, everything else and the backslash as {@code \xNN} for each byte. */
    static String escape(ByteString bytes) {
        StringBuilder escaped = new StringBuilder(bytes.size() + 16);
        int at = 0;
        while (at < bytes.size()) {
            int length = characterBytes(bytes, at);
            String character =
                    length == 0 ? "" : bytes.substring(at, at + length).toStringUtf8();
            if (length > 0 && isPrintable(character) && !character.equals("\\")) {
                escaped.append(character);
                at += length;
            } else {
                escaped.append("\\x").append(HexFormat.of().toHexDigits(bytes.byteAt(at)));
                at++;
            }
        }
        return escaped.toString();
    }

    /** The length of the UTF-8 character that begins at {@code at}; 0 when none does. */
    private static int characterBytes(ByteString bytes, int at) {
        int first = bytes.byteAt(at) & 0xff;
        int length = first < 0x80 ? 1 : first < 0xc2 ? 0 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : first < 0xf5 ? 4 : 0;
        if (length == 0 || at + length > bytes.size()) {
            return 0;
        }
        return bytes.substring(at, at + length).isValidUtf8() ? length : 0;
    }

    /** The bytes that {@link #escape} was given. */
    static ByteString unescape(String escaped) {
        ByteString.Output bytes = ByteString.newOutput();
        ByteBuffer characters = StandardCharsets.UTF_8.encode(escaped);
        while (characters.hasRemaining()) {
            byte next = characters.get();
            if (next == '\\' && characters.remaining() >= 3 && characters.get(characters.position()) == 'x') {
                int at = characters.position();
                bytes.write(HexFormat.fromHexDigits(new String(
                        new byte[] {characters.get(at + 1), characters.get(at + 2)}, StandardCharsets.US_ASCII)));
                characters.position(at + 3);
            } else {
                bytes.write(next);
            }
        }
        return bytes.toByteString();
    }
}
