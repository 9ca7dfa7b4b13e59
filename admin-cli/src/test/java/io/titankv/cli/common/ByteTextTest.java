package io.titankv.cli.common;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import io.titankv.cli.common.ByteText.Form;
import org.junit.jupiter.api.Test;

final class ByteTextTest {
    private static ByteString bytes(int... values) {
        byte[] array = new byte[values.length];
        for (int i = 0; i < values.length; i++) {
            array[i] = (byte) values[i];
        }
        return ByteString.copyFrom(array);
    }

    @Test
    void textIsShownAsItIs() {
        assertThat(ByteText.show(ByteString.copyFromUtf8("C:\\x41 日本 ü"), Form.TEXT))
                .isEqualTo("C:\\x41 日本 ü");
    }

    @Test
    void bytesThatAreNoTextAreEscapedOneByOne() {
        assertThat(ByteText.show(bytes('a', 0, 0xff, '\\', 0xc3, 0xbc), Form.TEXT))
                .isEqualTo("a\\x00\\xff\\x5cü");
    }

    @Test
    void anEscapeSequenceForTheTerminalIsNotText() {
        assertThat(ByteText.show(ByteString.copyFromUtf8("\u001b[31mred"), Form.TEXT))
                .isEqualTo("\\x1b[31mred");
    }

    @Test
    void linesStandOnlyInAValueThatStandsAlone() {
        ByteString lines = ByteString.copyFromUtf8("a\nb\tc");
        assertThat(ByteText.showAlone(lines, Form.TEXT)).isEqualTo("a\nb\tc");
        assertThat(ByteText.show(lines, Form.TEXT)).isEqualTo("a\\x0ab\\x09c");
    }

    @Test
    void whatIsNotHexIsSaidToBe() {
        assertThatThrownBy(() -> ByteText.parse("abc", Form.HEX))
                .isInstanceOf(CliException.class)
                .hasMessageContaining("not hexadecimal");
        assertThatThrownBy(() -> ByteText.parse("a*", Form.BASE64))
                .isInstanceOf(CliException.class)
                .hasMessageContaining("not base64");
    }
}
