package io.titankv.cli.common;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.titankv.cli.common.ByteText.Form;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

final class ByteTextProperties {
    @Property
    void whatIsEscapedIsFoundAgain(@ForAll byte[] bytes) {
        ByteString some = ByteString.copyFrom(bytes);
        assertThat(ByteText.unescape(ByteText.escape(some))).isEqualTo(some);
    }

    @Property
    void textWithBackslashesIsFoundAgainToo(@ForAll String text) {
        // A lone surrogate is no text: it becomes a question mark before it gets here.
        ByteString some = ByteString.copyFromUtf8(text + "\\x41\\");
        assertThat(ByteText.unescape(ByteText.escape(some))).isEqualTo(some);
    }

    @Property
    void nothingShownInACellCanHarmATerminalOrATable(@ForAll byte[] bytes) {
        String shown = ByteText.show(ByteString.copyFrom(bytes), Form.TEXT);
        assertThat(shown.chars()).noneMatch(c -> c < ' ' || c == 0x7f || (c >= 0x80 && c < 0xa0));
    }

    @Property
    void hexAndBase64GoBothWays(@ForAll byte[] bytes) {
        ByteString some = ByteString.copyFrom(bytes);
        assertThat(ByteText.parse(ByteText.show(some, Form.HEX), Form.HEX)).isEqualTo(some);
        assertThat(ByteText.parse(ByteText.show(some, Form.BASE64), Form.BASE64))
                .isEqualTo(some);
    }
}
